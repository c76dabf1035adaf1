"""The command line: `archdsl COMMAND …`."""

from .main import main

__all__ = ["main"]
