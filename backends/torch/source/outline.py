"""From a graph to nested bodies: which ops came from which use of which definition."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import final

from archdsl.ir import Graph, Node, Scope, Value


@final
@dataclass(frozen=True, slots=True)
class Outline:
    """The use of a definition: the ops and the inner uses in its body, in order."""

    scope: Scope
    parts: tuple["Node | Outline", ...]

    @property
    def height(self) -> int:
        """How many levels of uses it contains."""
        return 1 + max((part.height for part in self.parts if isinstance(part, Outline)), default=-1)

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All ops in it, those of inner uses too."""
        return tuple(node for part in self.parts for node in (part.nodes if isinstance(part, Outline) else (part,)))

    def inner(self) -> tuple["Outline", ...]:
        """All uses in it, in order, each before those that it contains."""
        return tuple(use for part in self.parts if isinstance(part, Outline) for use in (part, *part.inner()))


def simplify(graph: Graph, is_transparent: Callable[[Node], bool]) -> Graph:
    """Leave out what no output depends on, and ops that only hand on their single input."""
    live = graph.ancestors(output.value for output in graph.outputs)
    same: dict[Value, Value] = {}
    nodes: list[Node] = []
    for node in graph.nodes:
        assert isinstance(node, Node), "an architecture has no open choices"
        if node.id not in live:
            continue
        inputs = tuple(same.get(value, value) for value in node.inputs)
        if len(inputs) == 1 and is_transparent(node):
            same[Value(node.id)] = inputs[0]
        else:
            nodes.append(replace(node, inputs=inputs))
    outputs = tuple(replace(output, value=same.get(output.value, output.value)) for output in graph.outputs)
    return replace(graph, nodes=tuple(nodes), outputs=outputs)


def outline(graph: Graph) -> Outline:
    """Nest the ops of an architecture by the uses of definitions that they came from.

    A use counts where its ops stand together and share no weights with others; the ops of any other belong to what is
    around it.
    """
    nodes = [node for node in graph.nodes if isinstance(node, Node)]
    users: dict[str, list[int]] = {}
    for position, node in enumerate(nodes):
        users.setdefault(node.parameters, []).append(position)
    under: dict[str, list[int]] = {}
    for position, node in enumerate(nodes):
        for address in _around(node.address):
            under.setdefault(address, []).append(position)
    spans: list[tuple[int, int, Scope]] = []
    for scope in graph.scopes:
        if scope.kind == "network":
            continue
        inside = under.get(scope.address, [])
        if not inside or inside[-1] - inside[0] + 1 != len(inside):
            continue
        first, last = inside[0], inside[-1]
        if all(first <= user <= last for i in inside for user in users[nodes[i].parameters]):
            spans.append((first, last + 1, scope))
    # Outer uses first; of two with the same ops, that which was entered first.
    spans.sort(key=lambda span: (span[0], -span[1]))
    root = next((scope for scope in graph.scopes if scope.kind == "network"), Scope("", graph.name, "network"))
    outlined, rest = _nest(nodes, 0, len(nodes), spans)
    assert not rest, "uses of definitions are nested"
    return Outline(root, outlined)


def _nest(
    nodes: list[Node], start: int, end: int, spans: list[tuple[int, int, Scope]]
) -> tuple[tuple[Node | Outline, ...], list[tuple[int, int, Scope]]]:
    """Give the parts between two positions, and the spans that begin later."""
    parts: list[Node | Outline] = []
    position = start
    while position < end:
        if spans and spans[0][0] == position and spans[0][1] <= end:
            (_, last, scope), rest = spans[0], spans[1:]
            inner, spans = _nest(nodes, position, last, rest)
            parts.append(Outline(scope, inner))
            position = last
        else:
            parts.append(nodes[position])
            position += 1
    return tuple(parts), spans


def _around(address: str) -> Iterator[str]:
    """Give the addresses of all that an op can stand in, and its own."""
    yield from (address[:end] for end, mark in enumerate(address) if mark in ".@")
    yield address
