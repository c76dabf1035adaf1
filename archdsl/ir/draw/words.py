"""The texts in a picture: how wide they are at most, and what of them may stand in XML."""

import re
from typing import Final
from xml.sax.saxutils import escape, quoteattr

TIMES, MINUS = "\u00d7", "\u2212"
"""The signs of multiplication and subtraction: `x` and `-` are letters of names."""

_WIDTHS: Final = {
    0.30: "'ijl",
    0.36: " ,.·/:;\\|fIJ-",
    0.41: "()[]t!r",
    0.50: '"*_`',
    0.56: "sz?cL",
    0.63: "FkvxyPTYaoeESbdghnpqu",
    0.70: "$0123456789{}KAVBRXZC",
    0.80: "UHNDG&OQ",
    0.86: f"w#+<=>^~{TIMES}{MINUS}M",
    1.00: "%mW@…",
}
"""Advances in DejaVu Sans, the widest of the usual sans-serif fonts, in parts of the font's size."""

_WIDTH_OF: Final = {char: width for width, chars in _WIDTHS.items() for char in chars}
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def width_of(text: str, size: float) -> float:
    """Give how wide a text is at most, at this font size; a character that is not known counts as a full square."""
    return size * sum(_WIDTH_OF.get(char, 1.0) for char in text)


def shortened(text: str, most: int = 34) -> str:
    """Cut a text that is too long for a box, and say so with `…`."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def xml(text: str) -> str:
    """Write a text as the content of an element."""
    return escape(_NOT_XML.sub("\ufffd", text))


def attribute(value: object) -> str:
    """Write a value as that of an attribute, in its quotes."""
    return quoteattr(_NOT_XML.sub("\ufffd", str(value)))
