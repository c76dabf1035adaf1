"""The battery of laws for how a backend lowers an op."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, final

import numpy as np
from hypothesis import strategies as st

from archdsl.codegen import load_backend
from archdsl.codegen.protocols import Backend, Examined
from archdsl.diagnostics import ArchdslError, Diagnostic, UsageError, similar
from archdsl.ir import INPUT, NUMERIC, Graph, Input, Node, OpDeclaration, Output, Value
from archdsl.searchspace import Space

from .computing import Array, Weights, can_train, difference, drawn_weights
from .declared import DECLARED
from .effort import Effort, effort_of
from .falsified import Report, report_on_graph
from .op_uses import INSTANCES, OpInstance
from .programs import architectures
from .trying import try_law

Result = TypeVar("Result")

BUILT = "the op is built and runs"
SHAPES = "it gives what its declaration infers"
WEIGHTS = "it owns the weights and buffers that are declared, and no others"
COST = "it costs the multiply-accumulates that are declared"
VALUES = "it computes what the other backend computes"
SLOPE = "its derivatives are those of what it computes"
PURITY = "its inputs stay as they were"
EXAMPLES = "in evaluation each example of a batch is by itself"
DETERMINISM = "in evaluation the same inputs and weights give the same outputs"

BATCH = 3
STEP = 1e-6

OFTEN = 7
"""How many more uses of an op are drawn than spaces: they are cheaper."""


def check_lowering(
    backend: str,
    op: str,
    *,
    space: Space | None = None,
    uses: st.SearchStrategy[OpInstance] | None = None,
    against: str | None = "",
    effort: Effort | str | None = None,
    examples: int | None = None,
    seed: int | None = None,
) -> None:
    """Check how a backend lowers an op, at uses of a standard op that are drawn, or those in a space of yours.

    The op is built and runs; its outputs have the types that its declaration infers; it owns the weights and buffers
    that are declared and no others, and costs what is declared; what it computes is what the other backend computes,
    in evaluation and in training, and its derivatives are those of what it computes; it leaves its inputs alone; in
    evaluation nothing is drawn, and no example of a batch heeds another.

    Args:
        backend: The backend's name.
        op: The op's name.
        space: Where the op is used; all uses in architectures that are drawn are tried.
        uses: Or else a strategy that draws uses of a standard op.
        against: The backend whose outputs are right, by default the other one if it lowers the op; None for neither.
        effort: `quick`, `normal` or `deep`; by default what pytest was told by `--archdsl-effort`.
        examples: How many examples to draw.
        seed: From what to draw them.

    Raises:
        Falsified: a law does not hold; the message has a small network to paste.
        UsageError: there is no such op.

    >>> check_lowering("numpy", "relu", against=None, effort="quick")
    """
    effort = effort_of(effort, examples, seed)
    built = load_backend(backend)
    reference = _reference(backend, op) if against == "" else against
    laws = _Laws(built, op, load_backend(reference) if reference else None)
    if space is not None:
        strategy: st.SearchStrategy[Graph] = architectures(space).flatmap(lambda own: _uses_in(own.graph, op))
    elif op in DECLARED:
        strategy = (INSTANCES[op] if uses is None else uses).map(graph_of)
    else:
        near = similar(op, DECLARED)
        message = f"there is no standard op `{op}`; an op of yours is checked in a `space` that uses it"
        help_ = f"an op with a similar name exists: `{near[0]}`" if near else None
        raise UsageError(Diagnostic("unknown-name", message, help=help_))
    try_law(laws.check_one, strategy, effort, times=OFTEN)


def graph_of(use: OpInstance) -> Graph:
    """Give the graph of a use of a standard op alone."""
    return alone(DECLARED[use.op], tuple(use.attributes.items()), use.types)


def alone(declaration: OpDeclaration, attributes: Any, types: Any) -> Graph:
    """Give the graph of an op alone."""
    facts = declaration.infer(dict(attributes), types)
    values = tuple(Value(INPUT, index) for index in range(len(types)))
    node = Node(0, declaration.name, attributes, values, facts, "op", "op")
    ports = tuple(Input(f"x{index}", type_) for index, type_ in enumerate(types))
    outputs = tuple(Output(Value(0, index)) for index in range(len(facts.types)))
    return Graph("alone", ports, (node,), outputs, ops={declaration.name: declaration})


def _uses_in(graph: Graph, op: str) -> st.SearchStrategy[Graph]:
    found = {
        alone(part.ops[op], node.attributes, tuple(part.type_of(value) for value in node.inputs)): None
        for part in graph.graphs()
        for node in part.nodes
        if isinstance(node, Node) and node.op == op
    }
    return st.sampled_from(list(found)) if found else st.nothing()


def _reference(backend: str, op: str) -> str | None:
    """Give the other backend, if it lowers the op."""
    from archdsl.codegen import lowered_ops

    other = "numpy" if backend == "torch" else "torch"
    try:
        load_backend(other)
    except ArchdslError:
        return None
    return other if op in lowered_ops(other) else None


@final
class _Laws:
    def __init__(self, backend: Backend, op: str, reference: Backend | None) -> None:
        self._backend = backend
        self._reference = reference
        self._subject = f"the lowering of `{op}` for `{backend.name}`"

    def check_one(self, graph: Graph) -> None:
        """Build one use, and check all that can be told."""
        report = report_on_graph(self._subject, graph)
        (node,) = graph.operations()
        rng = np.random.default_rng(0)
        weights, inputs = drawn_weights(graph, rng), _inputs(graph, rng)
        built = _tried(report, lambda: self._backend.examine(graph))
        given = [x.copy() for x in inputs]
        outputs = _tried(report, lambda: built.run(given, weights))
        if any(not np.array_equal(x, before) for x, before in zip(given, inputs, strict=True)):
            raise report(PURITY, "an input was written to")
        shapes = [y.shape for y in outputs]
        expected = [(BATCH, *type_.dims) for type_ in node.types]
        if shapes != expected:
            raise report(SHAPES, f"declared {expected}, given {shapes}")
        self._check_tensors(report, graph, node, built)
        self._check_cost(report, graph, node)
        if wrong := difference(built.run(inputs, weights), outputs, 0):
            raise report(DETERMINISM, wrong)
        alone = built.run([x[:1] for x in inputs], weights)
        if wrong := difference(alone, [y[:1] for y in outputs], 1e-10):
            raise report(EXAMPLES, wrong)
        for training in (False, True) if can_train(graph) else (False,):
            self._check_values(report, graph, built, training)

    def _check_tensors(self, report: Report, graph: Graph, node: Node, built: Examined) -> None:
        if node.facts.weights is None:
            return
        declared = {(node.parameters, own.name): (own.shape, own.kind) for own in node.facts.weights}
        if dict(built.tensors) != declared:
            raise report(WEIGHTS, f"declared {declared}\nbuilt    {dict(built.tensors)}")
        if built.undeclared:
            raise report(WEIGHTS, f"not declared: {', '.join(built.undeclared)}")

    def _check_cost(self, report: Report, graph: Graph, node: Node) -> None:
        if node.facts.macs is None or self._backend.name != "torch":
            return
        _, macs = _tried(report, lambda: self._backend.measure(graph, node))
        if macs != node.facts.macs:
            raise report(COST, f"declared {node.facts.macs}, measured {macs}")

    def _check_values(self, report: Report, graph: Graph, built: Examined, training: bool) -> None:
        rng = np.random.default_rng(1)
        weights, inputs = drawn_weights(graph, rng), _inputs(graph, rng)
        outputs = _tried(report, lambda: built.run(inputs, weights, training=training))
        mode = "training" if training else "evaluation"
        if self._reference is not None:
            expected = self._reference.examine(graph).run(inputs, weights, training=training)
            if wrong := difference(outputs, expected, 1e-10):
                raise report(VALUES, f"in {mode} {wrong}")
        if not all(np.isfinite(y).all() for y in outputs):
            return
        slope = _Slope(graph, inputs, weights, outputs, rng)
        found = _tried(report, lambda: slope.derived(built, training))
        if found is None:
            return
        expected_slope, size = slope.measured(built, training)
        if not abs(found - expected_slope) <= 1e-4 * max(1.0, size):
            raise report(SLOPE, f"in {mode}: derived {found:.6g}, measured {expected_slope:.6g}")


@final
class _Slope:
    """A direction in which outputs grow, as derivatives tell, and as a small step shows."""

    def __init__(
        self,
        graph: Graph,
        inputs: Sequence[Array],
        weights: Weights,
        outputs: Sequence[Array],
        rng: np.random.Generator,
    ) -> None:
        self._inputs = inputs
        self._weights = weights
        self._factors = [rng.standard_normal(y.shape) for y in outputs]
        numeric = [port.type.kind in NUMERIC for port in graph.inputs]
        self._directions = [
            rng.standard_normal(x.shape) if own else np.zeros_like(x) for x, own in zip(inputs, numeric, strict=True)
        ]
        trained = {
            (key, own.name) for key, known in graph.weights().items() for own in known or () if own.kind == "weight"
        }
        self._of_weights = {
            key: {
                name: rng.standard_normal(own.shape) if (key, name) in trained else np.zeros(own.shape)
                for name, own in known.items()
            }
            for key, known in weights.items()
        }

    def derived(self, built: Examined, training: bool) -> float | None:
        """Give what the derivatives tell; None where there are none."""
        found = built.gradients(self._inputs, self._weights, self._factors, training=training)
        if found is None:
            return None
        by_inputs, by_weights = found
        total = sum(float((own * v).sum()) for own, v in zip(by_inputs, self._directions, strict=True))
        return total + sum(
            float((own * self._of_weights[key][name]).sum())
            for key, known in by_weights.items()
            for name, own in known.items()
        )

    def measured(self, built: Examined, training: bool) -> tuple[float, float]:
        """Give what a step forth and back shows, and how large its parts are."""
        ends = []
        for step in (STEP, -STEP):
            inputs = [x + step * v if v.any() else x for x, v in zip(self._inputs, self._directions, strict=True)]
            weights = {
                key: {name: own + step * self._of_weights[key][name] for name, own in known.items()}
                for key, known in self._weights.items()
            }
            ends.append(built.run(inputs, weights, training=training))
        growths = [(y - x) / (2 * STEP) * factor for y, x, factor in zip(*ends, self._factors, strict=True)]
        return sum(float(own.sum()) for own in growths), sum(float(np.abs(own).sum()) for own in growths)


def _inputs(graph: Graph, rng: np.random.Generator) -> list[Array]:
    """Draw a batch of inputs; tokens are indices of the op's words."""
    (node,) = graph.operations()
    words = dict(node.attributes).get("vocab", 7)
    assert isinstance(words, int)
    shapes = [(port.type.kind, (BATCH, *port.type.dims)) for port in graph.inputs]
    return [
        3 * rng.standard_normal(shape) if kind in NUMERIC else rng.integers(words, size=shape) for kind, shape in shapes
    ]


def _tried(report: Report, call: Callable[[], Result]) -> Result:
    try:
        return call()
    except Exception as error:
        raise report(BUILT, f"{type(error).__name__}: {error}") from error
