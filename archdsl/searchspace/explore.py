"""Builds a decision diagram: the interpreter walks on types alone, once for each path that others can tell apart.

A part of the program that others see only by its result (a block, an iteration, a node) is walked on all its paths;
paths with equal results become one class, and the part around it branches over classes alone. What is decided once (a
cell, a tied layer) is walked once for each distinct signature of statics and input types; the paths note which class
of which signature they used, and in the end the signatures of one root are joined.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from math import comb
from typing import Protocol, final

from archdsl.diagnostics import Diagnostic
from archdsl.diagnostics import Label as Place
from archdsl.elaborate import Budget, BudgetSpent, Fault, Interpreter, Network, OneOf, Outside, Point
from archdsl.elaborate.addresses import Frame, is_relative
from archdsl.elaborate.handlers import Key
from archdsl.elaborate.values import Any_, Tensor, holds_tied, identity_of
from archdsl.ir import Label

from .diagram import EMPTY, Diagram, Interner, Literal, Meet, Shift, product, shifted, union
from .trace import Event, Leave, Stage, Trace

Condition = tuple[tuple[str, Label], ...]
MAX_LABELS = 200_000
STEPS_OF_A_DIAGRAM = 20
"""What a node of the diagram costs of the budget: it is kept in memory."""
MAX_PATHS_TO_COMPARE = 3_000


@final
@dataclass(frozen=True, slots=True)
class Use:
    """A class of what is decided once: which result, of which signature, under which root."""

    root: str
    key: Hashable
    index: int


@final
@dataclass(frozen=True, slots=True)
class Outcome:
    """The paths of a part that have one result, use the same, and take the same members as sources."""

    value: Any_
    uses: tuple[Use, ...]
    marks: frozenset[str]
    diagram: Diagram
    witness: Condition


@final
@dataclass(frozen=True, slots=True)
class Failure:
    """A fault and the decisions under which it happens."""

    diagnostic: Diagnostic
    condition: Condition
    share: str = ""

    @property
    def key(self) -> tuple[object, ...]:
        """What makes two failures one mistake."""
        primary = self.diagnostic.primary
        place = (primary.span.source.path, primary.span.start, primary.span.end) if primary else ()
        return (self.diagnostic.code, *place)


@final
@dataclass(frozen=True, slots=True)
class Faulty:
    """The paths of a part that come to one mistake, told by its key, and use the same."""

    key: tuple[object, ...]
    uses: tuple[Use, ...]
    diagram: Diagram


@final
@dataclass(frozen=True, slots=True)
class Exploration:
    """All that can come of a part: its classes of paths, its faults, and whether a requirement refused every path.

    Its addresses are relative to the part's own, or begin with `base`, the address under which it was walked.
    A use of a faulty class has an index below 0, counted from the first. `trace` tells what is asked for when.
    """

    outcomes: tuple[Outcome, ...]
    faulty: tuple[Faulty, ...]
    failures: tuple[Failure, ...]
    refusals: tuple[Diagnostic, ...]
    base: str = ""
    trace: Trace | None = None

    def class_of(self, use: Use) -> Outcome | Faulty:
        """Give the class that is used."""
        return self.outcomes[use.index] if use.index >= 0 else self.faulty[-1 - use.index]

    def moved(self, prefix: str) -> "Exploration":
        """Set relative addresses behind a prefix."""
        if not prefix:
            return self

        def condition(own: Condition) -> Condition:
            return tuple((prefix + a if is_relative(a) else a, label) for a, label in own)

        def uses(own: tuple[Use, ...]) -> tuple[Use, ...]:
            return tuple(replace(use, root=prefix + use.root) if is_relative(use.root) else use for use in own)

        outcomes = tuple(
            replace(own, diagram=shifted(prefix, own.diagram), uses=uses(own.uses), witness=condition(own.witness))
            for own in self.outcomes
        )
        faulty = tuple(replace(own, diagram=shifted(prefix, own.diagram), uses=uses(own.uses)) for own in self.faulty)
        failures = tuple(replace(failure, condition=condition(failure.condition)) for failure in self.failures)
        return replace(self, outcomes=outcomes, faulty=faulty, failures=failures)


class _Dead(Exception):
    """Nothing comes of this path: all that it depends on failed or was refused."""


class _Merged(Exception):
    """An earlier path came to the same state: what follows is known."""


State = Hashable
START: State = "start"


@final
@dataclass(slots=True)
class _Ways:
    """The states that the paths of a part come to, and what leads from each to the next.

    What a path ends with, a class of results or of faults, is a last state, from which nothing leads on.
    """

    merges: bool
    leading: dict[State, list[tuple[Diagram, State]]] = field(default_factory=lambda: {START: []})
    stages: dict[State, Stage] = field(default_factory=lambda: {START: Stage()})
    has_merged: bool = False

    def ends(self) -> dict[State, Diagram]:
        """Give all ways from the start to each last state."""
        known: dict[State, dict[State, Diagram]] = {}
        return self._ends(START, known)

    def _ends(self, state: State, known: dict[State, dict[State, Diagram]]) -> dict[State, Diagram]:
        found = known.get(state)
        if found is None:
            parts: dict[State, list[Diagram]] = {}
            for factor, target in self.leading[state]:
                if target not in self.leading:
                    parts.setdefault(target, []).append(factor)
                    continue
                for end, rest in self._ends(target, known).items():
                    parts.setdefault(end, []).append(product((factor, rest)))
            found = known[state] = {end: union(ways) for end, ways in parts.items()}
        return found


@final
@dataclass(frozen=True, slots=True)
class _Wrong:
    """What paths that come to one mistake end with."""

    key: tuple[object, ...]
    uses: frozenset[tuple[tuple[str, Hashable], int]]


@final
@dataclass(slots=True)
class _Path:
    """One walk through a part: which alternative it takes at each of its own branchings."""

    script: list[int]
    ways: _Ways
    is_closed: bool = False
    state: State = START
    sizes: list[int] = field(default_factory=list)
    factors: list[Diagram] = field(default_factory=list)
    decided: dict[str, Label] = field(default_factory=dict)
    picked: list[Diagram] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    uses: dict[tuple[str, Hashable], int] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)
    failures: list[Failure] = field(default_factory=list)
    refusals: list[Diagnostic] = field(default_factory=list)
    shared: int = field(init=False)
    branched: int = 0

    def __post_init__(self) -> None:
        self.shared = len(self.script)

    @property
    def is_new(self) -> bool:
        """Whether no earlier walk was here: all branchings that are shared with one are behind."""
        return len(self.sizes) >= self.shared

    def lead(self, state: State, *factors: Diagram) -> None:
        """Note what leads from the last state to another."""
        self.ways.leading[self.state].append((product((*self.factors, *factors)), state))

    def reach(self, state: State) -> None:
        """Go on from a state, unless an earlier walk did."""
        if self.is_new:
            self.lead(state)
            self.ways.stages[self.state].add(self.events, self.ways.stages.setdefault(state, Stage()))
            if state in self.ways.leading:
                self.ways.has_merged = True
                raise _Merged
            self.ways.leading[state] = []
        self.state = state
        self.factors = []
        self.events = []
        self.branched = len(self.sizes)

    def fail(self, found: Iterable[Faulty], tied: tuple[str, Hashable] | None) -> None:
        """Note the faulty classes of a part that this walk comes to, unless an earlier walk came to it alike."""
        if not self.is_new or tied in self.uses:
            return
        for index, own in enumerate(found):
            uses = dict(self.uses)
            if tied is not None:
                uses[tied] = -1 - index
            if all(uses.setdefault((use.root, use.key), use.index) == use.index for use in own.uses):
                self.lead(_Wrong(own.key, frozenset(uses.items())), *((own.diagram,) if tied is None else ()))

    def branch(self, size: int) -> int:
        """Give the alternative that this walk takes at its next branching."""
        i = len(self.sizes)
        self.sizes.append(size)
        if i == len(self.script):
            self.script.append(0)
        return self.script[i]

    def following(self) -> list[int] | None:
        """Give the script of the next walk, None after the last."""
        for i in range(len(self.sizes) - 1, -1, -1):
            if self.script[i] + 1 < self.sizes[i]:
                return [*self.script[:i], self.script[i] + 1]
        return None


class Apart(Protocol):
    """What is taken out of a walk, to be counted by itself; no requirement is heeded then."""

    def holds(self, root: str) -> bool:
        """Tell whether what is decided under a root is taken out."""
        ...

    def use(self, root: str, key: Hashable, found: Exploration) -> Any_:
        """Give what a use of it gives."""
        ...

    def enter(self, frame: Frame, found: Exploration) -> None:
        """Note that a part is walked."""
        ...

    def leave_out(self, frame: Frame) -> None:
        """Note that a part is not walked, for what it is applied to is absent."""
        ...

    def present(self, outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
        """Give what is made of the classes of a part's paths."""
        ...


