"""Which decisions bring a mistake about: as few as the walks that were made tell."""

from dataclasses import replace
from typing import Final

from archdsl.elaborate.addresses import is_relative

from .diagram import Diagram, Labels, Literal, Shift
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
        result.append(replace(failure, condition=(*condition.items(), *failure.condition)))
        if len(condition) == 1 and not failure.condition:
            ((address, _),) = condition.items()
            result[-1] = replace(result[-1], share=_share(address, hit))
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
