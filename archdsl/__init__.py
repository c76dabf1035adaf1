"""archdsl: a language and a compiler for neural architecture search.

The names in `__all__` are the public door; nothing here imports torch before something is compiled.
"""

from .api import compile, resume, search, supernet
from .codegen import lowers
from .diagnostics import ArchdslError, Diagnostic, UsageError
from .evaluators.trial import Budget, Candidate, Trial
from .runs import Run, load_run
from .searchspace import Architecture, Space, load, load_architecture, loads
from .strategies import Strategy

__all__ = [
    "ArchdslError",
    "Architecture",
    "Budget",
    "Candidate",
    "Diagnostic",
    "Run",
    "Space",
    "Strategy",
    "Trial",
    "UsageError",
    "compile",
    "load",
    "load_architecture",
    "load_run",
    "loads",
    "lowers",
    "resume",
    "search",
    "supernet",
]
