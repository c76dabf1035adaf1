"""From .nas text to its syntax tree and back."""

from . import ast
from .parser import Parsed, parse, parse_expression

__all__ = ["Parsed", "ast", "parse", "parse_expression"]
