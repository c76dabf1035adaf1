"""The body of a class: sub-modules, and the steps that call them; what only follows in line becomes a sequence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import final

from archdsl.ir import Scope, Value

from .joins import Join
from .loops import Loop
from .naming import attribute_names, identifier, parts_of, relative
from .pieces import Chain, Piece, chain, join_path


@final
@dataclass(frozen=True, slots=True)
class Step:
    """A call: of the sub-module that `piece` makes, or of a join that is written as an expression.

    `let` is the name that its result has in the text of the space, where it is known. One with a `loop` opens or
    closes that.
    """

    address: str
    piece: Piece | None
    join: Join | None
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    let: str = ""
    loop: Loop | None = None


@final
@dataclass(frozen=True, slots=True)
class Place:
    """Where a sub-module lives in its class: an attribute, or an entry of a list."""

    attribute: str
    index: int | None = None

    @property
    def path(self) -> str:
        """Its path from the class."""
        return self.attribute if self.index is None else f"{self.attribute}.{self.index}"

    def __str__(self) -> str:
        return f"self.{self.attribute}" + ("" if self.index is None else f"[{self.index}]")


@final
@dataclass(frozen=True, slots=True)
class Body:
    """What a use of a definition computes."""

    scope: Scope
    steps: tuple[Step, ...]
    outputs: tuple[Value, ...]

    @property
    def modules(self) -> tuple[tuple[str, Piece], ...]:
        """Each sub-module once, with the address of its first call."""
        found: dict[tuple[str, ...], tuple[str, Piece]] = {}
        for step in self.steps:
            if step.piece is not None:
                found.setdefault(step.piece.keys, (step.address, step.piece))
        return tuple(found.values())

    @property
    def keys(self) -> tuple[str, ...]:
        """The paths of all leaves in the compiled network."""
        return tuple(key for _, piece in self.modules for key in piece.keys)

    @property
    def taken_in(self) -> tuple[Value, ...]:
        """Every mention of a value that is made outside, in order."""
        own = {value for step in self.steps for value in step.outputs}
        return tuple(value for step in self.steps for value in step.inputs if value not in own)

    @property
    def is_chain(self) -> bool:
        """Whether each step is a sub-module that reads what the one before gives, and nothing else."""
        follows = all(
            _is_link(step) and (i == 0 or step.inputs == self.steps[i - 1].outputs) for i, step in enumerate(self.steps)
        )
        return follows and self.outputs == self.steps[-1].outputs and len(self.modules) == len(self.steps)

    def places(self) -> tuple[Place, ...]:
        """Name the sub-modules; three or more of `s[0]`, `s[1]`, … become a list."""
        addresses = [relative(address, self.scope.address) for address, _ in self.modules]
        listed = _lists(addresses)
        named = [listed[i][0] if i in listed else address for i, address in enumerate(addresses)]
        first = [i for i, _ in enumerate(named) if i not in listed or listed[i][1] == 0]
        names = dict(zip(first, attribute_names([named[i] for i in first]), strict=True))
        bases = {named[i]: names[i] for i in first if i in listed}
        return tuple(
            Place(bases[listed[i][0]], listed[i][1]) if i in listed else Place(names[i]) for i in range(len(addresses))
        )

    def paths(self) -> tuple[str, ...]:
        """Give the paths of all leaves from the class, in the order of `keys`."""
        return _all_in_line(self.steps).paths if self.is_chain else self.attribute_paths()

    def attribute_paths(self) -> tuple[str, ...]:
        """Give the paths of all leaves of a class whose sub-modules are attributes, in the order of `keys`."""
        pieces = [piece for _, piece in self.modules]
        return tuple(
            join_path(place.path, path)
            for place, piece in zip(self.places(), pieces, strict=True)
            for path in piece.paths
        )

    @property
    def sequence(self) -> Chain:
        """The steps of a chain."""
        return _all_in_line(self.steps)


def _is_link(step: Step) -> bool:
    return step.piece is not None and len(step.inputs) == 1 and len(step.outputs) == 1


def _all_in_line(steps: Iterable[Step]) -> Chain:
    piece = chain(step.piece for step in steps if step.piece is not None)
    return piece if isinstance(piece, Chain) else Chain((piece,))


def _lists(addresses: Sequence[str]) -> dict[int, tuple[str, int]]:
    """Find the places of `s[0]…`, `s[1]…`, …: each with the list's name and its index there."""
    found: dict[str, list[int]] = {}
    for place, address in enumerate(addresses):
        first = parts_of(address)[0]
        if first.endswith("]") and "=" not in first:
            found.setdefault(first[: first.rindex("[")], []).append(place)
    lists: dict[int, tuple[str, int]] = {}
    for base, members in found.items():
        firsts = [parts_of(addresses[place])[0] for place in members]
        if len(members) >= 3 and firsts == [f"{base}[{i}]" for i in range(len(members))]:
            lists.update((place, (base, i)) for i, place in enumerate(members))
    return lists


def tidy(body: Body) -> Body:
    """Put runs of steps of one `let` or one list, each of which only feeds the next, into sequences."""
    mentions: dict[Value, int] = {}
    for step in body.steps:
        for value in step.inputs:
            mentions[value] = mentions.get(value, 0) + 1
    for value in body.outputs:
        mentions[value] = mentions.get(value, 0) + 2
    calls: dict[tuple[str, ...], int] = {}
    for step in body.steps:
        if step.piece is not None:
            calls[step.piece.keys] = calls.get(step.piece.keys, 0) + 1
    runs: list[list[Step]] = []
    for step in body.steps:
        previous = runs[-1][-1] if runs else None
        joined = (
            previous is not None
            and _is_link(previous)
            and _is_link(step)
            and step.inputs == previous.outputs
            and mentions[previous.outputs[0]] == 1
            and calls[_keys(step)] == calls[_keys(previous)] == 1
            and _run_name(step, body) == _run_name(previous, body)
        )
        if joined:
            runs[-1].append(step)
        else:
            runs.append([step])
    return replace(body, steps=tuple(_in_one(run, body) for run in runs))


def _keys(step: Step) -> tuple[str, ...]:
    return step.piece.keys if step.piece is not None else ()


def _run_name(step: Step, body: Body) -> str:
    """Give the name of the `let` or list that a step stands under."""
    first = parts_of(relative(step.address, body.scope.address))[0]
    return first.partition("[")[0] if first.endswith("]") and "=" not in first else first


def _in_one(run: Sequence[Step], body: Body) -> Step:
    if len(run) == 1:
        return run[0]
    base = body.scope.address
    splits = [parts_of(relative(step.address, base)) for step in run]
    is_let = all(len(split) > 1 and split[0] == splits[0][0] for split in splits)
    name = splits[0][0] if is_let else _run_name(run[0], body)
    address = f"{base}.{name}" if base else name
    return Step(address, _all_in_line(run), None, run[0].inputs, run[-1].outputs, identifier([name]) if is_let else "")
