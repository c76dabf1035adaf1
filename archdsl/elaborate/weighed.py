"""Weights that several ops share have one shape."""

from typing import final

from archdsl.diagnostics import Label, Span
from archdsl.ir import Weight

from .faults import fail


@final
class Weighed:
    """The shapes of the weights of a graph that is built."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[tuple[int, ...], Span]] = {}

    def take(self, address: str, weights: tuple[Weight, ...], span: Span) -> None:
        """Note the weights of an op; those that another op has under one address must be of its shape."""
        for own in weights:
            shape, place = self._known.setdefault((address, own.name), (own.shape, span))
            if shape != own.shape:
                refuse_unlike(address, own.name, (own.shape, span), (shape, place))


def refuse_unlike(
    address: str, name: str, own: tuple[tuple[int, ...], Span | None], other: tuple[tuple[int, ...], Span | None]
) -> None:
    """Say that what is shared needs weights of two shapes, each with the place of its use."""
    told = " and ".join("x".join(map(str, shape)) for shape, _ in (own, other))
    secondary = (Label(other[1], "the other use"),) if other[1] is not None else ()
    message = "a shared layer needs weights of one size at all its uses"
    fail("unlike-weights", message, own[1], f"`{name}` of `{address.lstrip('.')}` is {told}", secondary=secondary)
