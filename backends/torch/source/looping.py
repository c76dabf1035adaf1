"""What a writer of `forward` knows of loops: where they end, what outlives a round, which names are taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

from archdsl.ir import Value

from .bodies import Step
from .loops import Loop

Operand = Value | str
"""A value of the body, or the name of one from outside."""


@final
@dataclass(frozen=True, slots=True)
class OpenLoop:
    """A loop whose statements are being written.

    `states` are the states before a round, `names` their variables; each of `heirs` is what the state at that place
    will be in the next. `outputs` is the list of the first states, empty where nobody needs it. `start` is the number
    of statements before those of a round.
    """

    states: tuple[Value, ...]
    names: tuple[str, ...]
    heirs: Mapping[Value, int]
    outputs: str
    start: int


def ends_of(steps: Sequence[Step]) -> dict[int, int]:
    """Give where each loop ends, by where it begins."""
    found: dict[int, int] = {}
    begun: list[int] = []
    for at, step in enumerate(steps):
        if step.loop is not None and step.loop.opens:
            begun.append(at)
        elif step.loop is not None:
            found[begun.pop()] = at
    return found


def kept_in_loops(
    last: Mapping[Operand, int], steps: Sequence[Step], operands: Sequence[Sequence[Operand]], ends: Mapping[int, int]
) -> dict[Operand, int]:
    """Give where each value is read last: what a loop reads from outside, it reads in every round."""
    made = {value: at for at, step in enumerate(steps) for value in step.outputs}
    kept = dict(last)
    for begin, end in ends.items():
        for at in range(begin + 1, end + 1):
            for operand in operands[at]:
                if isinstance(operand, str) or made[operand] < begin:
                    kept[operand] = max(kept[operand], end)
    return kept


def heirs_of(begin: Step, news: Sequence[Operand]) -> dict[Value, int]:
    """Give the values made in a loop that a state, by its place, will be in the next round."""
    found: dict[Value, int] = {}
    for place, operand in enumerate(news):
        if isinstance(operand, Value) and operand not in begin.outputs:
            found.setdefault(operand, place)
    return found


def starting_as_zeros(loop: Loop, sequence: str, dims: Sequence[int]) -> str:
    """Write zeros for each example; tokens are whole numbers, and these are not."""
    sizes = "".join(f", {dim}" for dim in dims)
    if loop.is_tokens:
        return f"torch.zeros({sequence}.shape[0]{sizes}, device={sequence}.device)"
    return f"{sequence}.new_zeros({sequence}.shape[0]{sizes})"
