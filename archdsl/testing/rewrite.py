"""The battery of laws for a rewrite of graphs."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import ClassVar, Protocol, final

import numpy as np
from hypothesis import strategies as st

from archdsl.diagnostics import ArchdslError
from archdsl.ir import Graph, verify

from .computing import computed, difference, drawn_inputs, drawn_weights, modes
from .corpus import GRAPHS
from .dags import graphs as drawn_graphs
from .effort import Effort, effort_of
from .falsified import Report, report_on_graph, subject_of
from .programs import space_of_text
from .randomness import globals_kept
from .trying import try_law

RAISES = "a rewrite raises nothing"
VALID = "the graph after it is valid"
SIGNATURE = "the graph after it takes and gives what the graph before it does"
FUNCTION = "the graph after it computes what the graph before it does"
IDEMPOTENCE = "applied again, it gives the same object"
MODESTY = "where nothing changes, it gives the same object"
WEIGHTS = "all weights of the graph after it are weights of the graph before it"
PURITY = "the graph before it stays as it was"
DETERMINISM = "the same graph gives the same graph"
ROUND_TRIP = "the graph after it is printed and read back"
EFFECT = "some graph is changed"
PROMISE = "the graph after it is as was promised"

OFTEN = 4
"""How many more graphs are drawn than spaces: they are cheaper."""


class Rewrite(Protocol):
    """A rewrite of an architecture's graph."""

    name: ClassVar[str]

    def apply(self, graph: Graph) -> Graph:
        """Give the rewritten graph, the same object where nothing changes."""
        ...


def check_rewrite(
    rewrite: Rewrite,
    *,
    graphs: st.SearchStrategy[Graph] | Sequence[Graph] | None = None,
    exact: bool | None = None,
    changes: bool = True,
    ensures: Callable[[Graph], bool] | None = None,
    effort: Effort | str | None = None,
    examples: int | None = None,
    seed: int | None = None,
) -> None:
    """Check all that is expected of a rewrite, on graphs that are drawn or on those given.

    The graph after it is valid, takes and gives the same types, has no weights of its own, and is printed and read
    back; an exact one computes the same, in evaluation and in training; where nothing is left to do, the same object
    is given; the graph before it is left alone; some graph is changed at all.

    Args:
        rewrite: What to check.
        graphs: What to apply it to.
        exact: Whether what is computed stays the same; by default what the rewrite's `is_exact` says, or else that.
        changes: Whether some of the graphs must change.
        ensures: Tells whether a graph is as it must be after the rewrite.
        effort: `quick`, `normal` or `deep`; by default what pytest was told by `--archdsl-effort`.
        examples: How many examples to draw.
        seed: From what to draw them.

    Raises:
        Falsified: a law does not hold; the message has a small graph to paste.

    >>> from archdsl.ir.rewrites import RemoveDeadNodes
    >>> check_rewrite(RemoveDeadNodes(), effort="quick")
    """
    effort = effort_of(effort, None if examples is None else examples, seed)
    is_exact = bool(getattr(rewrite, "is_exact", True)) if exact is None else exact
    laws = _Laws(rewrite, is_exact, ensures)
    first: Sequence[Graph] = ()
    if graphs is None:
        strategy, first = _any_graph(), first_graphs()
    elif isinstance(graphs, st.SearchStrategy):
        strategy = graphs
    else:
        first, strategy = graphs, st.sampled_from(list(graphs))
    try_law(laws.check_one, strategy, effort, first=first, times=OFTEN)
    if changes and laws.unchanged is not None:
        raise laws.unchanged(EFFECT, "all graphs stayed the same")


@lru_cache(maxsize=1)
def _any_graph() -> st.SearchStrategy[Graph]:
    return st.sampled_from(first_graphs()) | drawn_graphs()


@lru_cache(maxsize=1)
def first_graphs() -> tuple[Graph, ...]:
    """Give the graphs that were written by hand; those of several outputs also with one, which leaves dead nodes."""
    written = tuple(space_of_text(text).unrank(0).graph for text in GRAPHS)
    return written + tuple(replace(own, outputs=own.outputs[:1]) for own in written if len(own.outputs) > 1)


@final
class _Laws:
    def __init__(self, rewrite: Rewrite, is_exact: bool, ensures: Callable[[Graph], bool] | None) -> None:
        self._rewrite = rewrite
        self._subject = subject_of("rewrite", rewrite)
        self._is_exact = is_exact
        self._ensures = ensures
        self._has_changed = False
        self.unchanged: Report | None = None
        """What to say if no graph was changed."""

    def _apply(self, report: Report, graph: Graph) -> Graph:
        try:
            return self._rewrite.apply(graph)
        except Exception as error:
            raise report(RAISES, f"{type(error).__name__}: {error}") from error

    def check_one(self, graph: Graph) -> None:
        """Rewrite one graph, and check all that can be told."""
        report = report_on_graph(self._subject, graph)
        before = repr(graph)
        after = globals_kept(report, lambda: self._apply(report, graph))
        if repr(graph) != before:
            raise report(PURITY, f"it is now\n{graph}")
        if wrong := verify(after, architecture=True):
            raise report(VALID, "\n".join([str(after), *(own.message for own in wrong)]))
        if signature(after) != signature(graph):
            raise report(SIGNATURE, f"{signature(graph)}\n{signature(after)}")
        if self._apply(report, graph) != after:
            raise report(DETERMINISM, f"first\n{after}\nsecond\n{self._apply(report, graph)}")
        if after is not graph and after == graph:
            raise report(MODESTY, "it is another object")
        again = self._apply(report, after)
        if again is not after:
            raise report(IDEMPOTENCE, f"once\n{after}\ntwice\n{again}")
        if not after.weights().items() <= graph.weights().items():
            raise report(WEIGHTS, str(sorted(after.weights().keys() - graph.weights().keys())) + f"\n{after}")
        if self._is_exact:
            check_function(report, FUNCTION, graph, after)
        check_printed(report, ROUND_TRIP, after)
        if self._ensures is not None and not self._ensures(after):
            raise report(PROMISE, str(after))
        if after is not graph:
            self._has_changed = True
        self.unchanged = None if self._has_changed else report


def signature(graph: Graph) -> tuple[object, ...]:
    """Give what a graph takes and gives."""
    outputs = tuple((graph.type_of(output.value), output.name, output.auxiliary) for output in graph.outputs)
    return graph.name, graph.inputs, outputs


def check_function(report: Report, law: str, graph: Graph, other: Graph) -> None:
    """Check that two graphs with the same keys of weights compute the same, but for the order of sums."""
    rng = np.random.default_rng(0)
    for training in modes(graph):
        weights, inputs = drawn_weights(graph, rng), drawn_inputs(graph, rng)
        expected = computed(graph, inputs, weights, training=training)
        wrong = difference(computed(other, inputs, weights, training=training), expected)
        if wrong:
            raise report(law, f"in {'training' if training else 'evaluation'} {wrong}\n{other}")


def check_printed(report: Report, law: str, graph: Graph) -> None:
    """Check that a graph is read back from its text as a network without choices that computes the same."""
    try:
        again = space_of_text(str(graph)).unrank(0).graph
    except ArchdslError as error:
        raise report(law, f"{graph}\n{error}") from error
    live = {key: weights for key, weights in graph.weights().items() if key in again.weights()}
    if again.weights() != live:
        raise report(law, f"{graph}\nis read back with other weights: {again}")
    check_function(report, law, graph, again)
