"""archdsl: a language and a compiler for neural architecture search.

The names in `__all__` are the public door. Each is imported when it is first used: reading and counting spaces loads
neither the training data's libraries nor torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .api import compile, dedup, resume, search, supernet
    from .codegen import lowers
    from .diagnostics import ArchdslError, Diagnostic, UsageError
    from .evaluators.trial import Budget, Candidate, Trial
    from .runs import Run, load_run
    from .searchspace import Architecture, Space, load, load_architecture, loads
    from .strategies import Strategy

_HOMES = {
    "api": ("compile", "dedup", "resume", "search", "supernet"),
    "codegen": ("lowers",),
    "diagnostics": ("ArchdslError", "Diagnostic", "UsageError"),
    "evaluators.trial": ("Budget", "Candidate", "Trial"),
    "runs": ("Run", "load_run"),
    "searchspace": ("Architecture", "Space", "load", "load_architecture", "loads"),
    "strategies": ("Strategy",),
}

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
    "dedup",
    "load",
    "load_architecture",
    "load_run",
    "loads",
    "lowers",
    "resume",
    "search",
    "supernet",
]


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            value = getattr(import_module(f".{home}", __name__), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
