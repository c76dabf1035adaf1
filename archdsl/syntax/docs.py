"""Doc strings: their text without quotes and indentation, and back."""

import re
import textwrap


def cleaned(token: str) -> str:
    """Give the text of a doc string: without quotes, indentation, and empty lines at both ends."""
    first, *rest = [line.rstrip() for line in token[3:-3].expandtabs().split("\n")]
    lines = [first.lstrip(), *textwrap.dedent("\n".join(rest)).split("\n")]
    return re.sub(r"^\n+", "", "\n".join(lines)).rstrip()


def quoted(text: str) -> str:
    """Write a doc string that `cleaned` gives back; the quotes of a long one stand on lines of their own."""
    first, *rest = text.split("\n")
    if not rest:
        return f'"""{text}{" " * text.endswith(chr(34))}"""'
    # Where all later lines are indented, the first one must stand among them.
    body = "\n".join(rest)
    opening = "\n" if first.startswith(" ") or textwrap.dedent(body) != body else ""
    return f'"""{opening}{text}\n"""'
