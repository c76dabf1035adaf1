"""Hypothesis strategies for search spaces, and for what is in them."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, final

from hypothesis import strategies as st

from archdsl.ir import Label
from archdsl.searchspace import Architecture, Space, loads

from .brute_force import BruteForce, brute_force
from .corpus import CORPUS, REAL
from .pieces import FAULTS
from .writer import Writer

LIMIT = 60
"""How many architectures a space has about, at most, unless it is asked for more."""

MOST_MEMBERS = 300
"""Of how many architectures a space is small: all are known."""


@st.composite
def sources(draw: st.DrawFn, *, limit: int = 200, faults: bool = False, recursive: bool = False) -> str:
    """Draw the text of a space of about `limit` architectures at most; with `faults`, most have a fault somewhere.

    It has blocks, choices, cells, families and layers that are tied or shared, node lists, settings and requirements.
    With `recursive` it has a block that uses itself. A requirement may leave it without any architecture.
    """
    writer = Writer(draw, limit, draw(st.sampled_from(FAULTS)) if faults else None)
    definitions = [writer.bounded("again")] * recursive
    definitions += [writer.definition(f"d{i}") for i in range(draw(st.integers(0, 3)))]
    return "\n".join([*definitions, writer.network()]) + "\n"


@lru_cache(maxsize=4096)
def space_of_text(text: str) -> Space:
    """Load a space, once for each text."""
    return loads(text)


@lru_cache(maxsize=4096)
def members_of(space: Space) -> BruteForce | None:
    """Find the members of a small space by brute force, independently of its decision diagram; None of a large one."""
    if space.real_settings or space.size() > MOST_MEMBERS:
        return None
    return brute_force(space.elaborated)


def is_proved(text: str) -> bool:
    """Tell whether a text is a space that has architectures, all of them right."""
    return space_of_text(text).verdict.kind == "proved"


@lru_cache(maxsize=16)
def proved_sources(limit: int = LIMIT) -> st.SearchStrategy[str]:
    """Draw the text of a right space, from trivial to nested, tied, conditional and recursive."""
    drawn = st.booleans().flatmap(lambda recursive: sources(limit=limit, recursive=recursive)).filter(is_proved)
    return st.sampled_from((*CORPUS, REAL)) | drawn | drawn


def spaces(*, limit: int = LIMIT) -> st.SearchStrategy[Space]:
    """Draw a right space of about `limit` architectures at most, from trivial to nested, tied, conditional, recursive.

    >>> from hypothesis import given
    >>> @given(spaces())
    ... def test_a_sample_belongs_to_its_space(space: Space) -> None:
    ...     assert space.sample(seed=0) in space
    >>> test_a_sample_belongs_to_its_space()
    """
    return proved_sources(limit).map(space_of_text)


def architectures(space: Space) -> st.SearchStrategy[Architecture]:
    """Draw an architecture of a space, an earlier one first.

    >>> from hypothesis import find
    >>> space = loads("network n(x: vec[4]) -> vec[4] = x |> choose { relu | tanh }")
    >>> find(architectures(space), lambda architecture: True).decisions["n"]
    'relu'
    """
    if space.real_settings:
        return st.integers(0, 2**32 - 1).map(lambda seed: space.sample(seed=seed))
    return st.integers(0, space.size() - 1).map(space.unrank)


def decisions(space: Space) -> st.SearchStrategy[dict[str, Label]]:
    """Draw the decisions of an architecture of a space."""
    return architectures(space).map(lambda architecture: dict(architecture.decisions))


@final
@dataclass(frozen=True, slots=True)
class Case:
    """A space, a number for each architecture of it that is needed, and where chance comes from."""

    space: Space
    numbers: tuple[int, ...]
    seed: int

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def architecture(self, place: int = 0) -> Architecture:
        """Give an architecture."""
        space, number = self.space, self.numbers[place]
        return space.sample(seed=number) if space.real_settings else space.unrank(number % space.size())


@lru_cache(maxsize=64)
def cases(architectures: int, given: tuple[Space, ...] | None = None) -> st.SearchStrategy[Case]:
    """Draw a space, of those given or any, so many architectures of it, and a seed."""
    drawn = spaces() if given is None else st.sampled_from(given)
    return st.builds(Case, drawn, st.tuples(*[st.integers(0, 10_000)] * architectures), st.integers(0, 1000))


@lru_cache(maxsize=64)
def first_cases(architectures: int, given: tuple[Space, ...] | None = None) -> tuple[Case, ...]:
    """Give cases that are tried whatever is drawn: in each space that was written by hand, or that is given."""
    numbers = (0, 5, 10_000, 1)
    chosen = tuple(map(space_of_text, (*CORPUS, REAL))) if given is None else given
    return tuple(
        Case(space, tuple(numbers[(turn + place) % 4] for place in range(architectures)), 7 * turn)
        for turn in range(2)
        for space in chosen
    )
