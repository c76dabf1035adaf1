"""The intermediate representation: types, ops, and the immutable typed DAG."""

from .graph import (
    INPUT,
    AnyNode,
    Choose,
    Graph,
    Input,
    Label,
    Node,
    Output,
    Scope,
    Select,
    Value,
)
from .ops import Attribute, Facts, OpDeclaration, Weight
from .printer import print_graph, unquote_address
from .types import KINDS, Type
from .verify import verify

__all__ = [
    "INPUT",
    "KINDS",
    "AnyNode",
    "Attribute",
    "Choose",
    "Facts",
    "Graph",
    "Input",
    "Label",
    "Node",
    "OpDeclaration",
    "Output",
    "Scope",
    "Select",
    "Type",
    "Value",
    "Weight",
    "print_graph",
    "unquote_address",
    "verify",
]
