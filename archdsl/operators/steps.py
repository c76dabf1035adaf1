"""The one step that all operators on decisions take: another label at one address."""

from collections.abc import Sequence
from math import exp, log
from random import Random

from archdsl.ir import Label
from archdsl.searchspace import Architecture, Space


def other_labels(architecture: Architecture, space: Space, address: str, rng: Random) -> list[Label]:
    """Give what is decided at an address elsewhere; of a real setting one number, drawn as its interval says."""
    old = architecture.decisions[address]
    reals = space.real_settings
    if address in reals:
        drawn = reals[address].draw(rng)
        return [] if drawn == old else [drawn]
    return [own for own in space.choices[address] if own != old or type(own) is not type(old)]


def one_step(
    architecture: Architecture, space: Space, address: str, rng: Random, labels: Sequence[Label] | None = None
) -> Architecture | None:
    """Decide otherwise at one address, and keep what still holds; None where there is no other label.

    A label is drawn among those under which all that is decided before stays; where there is none, among all.
    """
    left = list(labels) if labels is not None else other_labels(architecture, space, address, rng)
    tried: list[Label] = []
    changer, decisions = space.changer, architecture.decisions
    while left:
        label = left.pop(rng.randrange(len(left)))
        kept = changer.change(decisions, address, label)
        if kept is not None:
            return Architecture(space, changer.draw(kept, rng))
        tried.append(label)
    if not tried:
        return None
    kept = changer.force(decisions, address, tried[rng.randrange(len(tried))])
    return Architecture(space, changer.draw(kept, rng))


def number_near(architecture: Architecture, space: Space, address: str, factor: float, rng: Random) -> list[Label]:
    """Give other numbers that are at most `factor` times what an architecture decides, and at least that part of it.

    A real setting has one, drawn log-uniformly between these.
    """
    old = architecture.decisions[address]
    if isinstance(old, bool) or not isinstance(old, (int, float)):
        return []
    reals = space.real_settings
    if address not in reals:
        return [own for own in space.choices[address] if _is_near(own, old, factor)]
    low, high = max(reals[address].low, old / factor), min(reals[address].high, old * factor)
    if not 0 < low < high:
        return []
    drawn = min(max(exp(rng.uniform(log(low), log(high))), low), high)
    return [] if drawn == old else [drawn]


def _is_near(label: Label, old: float, factor: float) -> bool:
    """Tell whether a label is another number, at most `factor` times as large or as small."""
    if isinstance(label, bool) or not isinstance(label, (int, float)):
        return False
    return label != old and abs(old) / factor <= abs(label) <= abs(old) * factor
