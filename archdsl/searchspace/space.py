"""A space: a network with its statics bound, and what can be asked of the set of its architectures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from random import Random
from types import MappingProxyType
from typing import Any, final

from archdsl.diagnostics import ArchdslError, Diagnostic, UsageError
from archdsl.elaborate import (
    Kind,
    Network,
    Outside,
    architecture_graph,
    bind_network,
    kinds_of,
    replayed_graph,
    settings_of,
    supergraph,
)
from archdsl.elaborate.report import large
from archdsl.ir import Graph, Interval, Label

from .architecture import Architecture
from .bounds import Bounds, bounds_of
from .check import Verdict, WalkedSpace, walk_space
from .diagram import Diagram, Literal, count, literals, real_settings
from .exploration import NamedTypes
from .genotypes import Genotypes, count_genotypes
from .labels import plain_label, read_labels
from .nearest import Changer
from .order import Order, asked
from .sampling import Sampler, by_priors, uniformly
from .transfer import Fill, filled, readdressed


@final
@dataclass(frozen=True, eq=False)
class Space:
    """The architectures of a network under given statics.

    `spec` is how the user named it: a shipped name, a path, or `<text>`.

    >>> import archdsl
    >>> archdsl.load("nas_bench_201").size()
    15625
    """

    elaborated: Network
    spec: str
    _graphs: dict[str, Graph] = field(default_factory=dict, repr=False)
    _kinds: dict[str, Kind] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        statics = ", ".join(f"{name}={value!r}" for name, value in self.statics.items())
        return f"Space({self.spec!r}, {self.network}[{statics}])"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Show the space as IPython and Hypothesis show objects: one that has no file by its text."""
        text = self.elaborated.program.main.module.source.text
        printer.text(f'loads("""\n{text.strip()}\n""")' if self.spec == "<text>" else repr(self))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Space) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @cached_property
    def key(self) -> tuple[object, ...]:
        """What makes two spaces one: the network, its statics and the program's text."""
        return (self.network, tuple(self.statics.items()), self.fingerprint)

    @property
    def name(self) -> str:
        """The network's name."""
        return self.elaborated.name

    @property
    def network(self) -> str:
        """The network's name."""
        return self.elaborated.name

    @cached_property
    def statics(self) -> Mapping[str, Any]:
        """The network's statics by name."""
        return MappingProxyType({name: _plain(value) for name, value in self.elaborated.statics.items()})

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the program's text, without comments, documentation and layout."""
        return program_fingerprint(self.elaborated)

    @cached_property
    def _walked(self) -> WalkedSpace:
        return walk_space(self.elaborated)

    @property
    def verdict(self) -> Verdict:
        """What is known of all architectures: proved, refuted or not proved."""
        return self._walked.verdict

    @property
    def diagram(self) -> Diagram:
        """The decision diagram.

        Raises:
            ArchdslError: the space is not well-typed, or could not be walked within the budget.
        """
        self._check_proved()
        return self._walked.diagram

    @property
    def output_types(self) -> tuple[NamedTypes, ...]:
        """The types of the outputs with the names of auxiliary ones, once for each way that architectures have them.

        Raises:
            ArchdslError: the space is not well-typed, or could not be walked within the budget.

        >>> import archdsl
        >>> space = archdsl.loads("network n(x: vec[4]) { return x |> choose { linear[3] | linear[5] } }")
        >>> [str(type_) for outputs in space.output_types for name, type_ in outputs]
        ['vec[3]', 'vec[5]']
        """
        self._check_proved()
        return self._walked.output_types

    def _check_proved(self) -> None:
        if self.verdict.kind != "proved":
            raise ArchdslError(self.verdict.diagnostics)

    def size(self) -> int:
        """Count the architectures exactly, as sets of active decisions.

        Real settings, which `real_settings` names, are left out of the count.
        """
        return self._size

    @cached_property
    def _size(self) -> int:
        return count()(self.diagram)

    def genotypes(self) -> Genotypes:
        """Count the genotypes exactly, as papers do: each cell is decided once, by itself, whether it is used or not.

        Each cell and each member of a family is decided in the context of its first possible use. Operands that may be
        absent are taken as present, and `require` is disregarded. Where that has no meaning, the answer says why.

        Raises:
            ArchdslError: there were too many paths to walk.

        >>> import archdsl
        >>> print(archdsl.load("darts").genotypes())
        1,076,746,950,455,072,400
        """
        return self._genotypes

    @cached_property
    def _genotypes(self) -> Genotypes:
        walked = self.__dict__.get("_walked")  # no reason to walk the space first
        if walked and walked.is_plain:
            return Genotypes(self._size)
        return count_genotypes(self.elaborated, known=walked.parts if walked else None)

    def bounds(self) -> Bounds:
        """Bound the params and the MACs of all architectures; each end says whether an architecture has it.

        The space is walked once more for it, and more closely than to count: that takes longer than `size`.

        Raises:
            ArchdslError: the space is not well-typed, or there were too many paths to walk.

        >>> import archdsl
        >>> space = archdsl.load("nas_bench_201")
        >>> print(space.bounds().params)
        73,306 to 1,531,546
        >>> largest = space.bounds().params.greatest
        >>> largest.kind, space.architecture(largest.decisions).params
        ('exact', 1531546)
        """
        return self._bounds

    @cached_property
    def _bounds(self) -> Bounds:
        self._check_proved()
        return bounds_of(self.elaborated)

    @cached_property
    def _by_priors(self) -> Sampler:
        return by_priors(self.diagram)

    @cached_property
    def _uniformly(self) -> Sampler:
        return uniformly(self.diagram)

    def sample(self, *, seed: int | None = None, rng: Random | None = None) -> Architecture:
        """Draw an architecture, with probability proportional to the product of its choices' priors.

        One of `seed` and `rng` is given; the same seed gives the same architecture.
        """
        return Architecture(self, self._by_priors.draw(_source(seed, rng)))

    def sample_uniform(self, *, seed: int | None = None, rng: Random | None = None) -> Architecture:
        """Draw an architecture, each with the same probability, exactly: the draw is made in whole numbers.

        One of `seed` and `rng` is given; the same seed gives the same architecture.

        Raises:
            UsageError: the space has real settings.

        >>> import archdsl
        >>> space = archdsl.loads("network n(x: vec[4]) -> vec[4] { return x |> choose { relu weight 9 | tanh } }")
        >>> drawn = [space.sample_uniform(seed=seed).decisions["n"] for seed in range(100)]
        >>> 30 < drawn.count("relu") < 70
        True
        """
        self.check_finite("no draw gives each architecture one probability")
        return Architecture(self, self._uniformly.draw(_source(seed, rng)))

    @cached_property
    def _order(self) -> Order:
        self.check_finite("its architectures are not numbered")
        diagram, trace = self.diagram, self._walked.trace
        assert trace is not None, "a proved space was walked to its end"
        return Order(diagram, trace)

    def rank(self, architecture: Architecture | Mapping[str, Label]) -> int:
        """Count the architectures before one, exactly.

        The order is lexicographic in the order in which choices are made: alternatives come as the text has them,
        subsets by size, and then lexicographically.

        Raises:
            UsageError: the space has real settings, and no order.
            ArchdslError: it is no architecture of this space; the diagnostics say why.

        >>> import archdsl
        >>> space = archdsl.load("nas_bench_201")
        >>> space.rank(space.unrank(4711))
        4711
        """
        decisions = architecture.decisions if isinstance(architecture, Architecture) else architecture
        rank = self._order.rank(self._normalized(decisions))
        if rank is None:
            reasons = self.explain(decisions)
            assert reasons, "what has no place in the order is no architecture"
            raise Outside(reasons)
        return rank

    def unrank(self, index: int) -> Architecture:
        """Give the architecture that has `index` others before it; see `rank` for the order.

        Raises:
            UsageError: there are fewer architectures, or the space has real settings.

        >>> import archdsl
        >>> print(archdsl.load("digits_cells").unrank(0))
        digits_cells
          digits_cells.squeeze = strided
          node_cell.n[0] = [0]
          node_cell.n[0].edge_op@0 = conv_1x1
          node_cell.n[1] = [0]
          node_cell.n[1].edge_op@0 = conv_1x1
          node_cell.n[2] = [0]
          node_cell.n[2].edge_op@0 = conv_1x1
        """
        self._check_index(index)
        return Architecture(self, self._order.unrank(index))

    def enumerate(self, start: int = 0) -> Iterator[Architecture]:
        """Give all architectures in order from one on, each when it is asked for; see `rank` for the order.

        To iterate over a space is the same. No more than one architecture is held at a time.

        Raises:
            UsageError: there are fewer architectures than `start`, or the space has real settings.

        >>> import archdsl
        >>> darts = archdsl.load("darts")
        >>> [darts.rank(architecture) for _, architecture in zip(range(3), darts.enumerate(10**18))]
        [1000000000000000000, 1000000000000000001, 1000000000000000002]
        """
        if start != self.size():
            self._check_index(start)
        order = self._order
        return (Architecture(self, decisions) for decisions in order.members(start))

    def __iter__(self) -> Iterator[Architecture]:
        return self.enumerate()

    def _check_index(self, index: int) -> None:
        size = self.size()
        if not 0 <= index < size:
            message = (
                f"`{self.network}` has no architecture {large(index)}: they are numbered from 0 to {large(size - 1)}"
            )
            raise UsageError(Diagnostic("no-such-architecture", message))

    def architecture(self, decisions: Mapping[str, Label]) -> Architecture:
        """Give the architecture of these decisions.

        Raises:
            ArchdslError: they are of no architecture of this space; the diagnostics say why.
        """
        graph, asked = self._read(decisions)
        architecture = Architecture(self, asked)
        architecture.remember(graph)
        return architecture

    def explain(self, decisions: Mapping[str, Label]) -> tuple[Diagnostic, ...]:
        """Say why these decisions are of no architecture of this space; empty when they are of one."""
        try:
            self._read(decisions)
        except ArchdslError as error:
            return error.diagnostics
        return ()

    def __contains__(self, decisions: object) -> bool:
        if isinstance(decisions, Architecture):
            decisions = decisions.decisions
        if not isinstance(decisions, Mapping):
            return False
        try:
            self._read(decisions)
        except Outside:
            return False
        return True

    def graph(self, decisions: Mapping[str, Label]) -> Graph:
        """Give the graph of decisions that are known to be a member's."""
        return architecture_graph(self.elaborated, decisions)[0]

    def settings(self, decisions: Mapping[str, Label]) -> dict[str, Any]:
        """Give the settings of decisions that are known to be a member's."""
        return settings_of(self.elaborated, decisions)

    def kinds(self, decisions: Mapping[str, Label]) -> Mapping[str, Kind]:
        """Give what each of these decisions chooses: an op, a source (tensors of a list), a value, or a setting.

        The decisions are known to be a member's.

        >>> import archdsl
        >>> text = "network n(x: vec[4]) -> vec[4] { let k = choose one of 1..3 return x |> choose { relu | tanh } }"
        >>> space = archdsl.loads(text)
        >>> dict(space.kinds(space.sample(seed=0).decisions))
        {'n.k': 'value', 'n': 'op'}
        """
        known = self._kinds
        if not all(address in known for address in decisions):
            for address, kind in kinds_of(self.elaborated, decisions).items():
                known.setdefault(address, kind)
        return known

    def supergraph(self) -> Graph:
        """Give the one graph in which every choice is kept open.

        Raises:
            ArchdslError: a choice cannot be kept open.
        """
        if "super" not in self._graphs:
            self._graphs["super"] = supergraph(self.elaborated)
        return self._graphs["super"]

    @cached_property
    def _literals(self) -> tuple[Literal, ...]:
        return tuple(literals(self.diagram))

    @cached_property
    def choices(self) -> Mapping[str, tuple[Label, ...]]:
        """Every address at which some architecture decides, with all labels met there, in order of evaluation.

        Those of real settings are in `real_settings`.
        """
        found: dict[str, dict[tuple[type, Label], Label]] = {}
        for literal in self._literals:
            label = literal.label
            if not isinstance(label, Interval):
                found.setdefault(literal.address, {})[type(label), label] = label
        return MappingProxyType({address: tuple(labels.values()) for address, labels in found.items()})

    @cached_property
    def real_settings(self) -> Mapping[str, Interval]:
        """The address of every real setting, with the interval that its numbers are drawn from.

        Where the interval depends on other decisions, it is the one that holds all of them.

        >>> import archdsl
        >>> text = "network n(x: vec[4]) -> vec[4] { setting rate = choose one of 1e-4..1e-1 return relu(x) }"
        >>> archdsl.loads(text).real_settings
        mappingproxy({'n.rate': Interval(low=0.0001, high=0.1)})
        """
        return MappingProxyType(real_settings(self._literals))

    @cached_property
    def open_addresses(self) -> frozenset[str]:
        """The addresses at which not all architectures that decide there decide alike."""
        several = (address for address, labels in self.choices.items() if len(labels) > 1)
        return frozenset((*several, *self.real_settings))

    def check_finite(self, what: str) -> None:
        """Refuse what needs the architectures to be finitely many."""
        if self.real_settings:
            named = ", ".join(f"`{address}` ({interval})" for address, interval in self.real_settings.items())
            message = f"`{self.network}` has real settings, so {what}"
            raise UsageError(Diagnostic("real-space", message, notes=(f"they are {named}",)))

    @cached_property
    def changer(self) -> Changer:
        """The walks to members that keep most of what is wanted: what operators on decisions are built on."""
        diagram, trace = self.diagram, self._walked.trace
        assert trace is not None, "a proved space was walked to its end"
        return Changer(diagram, partial(asked, trace))

    def nearest(self, *wanted: Mapping[str, Label], rng: Random) -> Architecture:
        """Give an architecture that decides as is wanted wherever that can be; what is wanted first is kept first.

        A decision is kept where some architecture has it, or does not decide there, and has all that was kept before.
        What remains open is drawn by its priors.

        >>> import archdsl
        >>> space = archdsl.load("nas_bench_201")
        >>> first, second = space.sample(seed=0), space.sample(seed=1)
        >>> space.nearest({"node_cell.n[0].edge_op@0": "none"}, first.decisions, rng=Random(0)).decisions == {
        ...     **first.decisions, "node_cell.n[0].edge_op@0": "none"
        ... }
        True
        """
        return Architecture(self, self.changer.draw(self.changer.keep(*wanted), rng))

    def at(self, network: str | None = None, statics: Mapping[str, Any] | None = None) -> "Space":
        """Give another network of the same program, or the same under other statics; what was set before stays."""
        kept = {name: self.statics[name] for name in self.elaborated.user_set} if network is None else {}
        bound = bind_network(self.elaborated.program, network or self.network, {**kept, **(statics or {})})
        return Space(bound, self.spec)

    def transfer(
        self, architecture: Architecture, *, fill: Fill | None = None, seed: int = 0
    ) -> tuple[Architecture, tuple[str, ...]]:
        """Replay an architecture of another space by its labels; give the addresses that nothing asks for here.

        `fill="prior"` draws what is missing by the priors, restricted to the members that decide as given.

        Raises:
            ArchdslError: a decision is missing or inadmissible here; all of them are listed.

        >>> import archdsl
        >>> found = archdsl.load("darts", c=16, cells=8).sample(seed=0)
        >>> larger, dropped = archdsl.load("darts_imagenet").transfer(found)
        >>> larger.decisions == found.decisions, dropped
        (True, ())
        """
        addresses = readdressed(architecture.decisions, architecture.space.elaborated.program, self.elaborated.program)
        decisions = self._normalized({addresses[own]: label for own, label in architecture.decisions.items()})
        if fill is not None:
            rng = Random(seed)
            drawn = filled(self.network, self.diagram, decisions, self.choices, self.real_settings, rng)
            decisions = {**decisions, **drawn}
        graph, asked = replayed_graph(self.elaborated, decisions)
        found = Architecture(self, asked)
        found.remember(graph)
        return found, tuple(own for own, address in addresses.items() if address not in asked)

    def _read(self, decisions: Mapping[str, Label]) -> tuple[Graph, dict[str, Label]]:
        """Give the graph of decisions, and those that it asked for.

        Only decisions that are of no member as they stand are compared with all labels: for these, and for nothing
        else, the space has to be walked.
        """
        plain = {address: plain_label(label) for address, label in decisions.items()}
        try:
            return architecture_graph(self.elaborated, plain)
        except Outside:
            normalized = self._normalized(decisions)
            if normalized == plain:
                raise
        return architecture_graph(self.elaborated, normalized)

    def _normalized(self, decisions: Mapping[str, Label]) -> dict[str, Label]:
        """Take labels as people write them; those of a space that is not proved can be compared with nothing."""
        is_proved = self.verdict.kind == "proved"
        return read_labels(decisions, self.choices if is_proved else {}, self.real_settings if is_proved else {})


def _source(seed: int | None, rng: Random | None) -> Random:
    """Give the source of chance that a draw was given."""
    if (seed is None) == (rng is None):
        raise TypeError("a draw needs one of seed and rng")
    return rng if rng is not None else Random(seed)


def _plain(value: Any) -> Any:
    return value.items if hasattr(value, "positions") else value


def program_fingerprint(network: Network) -> str:
    """Hash the text of a program's own files, without comments, documentation and layout."""
    from hashlib import sha256

    from archdsl.syntax import canonical_text

    texts = [canonical_text(scope.module) for scope in network.program.scopes if not scope.is_std]
    if network.program.main.is_std:
        texts.append(canonical_text(network.program.main.module))
    return sha256("\n\n".join(texts).encode()).hexdigest()[:16]
