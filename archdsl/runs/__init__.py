"""A search run: its loop, journal, budgets, executors and resumption."""

from .config import RunConfig, read_config
from .directory import read_run_config
from .listing import RunSummary, list_runs
from .loop import Progress
from .run import Run, journals_equal, load_run
from .search import resume, search

__all__ = [
    "Progress",
    "Run",
    "RunConfig",
    "RunSummary",
    "journals_equal",
    "list_runs",
    "load_run",
    "read_config",
    "read_run_config",
    "resume",
    "search",
]
