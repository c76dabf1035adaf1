"""What the user did wrong, where, and how to mend it: as data, and as text."""

from .diagnostic import ArchdslError, Diagnostic, Edit, Fix, Label, UsageError, by_place
from .render import render, render_all, to_json
from .similar import similar
from .source import Source, Span
from .unknown import unknown_name, unknown_option

__all__ = [
    "ArchdslError",
    "Diagnostic",
    "Edit",
    "Fix",
    "Label",
    "Source",
    "Span",
    "UsageError",
    "by_place",
    "render",
    "render_all",
    "similar",
    "to_json",
    "unknown_name",
    "unknown_option",
]
