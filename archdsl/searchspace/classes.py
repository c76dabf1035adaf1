"""Parts the architectures of a space into classes: those of one class have isomorphic graphs after some passes.

Only so much is kept as a large space allows: what is needed again and is not there any more is built again.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import final

from archdsl.diagnostics import ArchdslError
from archdsl.ir import Graph
from archdsl.ir.decide import decide
from archdsl.ir.fingerprints import fingerprint_of_form
from archdsl.ir.forms import Form, form_of
from archdsl.ir.isomorphism import are_isomorphic
from archdsl.ir.rewrites import Pass

from .architecture import Architecture
from .space import Space

KEPT = 1 << 13
"""How many graphs, and how many forms, are kept."""


@final
class Graphs:
    """The graphs of all architectures of a space, cut out of the supergraph where there is one."""

    def __init__(self, space: Space, kept: int = KEPT) -> None:
        self._space = space
        self._room = kept
        self._kept: dict[int, Graph] = {}
        try:
            self._whole: Graph | None = space.supergraph()
        except ArchdslError:
            self._whole = None

    def __iter__(self) -> Iterator[tuple[Architecture, Graph]]:
        """Give all architectures in order."""
        return ((architecture, self._graph(architecture)) for architecture in self._space)

    def __getitem__(self, index: int) -> Graph:
        """Give the graph of the architecture that has so many before it."""
        known = self._kept.get(index)
        return self._graph(self._space.unrank(index)) if known is None else known

    def keep(self, index: int, graph: Graph) -> None:
        """Keep a graph that will be asked for, if there is room."""
        if len(self._kept) < self._room:
            self._kept[index] = graph

    def _graph(self, architecture: Architecture) -> Graph:
        return architecture.graph if self._whole is None else decide(self._whole, architecture.decisions)


@final
@dataclass(slots=True)
class Classes:
    """The classes that were met; each is named by the index of its first member, and knows how many it has.

    Equal fingerprints are verified: a search tells whether the forms are isomorphic.
    """

    graphs: Graphs
    passes: tuple[Pass, ...]
    kept: int = KEPT
    members: Counter[int] = field(default_factory=Counter)
    _alike: dict[str, list[int]] = field(default_factory=dict)
    _forms: dict[int, Form] = field(default_factory=dict)
    _met: dict[Form, int] = field(default_factory=dict)

    def add(self, index: int, graph: Graph) -> int:
        """Give the class of an architecture."""
        form = form_of(graph, self.passes)
        own = self._met.get(form)
        if own is None:
            own = self._class_of(form, index)
            if len(self._met) < self.kept:
                self._met[form] = own
        self.members[own] += 1
        return own

    def _class_of(self, form: Form, index: int) -> int:
        alike = self._alike.setdefault(fingerprint_of_form(form), [])
        for other in alike:
            if are_isomorphic(form, self._form(other)):
                return other
        alike.append(index)
        if len(self._forms) < self.kept:
            self._forms[index] = form
        return index

    def _form(self, index: int) -> Form:
        known = self._forms.get(index)
        return form_of(self.graphs[index], self.passes) if known is None else known
