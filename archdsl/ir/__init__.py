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
from .types import KINDS, Type

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
]
