"""The meaning of the language: a program, walked by one interpreter under a handler of its choices."""

from .cells import cell_networks
from .decided_kinds import Kind
from .faults import Fault, Outside
from .handlers import Between, Handler, Keep, OneOf, Point, Replay, SomeOf
from .interpreter import Interpreter
from .limits import Budget, BudgetSpent
from .names import check_names
from .network import (
    Network,
    architecture_graph,
    bind_network,
    kinds_of,
    replayed_graph,
    settings_of,
    supergraph,
    unknown_decisions,
)
from .program import ModuleScope, Program, library, load_program, read_source

__all__ = [
    "Between",
    "Budget",
    "BudgetSpent",
    "Fault",
    "Handler",
    "Interpreter",
    "Keep",
    "Kind",
    "ModuleScope",
    "Network",
    "OneOf",
    "Outside",
    "Point",
    "Program",
    "Replay",
    "SomeOf",
    "architecture_graph",
    "bind_network",
    "cell_networks",
    "check_names",
    "kinds_of",
    "library",
    "load_program",
    "read_source",
    "replayed_graph",
    "settings_of",
    "supergraph",
    "unknown_decisions",
]
