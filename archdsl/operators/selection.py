"""Which decisions an operator is about: by patterns of addresses, and by kind."""

import re
from functools import lru_cache
from re import Pattern
from typing import get_args

from archdsl.diagnostics import Diagnostic, UsageError
from archdsl.searchspace import Architecture, Kind, Space


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Pattern[str]:
    parts = [".*" if part == "*" else "." if part == "?" else re.escape(part) for part in re.split(r"([*?])", pattern)]
    return re.compile("".join(parts), re.DOTALL)


def matches(pattern: str, address: str) -> bool:
    """Tell whether a pattern is of an address: `*` stands for any text, `?` for any character, all else for itself.

    >>> matches("normal.*.op", "normal.h[0].op"), matches("normal.h[?]", "normal.h[0]"), matches("h", "normal.h[0]")
    (True, True, False)
    """
    return _compiled(pattern).fullmatch(address) is not None


def selected(architecture: Architecture, space: Space, where: str | None = None, kind: Kind | None = None) -> list[str]:
    """Give the addresses at which an architecture decides and another may decide otherwise, those selected.

    They come in the order in which the space has them, however the architecture was made.
    """
    if kind is not None and kind not in get_args(Kind):
        message = f"expected a kind of {', '.join(get_args(Kind))}, got `{kind}`"
        raise UsageError(Diagnostic("bad-option", message))
    open_addresses = space.open_addresses
    found = [own for own in architecture.decisions if own in open_addresses]
    if where is not None:
        found = [own for own in found if matches(where, own)]
    if kind is not None:
        kinds = space.kinds(architecture.decisions)
        found = [own for own in found if kinds[own] == kind]
    found.sort(key=space.changer.places.__getitem__)
    return found
