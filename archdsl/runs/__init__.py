"""A search run: its loop, journal, budgets, executors and resumption."""
