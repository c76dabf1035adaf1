"""Which architectures an operator leads to: a walk over a small space, breadth first."""

from collections import deque
from collections.abc import Callable
from random import Random
from typing import TypeAlias

from archdsl.searchspace import Architecture

from .brute_force import Key, key_of
from .falsified import Report

REACHABILITY = "from each architecture of a small space it reaches every other, again and again"

Step: TypeAlias = Callable[[Architecture, Random], Architecture | None]
"""Gives what an operator leads to, None for no change."""

TRIES = 12
PATIENCE = 8
"""How much longer each architecture is tried before one is said not to be reached, as a factor, and how often."""


def key(architecture: Architecture) -> Key:
    """Give an architecture's decisions in a form that can be compared."""
    return key_of(dict(architecture.decisions))


def check_reaches_all(report: Report, step: Step, members: dict[Key, Architecture], seed: int) -> None:
    """Walk from the first member to all others, and back."""
    if len(members) < 2:
        return
    rng = Random(seed)
    leads: dict[Key, set[Key]] = {own: set() for own in members}
    start = next(iter(members))
    tries = TRIES
    for _ in range(3):
        _explore(step, members, leads, start, tries, rng)
        missing = [own for own in members if own not in _closure(leads, start)]
        stuck = [own for own in members if own not in _closure(_turned(leads), start)]
        if not missing and not stuck:
            return
        tries *= PATIENCE
    first = members[start]
    if missing:
        raise report(REACHABILITY, f"from\n{first}\nit never reaches\n{members[missing[0]]}")
    raise report(REACHABILITY, f"from\n{members[stuck[0]]}\nit never reaches\n{first}")


def _explore(
    step: Step, members: dict[Key, Architecture], leads: dict[Key, set[Key]], start: Key, tries: int, rng: Random
) -> None:
    """Try each architecture that is reached so often."""
    seen, waiting = {start}, deque([start])
    while waiting:
        own = waiting.popleft()
        for _ in range(tries):
            if len(leads[own]) == len(members) - 1:
                break
            found = step(members[own], rng)
            if found is not None and (other := key(found)) in members and other != own:
                leads[own].add(other)
        for other in leads[own] - seen:
            seen.add(other)
            waiting.append(other)


def _closure(leads: dict[Key, set[Key]], start: Key) -> set[Key]:
    seen, waiting = {start}, [start]
    while waiting:
        for other in leads[waiting.pop()] - seen:
            seen.add(other)
            waiting.append(other)
    return seen


def _turned(leads: dict[Key, set[Key]]) -> dict[Key, set[Key]]:
    turned: dict[Key, set[Key]] = {own: set() for own in leads}
    for own, others in leads.items():
        for other in others:
            turned[other].add(own)
    return turned
