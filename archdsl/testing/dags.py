"""Random typed graphs of the standard ops, smaller ones first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hypothesis import strategies as st

from archdsl.ir import INPUT, Attribute, Graph, Input, Node, Output, Type, Value

from .declared import DECLARED

IMAGE = Type("image", (2, 3, 3))

# Ops of one image, with statics that every image of two or four channels admits.
UNARY: dict[str, list[dict[str, Attribute]]] = {
    "relu": [{}],
    "zero": [{"stride": 1}, {"stride": 2}],
    "identity": [{}],
    "conv": [
        {"out": out, "kernel": kernel, "stride": 1, "dilation": 1, "groups": 1, "bias": bias, "pad": "same"}
        for kernel, out, bias in ((1, 2, False), (1, 2, True), (3, 4, False))
    ],
    "bn": [{"affine": affine, "eps": 1e-5, "momentum": 0.1} for affine in (True, False)],
    "avg_pool": [{"kernel": 3, "stride": 1, "pad": "same"}],
    "sigmoid": [{}],
    "max_pool": [{"kernel": 3, "stride": 1, "pad": "same"}],
    "crop": [{"out": 2}],
    "widen": [{"out": 4}],
    "split": [{"n": 1}],
    "shift": [{}],
    "dropout": [{"rate": 0.0}, {"rate": 0.5}],
    "drop_path": [{"rate": 0.0}],
    "global_avg_pool": [{}],
}
OF_VECTORS: dict[str, list[dict[str, Attribute]]] = {
    "tanh": [{}],
    "linear": [{"out": 2, "bias": False}, {"out": 2, "bias": True}],
    "layer_norm": [{"affine": affine, "eps": 1e-5} for affine in (True, False)],
}
JOINS = ("add", "mean", "product", "maximum")


@dataclass
class Made:
    """A graph in the making."""

    inputs: list[Input]
    nodes: list[Node] = field(default_factory=list)
    types: dict[Value, Type] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.types = {Value(INPUT, i): port.type for i, port in enumerate(self.inputs)}

    def add(self, op: str, attributes: Mapping[str, Attribute], values: Sequence[Value], parameters: str = "") -> Value:
        """Add a node; give its first result."""
        facts = DECLARED[op].infer(attributes, tuple(self.types[value] for value in values))
        id = len(self.nodes)
        address = f"{op}{id}"
        self.nodes.append(Node(id, op, tuple(attributes.items()), tuple(values), facts, address, parameters or address))
        self.types.update((Value(id, index), type_) for index, type_ in enumerate(facts.types))
        return Value(id)

    def graph(self, outputs: Sequence[Value]) -> Graph:
        """Finish; nothing is removed."""
        return Graph("made", tuple(self.inputs), tuple(self.nodes), tuple(map(Output, outputs)), ops=DECLARED)


@st.composite
def graphs(draw: st.DrawFn, most: int = 12, joins: Sequence[str] = JOINS) -> Graph:
    """Draw an architecture's graph: some of its ops share weights, some are equal to others, some are dead."""
    made = Made([Input(f"x{i}", IMAGE) for i in range(draw(st.integers(1, 2)))])
    for _ in range(draw(st.integers(1, most))):
        _extend(draw, made, joins)
    taken = {value for node in made.nodes for value in node.inputs}
    ends = [value for value in made.types if value not in taken and value.node != INPUT]
    dead = draw(st.sets(st.sampled_from(ends), max_size=1)) if len(ends) > 1 else set()
    return made.graph([value for value in ends if value not in dead])


def _extend(draw: st.DrawFn, made: Made, joins: Sequence[str]) -> None:
    values = list(made.types)[::-1]
    kind = draw(st.sampled_from(["one", "join", "join", "again", "zero"]))
    if kind == "again" and made.nodes:
        node = draw(st.sampled_from(made.nodes))
        attributes = dict(node.attributes)
        operands = draw(st.permutations(node.inputs)) if node.op in joins else node.inputs
        made.add(node.op, attributes, operands, _shared(draw, made, node.op, attributes, operands))
        return
    first = draw(st.sampled_from(values))
    type_ = made.types[first]
    if kind == "join":
        alike = [value for value in values if made.types[value] == type_]
        operands = draw(st.lists(st.sampled_from(alike), min_size=1, max_size=3))
        made.add(draw(st.sampled_from(joins)), {}, operands)
        return
    if kind == "zero":
        made.add("zero", {"stride": 1}, (first,))
        return
    if type_.kind == "vec":
        images = [v for v in values if made.types[v].kind == "image" and made.types[v].dims[:1] == type_.dims]
        if len(images) > 0 and draw(st.booleans()):
            made.add("scale", {}, (draw(st.sampled_from(images)), first))
            return
        table = OF_VECTORS
    else:
        table = UNARY
    out_of_place = {"crop", "split"} if type_.dims[0] == 1 else {"widen"} if type_.dims[0] > 4 else set()
    names = [name for name in table if name not in out_of_place]
    op = draw(st.sampled_from(names))
    attributes = draw(st.sampled_from(table[op]))
    made.add(op, attributes, (first,), _shared(draw, made, op, attributes, (first,)))


def _shared(
    draw: st.DrawFn, made: Made, op: str, attributes: Mapping[str, Attribute], operands: Sequence[Value]
) -> str:
    """Give the key of earlier weights that the op could share, or none."""
    weights = DECLARED[op].infer(attributes, tuple(made.types[value] for value in operands)).weights
    keys = [own.parameters for own in made.nodes if own.op == op and weights and own.facts.weights == weights]
    return draw(st.sampled_from(keys)) if len(keys) > 0 and draw(st.booleans()) else ""
