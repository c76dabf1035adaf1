from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from archdsl.diagnostics import ArchdslError, UsageError

MISUSE = frozenset(
    {"bad-option", "missing-file", "missing-package", "missing-split", "unknown-dataset", "unknown-device"}
)


@contextmanager
def raises(code: str, message: str, *, notes: tuple[str, ...] = (), help: str | None = None) -> Iterator[None]:
    """Expect one diagnostic and compare all that it says; misuse, and nothing else, ends with exit code 2.

    A message that ends in `…` goes on in the words of another library, which change with its version.
    """
    with pytest.raises(ArchdslError) as caught:
        yield
    (diagnostic,) = caught.value.diagnostics
    said = diagnostic.message
    if message.endswith("…") and len(said) >= len(message):
        said = said[: len(message) - 1] + "…"
    assert (diagnostic.code, said) == (code, message)
    assert (diagnostic.notes, diagnostic.help) == (notes, help)
    assert isinstance(caught.value, UsageError) == (code in MISUSE)
    assert "\n" not in diagnostic.message
    assert not diagnostic.message.endswith(".")
