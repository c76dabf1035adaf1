"""A search run: its loop, journal, budgets, executors and resumption."""

from .config import RunConfig, read_config
from .listing import RunSummary, list_runs
from .loop import Progress
from .run import Run, load_run
from .search import resume, search

__all__ = [
    "Progress",
    "Run",
    "RunConfig",
    "RunSummary",
    "list_runs",
    "load_run",
    "read_config",
    "resume",
    "search",
]
