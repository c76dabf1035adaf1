"""The types of tensors: a kind and its dims; the batch is implicit."""

from dataclasses import dataclass

KINDS: dict[str, tuple[str, ...]] = {
    "image": ("c", "h", "w"),
    "volume": ("c", "d", "h", "w"),
    "signal": ("c", "t"),
    "seq": ("t", "d"),
    "vec": ("d",),
    "tokens": ("t",),
}
"""The kinds of tensors and the usual names of their dims."""

NUMERIC = frozenset(KINDS) - {"tokens"}
"""The kinds whose entries are numbers to compute with; those of tokens are the indices of words."""

CHANNELS = {"image": 0, "volume": 0, "signal": 0, "vec": 0, "seq": 1}
"""For each numeric kind the place of the dim that holds its channels or features."""


@dataclass(frozen=True, slots=True)
class Type:
    """The type of a tensor without its batch axis.

    It is final but for what stands for several types in a walk that stands for many (`elaborate.vague`).

    >>> str(Type("image", (3, 32, 32)))
    'image[3, 32, 32]'
    """

    kind: str
    dims: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.kind}[{', '.join(map(str, self.dims))}]"


def step_type(sequence: Type) -> Type | None:
    """Give the type of one step of a sequence; None for what has no steps.

    >>> str(step_type(Type("seq", (35, 850)))), str(step_type(Type("tokens", (35,))))
    ('vec[850]', 'tokens[1]')
    """
    match sequence:
        case Type("seq", (_, d)) | Type("signal", (d, _)):
            return Type("vec", (d,))
        case Type("tokens", (_,)):
            return Type("tokens", (1,))
        case _:
            return None


def steps_of(sequence: Type) -> int:
    """Give the number of steps of a sequence."""
    return sequence.dims[1] if sequence.kind == "signal" else sequence.dims[0]


def stacked_type(sequence: Type, step: Type) -> Type | None:
    """Give the type of what was made at each step of a sequence; None for what cannot be set side by side.

    Vectors made from a signal are a signal again, those made from anything else a `seq`.
    """
    if step.kind != "vec":
        return None
    steps, (d,) = steps_of(sequence), step.dims
    return Type("signal", (d, steps)) if sequence.kind == "signal" else Type("seq", (steps, d))
