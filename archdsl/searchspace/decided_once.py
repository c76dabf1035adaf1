"""What is used of what is decided once, told of a diagram: which roots, and which uses stand together."""

from collections.abc import Iterable, Iterator
from itertools import product

from archdsl.elaborate.addresses import is_relative

from .diagram import Diagram, Product, Shift, Sum, Used


def roots_used(node: Diagram) -> frozenset[str]:
    """Give the roots of what a diagram uses; relative ones are set behind the prefixes around them."""
    found: set[str] = set()
    seen: set[tuple[int, str]] = set()
    stack = [(node, "")]
    while stack:
        current, prefix = stack.pop()
        if (id(current), prefix) in seen:
            continue
        seen.add((id(current), prefix))
        if isinstance(current, Used):
            own = prefix if is_relative(current.root) else ""
            found.add(own + current.root)
            stack.append((current.child, own))
        elif isinstance(current, Shift):
            stack.append((current.child, prefix + current.prefix))
        elif isinstance(current, (Product, Sum)):
            stack.extend((child, prefix) for child in current.children)
    return frozenset(found)


def pairs_used(node: Diagram) -> Iterator[tuple[Used, Used]]:
    """Give two uses of one root each that stand together in a flat diagram, of unlike classes; each pair once."""
    told: set[tuple[int, int]] = set()
    known: dict[int, dict[int, Used]] = {}

    def visit(current: Diagram) -> Iterator[tuple[Used, Used]]:
        if id(current) in known:
            return
        found = known[id(current)] = {}
        match current:
            case Used(child=child):
                yield from visit(child)
                found.update({**known[id(child)], id(current): current})
            case Product(children=children) | Sum(children=children):
                for child in children:
                    yield from visit(child)
                    if isinstance(current, Product):
                        yield from unlike(found.values(), known[id(child)].values())
                    found.update(known[id(child)])
            case _:
                pass

    def unlike(some: Iterable[Used], others: Iterable[Used]) -> Iterator[tuple[Used, Used]]:
        for first, second in product(some, others):
            pair = id(first), id(second)
            if first is not second and first.root == second.root and pair not in told:
                told.add(pair)
                yield first, second

    yield from visit(node)
