"""The battery of laws for a network morphism."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import final

import numpy as np
from hypothesis import strategies as st

from archdsl.codegen import load_backend
from archdsl.diagnostics import ArchdslError
from archdsl.ir import Graph, Node, verify
from archdsl.operators import Morphism, NoChange, WeightMap
from archdsl.operators.weight_map import misfits

from .computing import Array, Weights, drawn_inputs
from .effort import Effort, effort_of
from .falsified import Report, report_on_graph, subject_of
from .networks import network_graphs
from .operating import CHANCE, DETERMINISM, ENDS, PURITY
from .randomness import Endless, Watched, globals_kept
from .rewrite import check_printed, signature
from .trying import try_law

RAISES = "it raises nothing but `NoChange`"
VALID = "the changed graph is valid"
SIGNATURE = "the changed graph takes and gives what the graph before it does"
FIT = "the map has an expression for each tensor of the changed graph, of its shape"
FUNCTION = "an exact morphism keeps what the network computes"
EFFECT = "the changed graph is another, or has other weights"
SITES = "it finds a place in some network"
VARIETY = "the outputs of some network vary, so that a kept function says something"
LEARNING = "every new parameter has a gradient within two steps"
ROUND_TRIP = "the changed graph is printed and read back"

SEEDS = st.integers(0, 1000)
BATCH = 6
LEAST_SPREAD = 0.1
TOLERANCE = 1e-10
RATE = 0.05
ENOUGH = 8
"""In so many networks there is more than one place somewhere, so that one is drawn."""


def check_morphism(
    morphism: Morphism,
    *,
    graphs: st.SearchStrategy[Graph] | Sequence[Graph] | None = None,
    exact: bool | None = None,
    changes: bool = True,
    draws: bool = True,
    learns: bool = True,
    effort: Effort | str | None = None,
    examples: int | None = None,
    seed: int | None = None,
) -> None:
    """Check all that is expected of a morphism, on networks that are drawn or on those given.

    The changed graph is valid, takes and gives the same types, and is printed and read back; its weights all come from
    somewhere, in their shapes; the same `rng` gives the same, no other chance is used, and the graph before it is left
    alone; an exact morphism keeps the function in evaluation, for trained weights and statistics, relative to how much
    the outputs vary; every new parameter has a gradient within two steps of training, if torch is there to tell.

    Args:
        morphism: What to check.
        graphs: What to apply it to.
        exact: Whether the function is kept; by default what the morphism's `fidelity` says.
        changes: Whether the graph or its weights must change.
        draws: Whether anything is left to chance.
        learns: Whether what is new must learn.
        effort: `quick`, `normal` or `deep`; by default what pytest was told by `--archdsl-effort`.
        examples: How many examples to draw.
        seed: From what to draw them.

    Raises:
        Falsified: a law does not hold; the message has a small network to paste.
    """
    effort = effort_of(effort, examples, seed)
    laws = _Laws(morphism, morphism.fidelity == "exact" if exact is None else exact, changes, learns)
    if graphs is None:
        strategy = _any_example()
    else:
        drawn = graphs if isinstance(graphs, st.SearchStrategy) else st.sampled_from(list(graphs))
        strategy = st.tuples(drawn, SEEDS)
    try_law(laws.check_one, strategy, effort)
    laws.check_all(draws)


@lru_cache(maxsize=1)
def _any_example() -> st.SearchStrategy[tuple[Graph, int]]:
    return st.tuples(network_graphs(), SEEDS)


@final
class _Laws:
    def __init__(self, morphism: Morphism, is_exact: bool, changes: bool, learns: bool) -> None:
        self._morphism = morphism
        self._subject = subject_of("morphism", morphism)
        self._is_exact = is_exact
        self._changes = changes
        self._learns = learns
        self._sites = self._draws = self._varied = 0
        self._last: Report | None = None

    def _apply(self, report: Report, graph: Graph, seed: int) -> tuple[Graph, WeightMap] | None:
        rng = Watched(seed)
        try:
            child, weight_map = self._morphism.apply(graph, rng)
        except NoChange:
            return None
        except Endless:
            raise report(ENDS, f"more than {rng.draws - 1:,} draws in one call") from None
        except Exception as error:
            raise report(RAISES, f"{type(error).__name__}: {error}") from error
        self._draws += rng.draws
        return child, weight_map

    def check_one(self, example: tuple[Graph, int]) -> None:
        """Change one network, and check all that can be told."""
        original, seed = example
        report = self._last = report_on_graph(self._subject, original, seed)
        # What it does to a graph in place is done to a copy: the same graph is tried again.
        graph = replace(original, nodes=tuple(replace(node) for node in original.nodes))
        before = repr(graph)
        change = globals_kept(report, lambda: self._apply(report, graph, seed))
        if repr(graph) != before:
            raise report(PURITY, f"it is now\n{graph}")
        if self._apply(report, graph, seed) != change:
            raise report(DETERMINISM, "the second time it gives something else")
        if change is None:
            return
        self._sites += 1
        child, weight_map = change
        if wrong := verify(child, architecture=True):
            raise report(VALID, "\n".join([str(child), *(own.message for own in wrong)]))
        if signature(child) != signature(graph):
            raise report(SIGNATURE, str(child))
        if misfit := misfits(graph, child, weight_map):
            raise report(FIT, "\n".join([*misfit, str(child)]))
        check_printed(report, ROUND_TRIP, child)
        self._check_weights(report, graph, child, weight_map, seed)

    def _check_weights(self, report: Report, graph: Graph, child: Graph, weight_map: WeightMap, seed: int) -> None:
        backend = load_backend("numpy")
        inputs = drawn_inputs(graph, np.random.default_rng(seed), BATCH)
        parent = backend.compile(graph)
        parent.weights = trained_weights(graph, inputs, seed)
        made = backend.inherit(parent, child, weight_map, seed=seed)
        if self._changes and child == graph and _equal(made.weights, parent.weights):
            raise report(EFFECT, "nothing has changed")
        expected, found = parent(*inputs)[0], made(*inputs)[0]
        if self._is_exact and spread(expected) >= LEAST_SPREAD:
            self._varied += 1
            error = float(np.abs(found - expected).max() / spread(expected))
            if not error <= TOLERANCE:
                raise report(
                    FUNCTION, f"the outputs vary by {spread(expected):.3g}, and differ by {error:.3g} of that\n{child}"
                )
        if self._learns:
            self._check_learning(report, graph, child, made.weights, inputs)

    def _check_learning(
        self, report: Report, graph: Graph, child: Graph, weights: Weights, inputs: Sequence[Array]
    ) -> None:
        try:
            built = load_backend("torch").examine(child)
        except ArchdslError:
            return
        known = {(key, own.name) for key, owned in graph.weights().items() for own in owned or ()}
        new = {place for place, (_, kind) in built.tensors.items() if place not in known and kind == "weight"}
        rng = np.random.default_rng(0)
        for _ in range(2):
            outputs = built.run(inputs, weights, training=True)
            found = built.gradients(inputs, weights, [rng.standard_normal(y.shape) for y in outputs], training=True)
            assert found is not None, "torch has derivatives"
            new -= {(key, name) for key, known in found[1].items() for name, own in known.items() if own.any()}
            weights = {
                key: {name: own - RATE * found[1].get(key, {}).get(name, 0) for name, own in known.items()}
                for key, known in weights.items()
            }
        if new:
            raise report(LEARNING, f"none for {', '.join(f'{name} of {key}' for key, name in sorted(new))}\n{child}")

    def check_all(self, draws: bool) -> None:
        """Check what is to be seen in some example."""
        if self._last is None:
            return
        if not self._sites:
            raise self._last(SITES, "it says `NoChange` of all")
        if draws and not self._draws and self._sites >= ENOUGH:
            raise self._last(CHANCE, "nothing was drawn")
        if self._is_exact and not self._varied:
            raise self._last(VARIETY, "none did")


def spread(output: Array) -> float:
    """Give how much outputs differ from one input to another."""
    return float(output.std(axis=0).mean())


def trained_weights(graph: Graph, inputs: Sequence[Array], seed: int) -> Weights:
    """Draw weights and statistics as training might leave them, and such that the outputs vary, if that can be."""
    reference = load_backend("numpy").compile(graph, seed=seed)
    rng = np.random.default_rng(seed)
    reference.weights = {
        key: {name: _trained(name, array, rng) for name, array in known.items()}
        for key, known in reference.weights.items()
    }
    last = graph.node(graph.outputs[0].value.node)
    size = spread(reference(*inputs)[0])
    if isinstance(last, Node) and "linear_in_weights" in last.facts.laws and size > 1e-6:
        for array in reference.weights[last.parameters].values():
            array /= size
    weights: Weights = reference.weights
    return weights


def _trained(name: str, array: Array, rng: np.random.Generator) -> Array:
    if name == "var":
        return rng.uniform(0.5, 1.5, array.shape)
    if array.ndim > 1:
        return array + 0.02 * rng.standard_normal(array.shape)
    return rng.uniform(0.5, 1.5, array.shape) if name == "scale" else 0.3 * rng.standard_normal(array.shape)


def _equal(one: Weights, other: Weights) -> bool:
    return one.keys() == other.keys() and all(
        np.array_equal(own, other[key].get(name, np.nan)) for key, known in one.items() for name, own in known.items()
    )
