"""Spaces and architectures: what can be asked of all the programs that one program stands for."""

from archdsl.elaborate import Kind

from .architecture import Architecture
from .bounds import Bounds, CostRange, End
from .check import Verdict, check_space
from .files import ProgramChanged, architecture_text, load_architecture
from .loading import find, load, loads, shipped, space_of
from .space import Space

__all__ = [
    "Architecture",
    "Bounds",
    "CostRange",
    "End",
    "Kind",
    "ProgramChanged",
    "Space",
    "Verdict",
    "architecture_text",
    "check_space",
    "find",
    "load",
    "load_architecture",
    "loads",
    "shipped",
    "space_of",
]