@final
class Explorer:
    """The handler whose walk gives the decision diagram of a network."""

    def __init__(self, network: Network, budget: Budget | None = None, apart: Apart | None = None) -> None:
        self._network = network
        self._budget = budget or Budget()
        self._interpreter = Interpreter(network.program, self, None, self._budget)
        self._paths: list[_Path] = []
        self._known: dict[Hashable, Exploration] = {}
        self._tied: dict[Hashable, Exploration] = {}
        self._subsets: dict[Hashable, tuple[Label, ...]] = {}
        self._interner = Interner(lambda: self._budget.spend(network.definition.name_span, STEPS_OF_A_DIAGRAM))
        self._meet = Meet(self._interner)
        self._apart = apart
        if apart is not None:
            self._interpreter.heeds_requirements = False
            self._interpreter.leave_out = apart.leave_out
        self.walks = 0

    # ------------------------------------------------------------ the whole network

    def explore(self) -> tuple[Diagram, Exploration]:
        """Walk the network; give its diagram and what came of the walks.

        Raises:
            BudgetSpent: there were too many paths to walk.
        """
        inputs = tuple(Tensor(port.type) for port in self._network.inputs)

        def run(frame: Frame) -> Any_:
            value = self._network.walk(self._interpreter, inputs)
            self._network.outputs(value, None)
            return value

        whole = self._explore(run, Frame(self._network.root, "", ""))
        reached: set[tuple[object, ...]] = set()
        for faulty in whole.faulty:
            if faulty.key not in reached and self.members(faulty) is not EMPTY:
                reached.add(faulty.key)
        whole = replace(whole, failures=tuple(failure for failure in whole.failures if failure.key in reached))
        parts = [self.members(outcome) for outcome in whole.outcomes]
        return self._interner.share(union(part for part in parts if part is not EMPTY)), whole

    def members(self, own: Outcome | Faulty) -> Diagram:
        """Join what the paths of a class decide with what is decided once and used by them."""
        by_root: dict[str, list[Diagram]] = {}
        for use in own.uses:
            known = self._tied[use.key]
            prefix = use.root.removesuffix(known.base) if known.base else use.root
            diagram = self._interner.flatten(Shift(prefix, known.class_of(use).diagram))
            by_root.setdefault(use.root, []).append(diagram)
        tied = [self._meet.all(dict.fromkeys(diagrams)) for diagrams in by_root.values()]
        return self._interner.share(product((self._interner.flatten(own.diagram), *tied)))

    # ------------------------------------------------------------ the handler

    def choose(self, point: Point) -> Label:
        path = self._paths[-1]
        if point.address in path.decided:
            label = path.decided[point.address]
            if not point.admits(label):
                raise _Dead
            return label
        labels = self._labels(point)
        i = path.branch(len(labels))
        path.events.append((point.address, labels, i))
        label = labels[i]
        prior = point.weights[i] / sum(point.weights) if isinstance(point, OneOf) else 1.0 / len(labels)
        literal = Literal(point.address, label, prior)
        path.factors.append(literal)
        path.picked.append(literal)
        path.decided[point.address] = label
        return label

    def _labels(self, point: Point) -> tuple[Label, ...]:
        if isinstance(point, OneOf):
            return point.labels
        key = (point.count, point.low, point.high, point.names)
        known = self._subsets.get(key)
        if known is None:
            if sum(comb(point.count, size) for size in range(point.low, point.high + 1)) > MAX_LABELS:
                message = f"a choice of {point.low} to {point.high} out of {point.count} has too many alternatives"
                raise BudgetSpent(Diagnostic("budget-spent", message, Place(point.span)))
            known = self._subsets[key] = tuple(point.labels)
        return known

    def scope(self, key: Key | None, frame: Frame, run: Callable[[Frame], Any_], *, is_closed: bool = True) -> Any_:
        own = None if key is None else key()
        if own is not None and not holds_tied(own):
            # The members of node lists outside of the part bear their addresses.
            instance = "" if is_closed or not self._interpreter.tracks_members else frame.instance
            known = self._known.get((own, instance))
            if known is None:
                known = self._explore(run, Frame("", instance, "", frame.suffix), is_closed=is_closed)
                self._known[own, instance] = known
            if not _gives_tied(known):
                return self._enter(known.moved(frame.decision), frame, frame.decision)
        # What a tied layer decides stands under an address of its own, which cannot be moved along with the part's.
        return self._enter(self._explore(run, frame, is_closed=is_closed), frame)

    def _enter(self, found: Exploration, frame: Frame, prefix: str = "") -> Any_:
        if self._apart is not None:
            self._apart.enter(frame, found)
        return self._pick(found, None, prefix)

    def reach(self, state: Key) -> None:
        path = self._paths[-1]
        if path.ways.merges and len(path.sizes) > path.branched:
            path.reach((_Ways, state(), frozenset(path.uses.items()), frozenset(path.marks)))

    def tied(self, root: str, key: Hashable, frame: Frame, run: Callable[[Frame], Any_]) -> Any_:
        found, base = self._once(root, key, run)
        if self._apart is not None and self._apart.holds(root):
            return self._use_apart(self._apart, root, key, found)
        return self._pick(found, (root, (base, key)), "" if base else root)

    def _once(self, root: str, key: Hashable, run: Callable[[Frame], Any_]) -> tuple[Exploration, str]:
        """Give what comes of a part whose decisions are made under a root; its base, if it was walked there."""
        if not holds_tied(key):
            known = self._decided_once("", key, run)
            if not _gives_tied(known):
                return known.moved(root), ""
        return self._decided_once(root, key, run), root

    def _decided_once(self, base: str, key: Hashable, run: Callable[[Frame], Any_]) -> Exploration:
        known = self._tied.get((base, key))
        if known is None:
            known = replace(self._explore(run, Frame(base, "", ""), is_closed=True), base=base)
            self._tied[base, key] = known
        return known

    def _use_apart(self, apart: Apart, root: str, key: Hashable, found: Exploration) -> Any_:
        path = self._paths[-1]
        path.failures.extend(found.failures)
        path.fail(found.faulty, None)
        if not found.outcomes:
            raise _Dead
        return apart.use(root, key, found)

    def mark(self, member: str) -> None:
        self._paths[-1].marks.add(member)

    def is_marked(self, member: str) -> bool:
        for path in reversed(self._paths):
            if member in path.marks:
                return True
            if path.is_closed:
                break
        return False

    # ------------------------------------------------------------ walking all paths

    def _pick(self, exploration: Exploration, tied: tuple[str, Hashable] | None, prefix: str = "") -> Any_:
        """Take one class of a part's paths; a tied part, met again under one signature, must be of the same class."""
        path = self._paths[-1]
        path.failures.extend(exploration.failures)
        path.refusals.extend(exploration.refusals)
        path.fail(exploration.faulty, tied)
        outcomes = exploration.outcomes
        if not outcomes:
            raise _Dead
        if tied is not None and tied in path.uses:
            index = path.uses[tied]
            return outcomes[index].value
        index = path.branch(len(outcomes)) if len(outcomes) > 1 else 0
        outcome = outcomes[index]
        if not isinstance(exploration.trace, Leave):
            assert exploration.trace is not None, "a part that has outcomes has walks that end"
            path.events.append((exploration.trace, prefix, index))
        for use in outcome.uses:
            if path.uses.setdefault((use.root, use.key), use.index) != use.index:
                raise _Dead
        if tied is not None:
            path.uses[tied] = index
        else:
            path.factors.append(outcome.diagram)
        path.picked.append(outcome.diagram)
        path.marks |= outcome.marks
        if len(outcomes) > 1:
            path.decided.update(outcome.witness)
        return outcome.value

    def _explore(self, run: Callable[[Frame], Any_], frame: Frame, *, is_closed: bool = False) -> Exploration:
        """Walk all paths of a part; `is_closed` tells that its node lists are its own, and no mark goes in or out."""
        ways = _Ways(merges=True)
        classes: dict[State, tuple[Any_, _Path, int]] = {}
        walked = list(self._walks(run, frame, ways, classes, is_closed))
        failed = [path for path in walked if path.failures]
        if failed and ways.has_merged:
            # What a mistake depends on shows where paths are compared that were walked to their ends.
            whole = self._walks(run, frame, _Ways(merges=False), {}, is_closed)
            walked = [*islice(whole, MAX_PATHS_TO_COMPARE), *failed]
        ends = ways.ends()
        outcomes = tuple(
            Outcome(value, _uses(path.uses), frozenset(path.marks), ends[key], tuple(path.decided.items()))
            for key, (value, path, _) in classes.items()
        )
        if self._apart is not None:
            outcomes = self._apart.present(outcomes)
        wrong = tuple(
            Faulty(end.key, _uses(dict(end.uses)), ways) for end, ways in ends.items() if isinstance(end, _Wrong)
        )
        refusals = tuple(refusal for path in walked for refusal in path.refusals[:1]) if not outcomes else ()
        return Exploration(outcomes, wrong, _conditions(walked), refusals[:1], trace=ways.stages[START].trace())

    def _walks(
        self,
        run: Callable[[Frame], Any_],
        frame: Frame,
        ways: _Ways,
        classes: dict[State, tuple[Any_, _Path, int]],
        is_closed: bool,
    ) -> Iterator[_Path]:
        """Walk one path after the other; `classes` takes the results, each with the first path that came to it."""
        script: list[int] | None = []
        while script is not None:
            path = _Path(script, ways, is_closed)
            self.walks += 1
            self._paths.append(path)
            depth = len(self._interpreter.application.stack)
            try:
                value = run(frame)
            except (_Dead, _Merged):
                pass
            except BudgetSpent:
                raise
            except Outside as outside:
                path.refusals.append(outside.diagnostic)
            except Fault as fault:
                failure = Failure(fault.diagnostic, ())
                path.failures.append(failure)
                path.lead(_Wrong(failure.key, frozenset(path.uses.items())))
            else:
                if is_closed:
                    path.marks.clear()
                key = (identity_of(value), frozenset(path.uses.items()), frozenset(path.marks))
                _, _, index = classes.setdefault(key, (value, path, len(classes)))
                path.lead(key)
                ways.stages[path.state].add(path.events, Leave(index))
            finally:
                self._paths.pop()
                del self._interpreter.application.stack[depth:]
            yield path
            script = path.following()
            self._budget.spend(self._network.definition.span)


