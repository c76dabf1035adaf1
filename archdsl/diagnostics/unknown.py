"""What is said where a name is asked for that is not registered, or an option that is not there."""

from collections.abc import Iterable

from .diagnostic import Diagnostic, UsageError
from .similar import similar


def unknown_name(code: str, nouns: tuple[str, str], name: str, known: Iterable[str]) -> UsageError:
    """Say that nothing of a kind, one and many of which `nouns` call, bears a name, and what does."""
    one, many = nouns
    names = sorted(known)
    near = similar(name, names)
    return UsageError(
        Diagnostic(
            code,
            f"there is no {one} named `{name}`",
            notes=(f"the {many} are {', '.join(names)}",),
            help=f"{_article(one)} with a similar name exists: `{near[0]}`" if near else None,
        )
    )


def unknown_option(owner: str, option: str, known: Iterable[str]) -> UsageError:
    """Say that `owner`, such as "the strategy `x`", has no option of a name, and which it has."""
    options = tuple(known)
    near = similar(option, options)
    return UsageError(
        Diagnostic(
            "unknown-option",
            f"{owner} has no option `{option}`",
            notes=(f"its options are {', '.join(options)}",) if options else ("it has no options",),
            help=f"an option with a similar name exists: `{near[0]}`" if near else None,
        )
    )


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
