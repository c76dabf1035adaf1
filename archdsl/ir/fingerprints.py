"""Fingerprints of graphs: equal for graphs that are one but for the order of their text, after exact rewrites."""

from collections.abc import Iterable
from hashlib import blake2b

from .forms import Form, form_of
from .graph import Graph
from .isomorphism import are_isomorphic, colors_of
from .rewrites import EXACT
from .rewrites.terms import Permission


def fingerprint(graph: Graph, passes: Iterable[Permission] = EXACT) -> str:
    """Give the fingerprint of an architecture's graph: the same in every process, for every order of its text.

    Weights count as what they are: one identity for each instance, however often it is used. Names do not count. Equal
    fingerprints of graphs that are not isomorphic are possible, and rare: `are_equal` looks.

    Raises:
        ArchdslError: a choice is still open.
    """
    return fingerprint_of_form(form_of(graph, passes))


def fingerprint_of_form(form: Form) -> str:
    """Give the fingerprint of a form."""
    colors = colors_of(form)
    what = (list(map(str, form.inputs)), sorted(colors), [colors[end.vertex] for end in form.ends])
    return blake2b(repr(what).encode(), digest_size=16).hexdigest()


def are_equal(one: Graph, other: Graph, passes: Iterable[Permission] = EXACT) -> bool:
    """Tell for certain whether two architectures' graphs are one but for the order of their text, after rewrites.

    Raises:
        ArchdslError: a choice is still open.
    """
    permitted = tuple(passes)
    return are_isomorphic(form_of(one, permitted), form_of(other, permitted))
