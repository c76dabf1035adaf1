"""Which decisions bring a mistake about: as few as the walks that were made tell, and the sets of decisions confirm."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, final

from archdsl.diagnostics import Span
from archdsl.elaborate.addresses import is_relative
from archdsl.ir import Interval, Label

from .diagram import Diagram, Fold, Labels, Literal, Product, Shift, Sum, Used, addresses
from .exploration import Failure
from .paths import Path

MAX_PATHS_TO_COMPARE: Final = 3_000


def causes_of(walked: list[Path]) -> tuple[Failure, ...]:
    """Give each mistake once, under the fewest of the part's decisions that bring it about."""
    found: dict[tuple[object, ...], tuple[Path, Failure]] = {}
    for path in walked:
        for failure in path.failures:
            best = found.get(failure.key)
            if best is None or len(failure.condition) < len(best[1].condition):
                found[failure.key] = (path, failure)
    result: list[Failure] = []
    compared = [(_possible(path), path.failures) for path in walked[:MAX_PATHS_TO_COMPARE]] if found else []
    for key, (path, failure) in found.items():
        inner = set(failure.condition)
        hit = [
            (possible, any(own.key == key and inner >= set(own.condition) for own in failures))
            for possible, failures in compared
        ]
        condition = dict(path.decided)
        for address in list(condition):
            rest = {a: label for a, label in condition.items() if a != address}
            if all(fails for possible, fails in hit if all(v in possible.get(a, ()) for a, v in rest.items())):
                condition = rest
        share = failure.share if not condition else ""
        if len(condition) == 1 and not failure.condition:
            ((address, _),) = condition.items()
            share = _share(address, hit)
        result.append(replace(failure, condition=(*condition.items(), *failure.condition), share=share))
    return tuple(result)


def _possible(path: Path) -> dict[str, set[Labels]]:
    """Give all labels that the walks of a path's classes decide, by address: a class stands for many walks."""
    found: dict[str, set[Labels]] = {}
    seen: set[tuple[int, str]] = set()
    stack: list[tuple[Diagram, str]] = [(node, "") for node in path.picked]
    while stack:
        node, prefix = stack.pop()
        if (id(node), prefix) in seen:
            continue
        seen.add((id(node), prefix))
        if isinstance(node, Literal):
            address = prefix + node.address if is_relative(node.address) else node.address
            found.setdefault(address, set()).add(node.label)
        elif isinstance(node, Shift):
            stack.append((node.child, prefix + node.prefix))
        elif isinstance(node, Used):
            stack.append((node.child, prefix if is_relative(node.root) else ""))
        else:
            stack.extend((child, prefix) for child in node.children)
    return found


def _share(address: str, hit: list[tuple[dict[str, set[Labels]], bool]]) -> str:
    """Say how many of a choice's alternatives bring a mistake about."""
    labels: dict[object, bool] = {}
    for possible, fails in hit:
        for label in possible.get(address, ()):
            labels[label] = labels.get(label, True) and fails
    affected = sum(labels.values())
    return f"{affected} of the {len(labels)} alternatives"


def settled(failure: Failure, wrong: Diagram, right: Diagram) -> Failure:
    """Give a mistake under decisions that lead to it and to nothing that is right.

    The walks of a part know no other part: what they tell may be what no architecture decides. Then it is told of the
    first architecture that is `wrong`, and of as few of its decisions as keep all that are `right` away.
    """
    told = dict(failure.condition)
    if _has(wrong, told) and not _has(right, told):
        return failure
    condition = _first(wrong)
    for address in sorted(condition, key=told.__contains__):
        rest = {own: label for own, label in condition.items() if own != address}
        if not _has(right, rest):
            condition = rest
    share = ""
    if len(condition) == 1:
        ((address, _),) = condition.items()
        labels = _labels(address, wrong, right)
        affected = sum(not _has(right, {address: label}) for label in labels)
        share = f"{affected} of the {len(labels)} alternatives"
    return replace(failure, condition=tuple(condition.items()), share=share)


@final
@dataclass(frozen=True, slots=True)
class Unlike:
    """Two uses of what is decided once under a root, what each may decide, and where they are: nothing is in both."""

    root: str
    members: tuple[Diagram, Diagram]
    places: tuple[Span, Span]

    @property
    def choice(self) -> tuple[str, tuple[list[Label], list[Label]]] | None:
        """A choice of which no label is at both uses, and its labels at each."""
        common = [own for own in addresses()(self.members[0]) if own in addresses()(self.members[1])]
        for address in sorted(common):
            first, second = (_labels(address, own) for own in self.members)
            if not {(type(own), own) for own in first} & {(type(own), own) for own in second}:
                return address, (first, second)
        return None


def _has(diagram: Diagram, wanted: Mapping[str, Label]) -> bool:
    """Tell whether some member makes all of these decisions."""
    never = -len(wanted) - 1

    def found(literal: Literal) -> int:
        if literal.address not in wanted:
            return 0
        label = wanted[literal.address]
        return 1 if label == literal.label and type(label) is type(literal.label) else never

    def join(parts: list[int]) -> int:
        return sum(parts) if min(parts, default=0) >= 0 else never

    most: Fold[int] = Fold(found, join, lambda parts: max(parts, default=never))
    return most(diagram) == len(wanted)


def _first(diagram: Diagram) -> dict[str, Label]:
    """Give the decisions of the first member, but for real settings: no mistake depends on one."""
    found: dict[str, Label] = {}
    stack = [diagram]
    while stack:
        node = stack.pop()
        match node:
            case Literal(label=label):
                if not isinstance(label, Interval):
                    found[node.address] = label
            case Product(children=children):
                stack.extend(reversed(children))
            case Sum(children=children):
                stack.append(children[0])
            case Shift() | Used():
                raise AssertionError("the sets of architectures are flat")
    return found


def _labels(address: str, *diagrams: Diagram) -> list[Label]:
    """Give what some member decides at an address."""

    def own(literal: Literal) -> dict[tuple[type, Label], Label]:
        label = literal.label
        return {(type(label), label): label} if literal.address == address and not isinstance(label, Interval) else {}

    at: Fold[dict[tuple[type, Label], Label]] = Fold(
        own,
        lambda parts: {key: label for part in parts for key, label in part.items()},
        lambda parts: {key: label for part in parts for key, label in part.items()},
    )
    return list({key: label for diagram in diagrams for key, label in at(diagram).items()}.values())
