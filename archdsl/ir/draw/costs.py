"""What some ops of a graph cost, and how it is written."""

from collections.abc import Container, Iterable

from archdsl.ir.graph import AnyNode, Graph, Output, Value


def costs_of(nodes: Iterable[AnyNode], counted: Container[str] = ()) -> tuple[int | None, int | None]:
    """Count the parameters and the MACs of some ops; None where one of them must be measured.

    Weights whose keys are in `counted` were counted elsewhere.
    """
    own = tuple(nodes)
    part = Graph("", (), own, tuple(Output(Value(node.id)) for node in own))
    lists = [weights for key, weights in part.weights().items() if key not in counted]
    known = [weights for weights in lists if weights is not None]
    params = sum(weight.size for weights in known for weight in weights if weight.kind == "weight")
    return params if len(known) == len(lists) else None, part.macs


def keys_of(nodes: Iterable[AnyNode]) -> frozenset[str]:
    """Give the keys of the weights of some ops."""
    return frozenset(Graph("", (), tuple(nodes), ()).weights())


def amount(number: int | None) -> str:
    """Write a number of parameters or operations in three digits.

    >>> amount(950), amount(3_349_342), amount(300_774_272), amount(None)
    ('950', '3.35 M', '301 M', '?')
    """
    if number is None:
        return "?"
    for power, letter in ((9, "G"), (6, "M"), (3, "k")):
        if number >= 0.9995 * 10**power:
            scaled = number / 10**power
            return f"{scaled:.3g} {letter}" if scaled < 999.5 else f"{scaled:,.0f} {letter}"
    return str(number)
