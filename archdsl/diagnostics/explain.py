"""The page of each diagnostic: what it means, why it matters, an example, and what to write instead."""

from functools import cache
from importlib.resources import files

from .diagnostic import Diagnostic, UsageError
from .similar import similar


@cache
def codes() -> tuple[str, ...]:
    """List the codes that have a page."""
    folder = files(__package__) / "pages"
    return tuple(sorted(page.name.removesuffix(".md") for page in folder.iterdir() if page.name.endswith(".md")))


def explain(code: str) -> str:
    """Give the page of a code.

    Raises:
        UsageError: there is none.

    >>> explain("unknown-name").splitlines()[0]
    '# unknown-name'
    """
    if code not in codes():
        near = similar(code, codes())
        raise UsageError(
            Diagnostic(
                "unknown-code",
                f"there is no diagnostic `{code}`",
                help=f"a code with a similar name exists: `{near[0]}`" if near else "archdsl explain lists all",
            )
        )
    return (files(__package__) / "pages" / f"{code}.md").read_text(encoding="utf-8")
