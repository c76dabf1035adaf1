"""The intermediate representation: types, ops, and the immutable typed DAG."""

from .decisions import OpenDecision, guards_of, open_decisions
from .graph import (
    INPUT,
    AnyNode,
    Choose,
    Graph,
    Input,
    Node,
    Output,
    Scan,
    Scope,
    Select,
    Value,
    regions_of,
)
from .guards import Guard, Is, Label, Takes, label_text
from .intervals import Interval
from .laws import LAWS, LAWS_OF_OPERANDS
from .ops import Attribute, Facts, OpDeclaration, SharedLayer, Weight
from .printer import print_graph, unquote_address
from .types import CHANNELS, KINDS, NUMERIC, Type, stacked_type, step_type, steps_of
from .verify import verify

__all__ = [
    "CHANNELS",
    "INPUT",
    "KINDS",
    "LAWS",
    "LAWS_OF_OPERANDS",
    "NUMERIC",
    "AnyNode",
    "Attribute",
    "Choose",
    "Facts",
    "Graph",
    "Guard",
    "Input",
    "Interval",
    "Is",
    "Label",
    "Node",
    "OpDeclaration",
    "OpenDecision",
    "Output",
    "Scan",
    "Scope",
    "Select",
    "SharedLayer",
    "Takes",
    "Type",
    "Value",
    "Weight",
    "guards_of",
    "label_text",
    "open_decisions",
    "print_graph",
    "regions_of",
    "stacked_type",
    "step_type",
    "steps_of",
    "unquote_address",
    "verify",
]
