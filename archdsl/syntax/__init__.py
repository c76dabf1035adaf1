"""From .nas text to its syntax tree and back."""

from . import ast
from .formatter import canonical_text, format_expression, format_module, format_source
from .parser import Parsed, parse, parse_expression

__all__ = [
    "Parsed",
    "ast",
    "canonical_text",
    "format_expression",
    "format_module",
    "format_source",
    "parse",
    "parse_expression",
]
