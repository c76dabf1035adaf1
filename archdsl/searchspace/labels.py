"""Labels as people and files write them, read as those that decisions have."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from archdsl.ir import Interval, Label, label_text


def read_labels(
    decisions: Mapping[str, Any], choices: Mapping[str, Sequence[Label]], reals: Mapping[str, Interval]
) -> dict[str, Label]:
    """Take lists in any order for sets, numbers for labels that are their text, and texts for real numbers."""
    result: dict[str, Label] = {}
    for address, label in decisions.items():
        plain = plain_label(label)
        if address in reals:
            plain = _as_real(plain)
        known = choices.get(address, ())
        if known and not any(plain == own and type(plain) is type(own) for own in known):
            plain = next((own for own in known if label_text(own) == label_text(plain)), plain)
        result[address] = plain
    return result


def plain_label(label: Any) -> Label:
    """Give a list as the set that it stands for."""
    return as_set(label) if isinstance(label, list | tuple) else label


def as_set(elements: Iterable[Any]) -> Label:
    """Give a set of indices, or of names that may look like numbers, in its order."""
    given = tuple(elements)
    return tuple(sorted(given)) if all(type(own) is int for own in given) else tuple(sorted(map(str, given)))


def _as_real(label: Label) -> Label:
    """Take a whole number, or the text of a number, as a real number: YAML reads `1e-4` as a text."""
    try:
        return float(label) if isinstance(label, (int, str)) and not isinstance(label, bool) else label
    except ValueError:
        return label