def _gives_tied(exploration: Exploration) -> bool:
    return any(holds_tied(identity_of(outcome.value)) for outcome in exploration.outcomes)


def _uses(indices: Mapping[tuple[str, Hashable], int]) -> tuple[Use, ...]:
    return tuple(Use(root, key, index) for (root, key), index in indices.items())


def _conditions(walked: list[_Path]) -> tuple[Failure, ...]:
    """Give each mistake once, under the fewest of the part's decisions that bring it about."""
    found: dict[tuple[object, ...], tuple[_Path, Failure]] = {}
    for path in walked:
        for failure in path.failures:
            best = found.get(failure.key)
            if best is None or len(failure.condition) < len(best[1].condition):
                found[failure.key] = (path, failure)
    result: list[Failure] = []
    compared = [(_possible(path), path.failures) for path in walked[:MAX_PATHS_TO_COMPARE]] if found else []
    for key, (path, failure) in found.items():
        inner = set(failure.condition)
        hit = [
            (possible, any(own.key == key and inner >= set(own.condition) for own in failures))
            for possible, failures in compared
        ]
        condition = dict(path.decided)
        for address in list(condition):
            rest = {a: label for a, label in condition.items() if a != address}
            if all(fails for possible, fails in hit if all(v in possible.get(a, ()) for a, v in rest.items())):
                condition = rest
        result.append(replace(failure, condition=(*condition.items(), *failure.condition)))
        if len(condition) == 1 and not failure.condition:
            ((address, _),) = condition.items()
            result[-1] = replace(result[-1], share=_share(address, hit))
    return tuple(result)


def _possible(path: _Path) -> dict[str, set[Label]]:
    """Give all labels that the walks of a path's classes decide, by address: a class stands for many walks."""
    found: dict[str, set[Label]] = {}
    seen: set[tuple[int, str]] = set()
    stack: list[tuple[Diagram, str]] = [(node, "") for node in path.picked]
    while stack:
        node, prefix = stack.pop()
        if (id(node), prefix) in seen:
            continue
        seen.add((id(node), prefix))
        if isinstance(node, Literal):
            address = prefix + node.address if is_relative(node.address) else node.address
            found.setdefault(address, set()).add(node.label)
        elif isinstance(node, Shift):
            stack.append((node.child, prefix + node.prefix))
        else:
            stack.extend((child, prefix) for child in node.children)
    return found


def _share(address: str, hit: list[tuple[dict[str, set[Label]], bool]]) -> str:
    """Say how many of a choice's alternatives bring a mistake about."""
    labels: dict[object, bool] = {}
    for possible, fails in hit:
        for label in possible.get(address, ()):
            labels[label] = labels.get(label, True) and fails
    affected = sum(labels.values())
    return f"{affected} of the {len(labels)} alternatives"
