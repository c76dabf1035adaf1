"""Names near to a misspelled one."""

from collections.abc import Iterable


def distance(a: str, b: str) -> int:
    """Count the edits between two words; two neighbors that changed places are one edit (Damerau-Levenshtein)."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before_last, before, row = before, row, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before_last[j - 2] + 1)
            row.append(cost)
    return row[-1]


# A longer word is no name that a person misspelled, and the work of a comparison grows with its square.
LONGEST = 100


def similar(name: str, names: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Give up to `most` of `names` that `name` may have been meant for, the nearest first.

    >>> similar("maxpol", ["max_pool", "avg_pool", "conv"])
    ('max_pool',)
    """
    near: list[tuple[int, str]] = []
    for other in set(names):
        if other.casefold() == name.casefold():
            near.append((0, other))
        elif len(name) <= LONGEST and abs(len(other) - len(name)) <= (limit := max(len(name) // 3, 1)):
            edits = distance(name.casefold(), other.casefold())
            if edits <= limit:
                near.append((edits, other))
    return tuple(other for _, other in sorted(near)[:most])
