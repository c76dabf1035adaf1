"""Mutations: an architecture of a space to another one near to it."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar, final

from archdsl.searchspace import Architecture, Space

from .protocols import NoChange


@final
@dataclass(frozen=True, slots=True)
class ResampleDecision:
    """Give one decision, drawn uniformly, another label, drawn uniformly; all others are kept where they still hold.

    A real setting gets a number that is drawn as its interval says.

    Decisions that only the old label led to go; those that the new one leads to are drawn by their priors.
    """

    name: ClassVar[str] = "resample_decision"

    def apply(self, architecture: Architecture, space: Space, rng: Random) -> Architecture:
        decisions = architecture.decisions
        choices = space.choices
        reals = space.real_settings
        open_addresses = [address for address in decisions if len(choices.get(address, ())) > 1 or address in reals]
        rng.shuffle(open_addresses)
        fallback: dict[str, object] | None = None
        for address in open_addresses:
            old = decisions[address]
            known = choices.get(address, ())
            labels = [own for own in known if not (own == old and type(own) is type(old))]
            if address in reals and (drawn := reals[address].draw(rng)) != old:
                labels.append(drawn)
            rng.shuffle(labels)
            for label in labels:
                changed = space.changed(decisions, address, label, rng)
                if all(changed.get(a, kept) == kept for a, kept in decisions.items() if a != address):
                    return Architecture(space, changed)
                fallback = fallback or changed  # type: ignore[assignment]
        if fallback is None:
            raise NoChange.because(f"`{space.network}` has no other architecture to mutate to")
        return Architecture(space, fallback)  # type: ignore[arg-type]
