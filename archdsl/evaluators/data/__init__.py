"""Reading datasets: by name, from files and folders, and from Python objects."""

from .load import NAMES, load_dataset

__all__ = ["NAMES", "load_dataset"]
