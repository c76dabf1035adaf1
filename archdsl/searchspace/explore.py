"""Builds a decision diagram: the interpreter walks on types alone, once for each path that others can tell apart.

A part of the program that others see only by its result (a block, an iteration, a node) is walked on all its paths;
paths with equal results become one class, and the part around it branches over classes alone. What is decided once (a
cell, a tied layer) is walked once for each distinct signature of statics and input types; the paths note which class
of which signature they used, and in the end the signatures of one root are joined.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, final

from archdsl.diagnostics import Span
from archdsl.elaborate import Budget, BudgetSpent, Fault, Interpreter, Network, OneOf, Outside, Point
from archdsl.elaborate.addresses import Frame, is_relative
from archdsl.elaborate.faults import TooVague
from archdsl.elaborate.handlers import Key
from archdsl.elaborate.vague import refuse_vague, shape_of
from archdsl.elaborate.values import Absent, Any_, Tensor, holds_tied, identity_of
from archdsl.elaborate.wirings import Form, Trail, Wiring
from archdsl.ir import Interval, Label, Weight

from .alternatives import KnownAlternatives
from .apart import Apart, KnownParts
from .begun import MOST_BEGUN, Begun
from .causes import MAX_PATHS_TO_COMPARE, Unlike, causes_of, settled
from .decided_once import pairs_used
from .diagram import EMPTY, Diagram, Interner, Literal, Meet, Shift, Used, product, union
from .exploration import Exploration, Failure, Faulty, NamedTypes, Outcome, Use, uses_of
from .joined import Joined, Wide, are_alike
from .ledger import Ledger
from .paths import START, Crowded, Dead, Merged, Path, State, Uses, Ways, Wrong
from .settling import Settler
from .shared_weights import SHARED, WEIGHED, SharedWeights, is_shared
from .trace import Leave

if TYPE_CHECKING:
    from .wired import Wired

STEPS_OF_A_DIAGRAM = 20
"""What a node of the diagram costs of the budget: it is kept in memory."""


@final
class Explorer:
    """The handler whose walk gives the decision diagram of a network.

    One that `joins` makes one class of all paths of a part that differ in types alone; it gives what an exact one does,
    or raises `TooVague`. One with a `bound` raises `Wide` at a part that takes more walks, where that may help.
    """

    def __init__(
        self,
        network: Network,
        budget: Budget | None = None,
        apart: Apart | None = None,
        known: KnownParts | None = None,
        ledger: Ledger | None = None,
        *,
        joins: bool = False,
        bound: int | None = None,
    ) -> None:
        self._network = network
        self._budget = budget or Budget()
        self._interpreter = Interpreter(network.program, self, None, self._budget)
        self._paths: list[Path] = []
        self._known: dict[Hashable, Exploration] = {}
        self._tied: dict[Hashable, Exploration] = {}
        self._places: dict[Hashable, Span] = {}
        self._weights = SharedWeights(self._tied, self._places)
        self._alternatives = KnownAlternatives(tells_apart=ledger is not None)
        self._interner = Interner(lambda: self._budget.spend(network.definition.name_span, STEPS_OF_A_DIAGRAM))
        self._meet = Meet(self._interner)
        self._ledger = self._interpreter.account = ledger
        self._settler = Settler(self._interner, self._meet)
        self.apart = apart
        self._interpreter.leave_out = self._leave_out
        # What makes a part another one where cells are taken apart and no requirement is heeded, counted.
        self._told_apart = 0
        self._left_out = False
        if apart is not None:
            self._interpreter.disregard_requirements()
        if known is not None:
            self._known.update(known.parts)
            self._tied.update(known.tied)
            self._places.update(known.places)
        self._begin: object = None
        self._wirings: dict[int, Wired] = {}
        self.bound = bound
        self._is_wide = self._is_odd = False
        self._joined = Joined(self, self._interpreter) if joins else None
        self._doubts: tuple[type[Exception], ...] = (Dead, Fault) if joins else ()
        if self._joined is None:
            self._interpreter.wire = self._wire
        self._interpreter.weigh = self._weigh
        self.walks = 0

    # ------------------------------------------------------------ the whole network

    def explore(self) -> tuple[Diagram, Exploration]:
        """Walk the network; give its diagram and what came of the walks.

        Raises:
            BudgetSpent: there were too many paths to walk.
            Wide: a part takes more walks than the bound.
            TooVague: the walks that stand for many do not tell what the exact ones would.
        """
        if self._joined is None:
            return self._explored()
        try:
            right, whole = self._explored()
        except BudgetSpent:
            raise TooVague from None
        if right is EMPTY:
            raise TooVague
        return right, whole

    def _explored(self) -> tuple[Diagram, Exploration]:
        inputs = tuple(Tensor(port.type) for port in self._network.inputs)
        if self._ledger is not None:
            inputs = self._ledger.numbered(inputs)

        def run(frame: Frame) -> Any_:
            value = self._network.walk(self._interpreter, inputs)
            self._network.outputs(value)
            if self._joined is not None:
                refuse_vague(value)
            return value

        whole = self.part(run, Frame(self._network.root, "", ""))
        if whole.account is not None:
            whole.account.open(())
        right = self._united(whole.outcomes)
        wrong: dict[tuple[object, ...], list[Faulty]] = {}
        for faulty in whole.faulty:
            wrong.setdefault(faulty.key, []).append(faulty)
        known = {key: self._united(found) for key, found in wrong.items()}
        failures = (own for own in whole.failures if known.get(own.key, EMPTY) is not EMPTY)
        return right, replace(whole, failures=tuple(settled(own, known[own.key], right) for own in failures))

    def output_types(self, whole: Exploration) -> tuple[NamedTypes, ...]:
        """Give the types of the outputs, in each way in which some architecture has them."""
        ways: dict[NamedTypes, list[Outcome]] = {}
        for own in whole.outcomes:
            types = tuple((name, tensor.type) for tensor, name in self._network.outputs(own.value))
            ways.setdefault(types, []).append(own)
        if len(ways) == 1:
            return tuple(ways)
        return tuple(types for types, found in ways.items() if any(self.members(own) is not EMPTY for own in found))

    def unlike_uses(self, whole: Exploration) -> Unlike | None:
        """Find two uses of what is decided once, in unlike places, that have no label in common."""
        known = {self._tied[key].sort: place for key, place in self._places.items()}
        for outcome in whole.outcomes:
            for pair in pairs_used(self._facts(outcome)):
                members = tuple(self._settler.settle(own.child) for own in pair)
                places = [next(known[sort] for sort in own.places if sort in known) for own in pair]
                if places[0] != places[1] and self._meet.all(members) is EMPTY:
                    (first, a), (second, b) = sorted(zip(places, members, strict=True), key=lambda use: use[0].start)
                    return Unlike(pair[0].root, (a, b), (first, second))
        return None

    def _united(self, parts: Iterable[Outcome | Faulty]) -> Diagram:
        found = (self.members(part) for part in parts)
        return self._interner.share(union(part for part in found if part is not EMPTY))

    def members(self, own: Outcome | Faulty) -> Diagram:
        """Join what the paths of a class decide with what is decided once and used by them."""
        return self._settler.settle(self._facts(own))

    def _facts(self, own: Outcome | Faulty) -> Diagram:
        """Join what the paths of a class decide with the facts of what is used by them."""
        used = (self._used(use) for use in own.uses)
        return self._interner.flatten(product((own.diagram, *used)))

    def _used(self, use: Use) -> Used:
        known = self._tied[use.key]
        return Used(use.root, self._decided_by(use), {known.sort: use.index})

    def _forget(self, uses: Uses) -> tuple[Uses, list[Diagram]]:
        """Part what is used: the weights of what is shared are compared, all else may stand in the diagram."""
        kept = {own: index for own, index in uses.items() if is_shared(own[1])}
        return kept, [self._used(use) for use in uses_of(uses) if (use.root, use.key) not in kept]

    def _decided_by(self, use: Use) -> Diagram:
        """Give what is decided once by what is of a class."""
        known = self._tied[use.key]
        prefix = use.root.removesuffix(known.base) if known.base else use.root
        return Shift(prefix, known.class_of(use).diagram)

    def plain_parts(self) -> KnownParts | None:
        """Give what was walked and is the same where cells are taken apart and no requirement is heeded.

        Where parts were left out, what was entered matters as well: then every part is to be walked again. What was
        walked for many at once says nothing to exact walks.
        """
        if self._left_out or self._joined is not None:
            return None
        parts = {key: own for key, own in self._known.items() if own.is_plain}
        tied = {key: own for key, own in self._tied.items() if own.is_plain}
        return KnownParts(parts, tied, dict(self._places))

    def _leave_out(self, frame: Frame) -> None:
        self._left_out = True
        if self.apart is not None:
            self.apart.leave_out(frame)

    # ------------------------------------------------------------ the handler

    def choose(self, point: Point) -> Label:
        path = self._paths[-1]
        if point.address in path.decided:
            label = path.decided[point.address]
            if not point.admits(label):
                raise Dead
            return label
        own = self._alternatives.of(point)
        kind = path.branch(len(own.members))
        path.events.append((point.address, own, kind))
        whole, weights = (sum(point.weights), point.weights) if isinstance(point, OneOf) else (len(own.labels), None)
        decided = union(
            Literal(point.address, own.labels[i], (weights[i] if weights else 1.0) / whole) for i in own.members[kind]
        )
        path.factors.append(decided)
        path.picked.append(decided)
        chosen = own.labels[own.members[kind][0]]
        if path.record is not None:
            path.record.decide(point.address, chosen.low if isinstance(chosen, Interval) else chosen)
        if isinstance(chosen, Interval):
            return chosen.low  # any number stands for all: the program does not read it
        path.decided[point.address] = chosen
        return chosen

    def _wire(self, wiring: Wiring, form: Form) -> Trail:
        """Decide for a class of a wiring: all its choices at once."""
        path = self._paths[-1]
        number = path.branch(wiring.count)
        known = self._wirings.get(id(wiring))
        if known is None:
            from .wired import Wired  # loads numpy, which few spaces need

            known = self._wirings[id(wiring)] = Wired(wiring, self._wirings.values())
        trail = known.trail(form, number)
        is_kept = path.record is None and wiring.count <= MOST_BEGUN
        path.begun = Begun(path, known, trail, self._interpreter.wirings.again) if is_kept else None
        path.events.extend((*known.asked, (wiring, None, number)))
        path.factors.append(known.diagrams[number])
        path.picked.append(known.diagrams[number])
        labels = known.labels_of(number)
        path.decided.update(labels)
        if path.record is not None:
            for address, label in labels.items():
                path.record.decide(address, label)
        self._told_apart += wiring.is_restricted
        path.branched = len(path.sizes)  # right behind it no two classes lead to one state
        return trail

    def scope(self, key: Key | None, frame: Frame, run: Callable[[Frame], Any_], *, is_closed: bool = True) -> Any_:
        own = None if key is None else key()
        if own is not None:
            # The members of node lists outside of the part bear their addresses.
            instance = "" if is_closed or not self._interpreter.tells_places_apart else frame.instance
            whole = own, instance, self.weighs
            known = self._known.get(whole)
            if known is None and not holds_tied(own):
                known = self.part(run, Frame("", instance, "", frame.suffix), is_closed=is_closed, weighs=whole[2])
                self._known[whole] = known
            if known is not None and not known.gives_tied:
                return self.enter(known, own, frame, frame.decision, frame.parameters)
        # What a tied layer decides stands under an address of its own, which cannot be moved along with the part's.
        return self.enter(self.part(run, frame, is_closed=is_closed, weighs=self.weighs), own, frame)

    def enter(
        self, found: Exploration, key: Hashable | None, frame: Frame, prefix: str = "", parameters: str = ""
    ) -> Any_:
        """Go on with one of the classes of a part."""
        self._told_apart += not found.is_plain
        if self.apart is not None:
            self.apart.enter(frame, found)
        outcome, index = self._pick(found, None, prefix, parameters)
        return self._noted(found, outcome, index, key, prefix)

    def _noted(self, found: Exploration, outcome: Outcome, index: int, key: Hashable | None, prefix: str) -> Any_:
        """Note what a part costs where that is accounted for; give what it gives."""
        record = self._paths[-1].record
        if record is None or found.account is None:
            return outcome.value
        return record.enter(found.account, index, outcome.value, key, prefix)

    @property
    def weighs(self) -> bool:
        """Whether the shapes of weights are told apart here."""
        return bool(self._paths) and self._paths[-1].weighs

    def _weigh(self, address: str, weights: tuple[Weight, ...], span: Span) -> None:
        if self.weighs:
            self._paths[-1].weights.update({(address, own.name): own.shape for own in weights})

    def reach(self, state: Key, place: object = None) -> None:
        path = self._paths[-1]
        is_met = len(path.sizes) > path.branched or (path.begun is not None and path.begun.meets(place))
        if path.ways.merges and is_met:
            path.forget()
            marks, weights = (frozenset(path.marks), frozenset(path.perhaps)), frozenset(path.weights.items())
            path.reach(path.ways.state((Ways, state(), marks, weights), path.uses))
        if place is not None:
            path.keep(place)

    def begin(self) -> Any:
        place, self._begin = self._begin, None
        return place

    def tied(self, root: str, key: Hashable, frame: Frame, run: Callable[[Frame], Any_]) -> Any_:
        place = self._interpreter.application.use
        if self._interpreter.application.shares or self.weighs:
            # What is shared is told apart from what is used in it: only its own weights are one at all uses.
            key = (*key, SHARED if self._interpreter.application.shares else WEIGHED)  # type: ignore[misc]
        found, base = self._once(root, key, run)
        if place is not None:
            self._places.setdefault((base, key), place)
        self._told_apart += not found.is_plain or not is_relative(root)
        if self.apart is not None and self.apart.holds(root):
            return self._use_apart(self.apart, root, key, found.moved("" if base else root))
        prefix = "" if base else root
        outcome, index = self._pick(found, (root, (base, key)), prefix, frame.parameters)
        value = self._noted(found, outcome, index, key, prefix)
        record = self._paths[-1].record
        if record is not None and isinstance(key, tuple) and key[-1] == SHARED:
            record.share(frame.parameters)
        return value

    def _once(self, root: str, key: Hashable, run: Callable[[Frame], Any_]) -> tuple[Exploration, str]:
        """Give what comes of a part whose decisions are made under a root; its base, if it was walked there."""
        if not holds_tied(key):
            known = self._decided_once("", key, run)
            if not known.gives_tied:
                return known, ""
        return self._decided_once(root, key, run), root

    def _decided_once(self, base: str, key: Hashable, run: Callable[[Frame], Any_]) -> Exploration:
        known = self._tied.get((base, key))
        if known is None:
            weighs = isinstance(key, tuple) and key[-1] in (SHARED, WEIGHED)
            known = replace(self.part(run, Frame(base, "", ""), is_closed=True, weighs=weighs), base=base)
            self._tied[base, key] = known
        return known

    def _use_apart(self, apart: Apart, root: str, key: Hashable, found: Exploration) -> Any_:
        path = self._paths[-1]
        path.failures.extend(found.failures)
        path.fail(found.faulty, None)
        if not found.outcomes:
            raise Dead
        return apart.use(root, key, found)

    def mark(self, member: str) -> None:
        self._paths[-1].marks.add(member)

    def is_marked(self, member: str) -> bool:
        perhaps = False
        for path in reversed(self._paths):
            if member in path.marks:
                return True
            perhaps = perhaps or member in path.perhaps
            if path.is_closed:
                break
        if perhaps:
            raise TooVague
        return False

    # ------------------------------------------------------------ walking all paths

    def _pick(
        self, exploration: Exploration, tied: tuple[str, Hashable] | None, prefix: str = "", parameters: str = ""
    ) -> tuple[Outcome, int]:
        """Take one class of a part's paths; a tied part, met again under one signature, must be of the same class.

        The part's relative addresses are set behind `prefix`, those of its weights behind `parameters`.
        """
        path = self._paths[-1]
        path.failures.extend(failure.moved(prefix) for failure in exploration.failures)
        path.refusals.extend(exploration.refusals)
        path.fail([faulty.moved(prefix) for faulty in exploration.faulty], tied)
        outcomes = exploration.outcomes
        if not outcomes:
            raise Dead
        if tied is not None and tied in path.uses:
            index = path.uses[tied]
            self._weights.take(path, outcomes[index], parameters)
            return outcomes[index], index
        index = path.branch(len(outcomes)) if len(outcomes) > 1 else 0
        outcome = outcomes[index].moved(prefix)
        if not isinstance(exploration.trace, Leave):
            assert exploration.trace is not None, "a part that has outcomes has walks that end"
            path.events.append((exploration.trace, prefix, index))
        for use in outcome.uses:
            if path.uses.setdefault((use.root, use.key), use.index) != use.index:
                raise Dead
        if tied is not None:
            path.uses[tied] = index
        else:
            path.factors.append(outcome.diagram)
        self._weights.take(path, outcome, parameters)
        for own in ((use.root, use.key) for use in outcome.uses) if tied is None else (tied,):
            self._weights.compare(path, own)
        path.picked.append(outcome.diagram)
        path.picked.extend(self._decided_by(use) for use in outcome.uses)
        path.marks |= outcome.marks
        path.perhaps |= outcome.perhaps
        if len(outcomes) > 1:
            path.decided.update(outcome.witness)
        return outcome, index

    def part(
        self, run: Callable[[Frame], Any_], frame: Frame, *, is_closed: bool = False, weighs: bool = False
    ) -> Exploration:
        """Walk all paths of a part; `is_closed` tells that its node lists are its own, and no mark goes in or out."""
        before = self._told_apart
        ways, classes = self._ways(merges=True), dict[State, tuple[Any_, Path, int]]()
        try:
            walked = list(self._walks(run, frame, ways, classes, is_closed, weighs))
        except Crowded:
            ways, classes = replace(self._ways(merges=True), forget=self._forget), {}
            walked = list(self._walks(run, frame, ways, classes, is_closed, weighs))
        failed = [path for path in walked if path.failures]
        if failed and ways.has_merged:
            # What a mistake depends on shows where paths are compared that were walked to their ends.
            whole = self._walks(run, frame, self._ways(merges=False), {}, is_closed, weighs)
            walked = [*islice(whole, MAX_PATHS_TO_COMPARE), *failed]
        account = ways.record and ways.record.account
        if account is not None:
            account.ends = tuple(map(account.number, classes))
        ends = ways.ends()
        outcomes = tuple(
            Outcome(
                value,
                uses_of(path.uses),
                frozenset(path.marks),
                ends[key],
                tuple(path.decided.items()),
                frozenset(path.weights.items()),
                frozenset(path.perhaps),
            )
            for key, (value, path, _) in classes.items()
        )
        self._is_wide = self._is_wide or (self.bound is not None and are_alike(outcomes))
        if self.apart is not None:
            outcomes = self.apart.present(outcomes)
        wrong = tuple(
            Faulty(end.key, uses_of(dict(end.uses)), ways) for end, ways in ends.items() if isinstance(end, Wrong)
        )
        refusals = tuple(refusal for path in walked for refusal in path.refusals[:1]) if not outcomes else ()
        trace, causes = ways.stages[START].trace(), causes_of(walked)
        some_absent = any(isinstance(own.value, Absent) for own in outcomes) and len(outcomes) > 1
        is_plain = self._told_apart == before and not (failed or wrong or some_absent)
        return Exploration(outcomes, wrong, causes, refusals[:1], trace=trace, is_plain=is_plain, account=account)

    def _ways(self, *, merges: bool) -> Ways:
        may_forget = merges and self._ledger is None and self.apart is None
        return Ways(merges, may_forget, record=self._ledger and self._ledger.record(START))

    def _walks(
        self,
        run: Callable[[Frame], Any_],
        frame: Frame,
        ways: Ways,
        classes: dict[State, tuple[Any_, Path, int]],
        is_closed: bool,
        weighs: bool,
    ) -> Iterator[Path]:
        """Walk one path after the other; `classes` takes the results, each with the first path that came to it."""
        record = ways.record and ways.record.again()
        following: tuple[Path, object] | None = Path([], ways, is_closed, weighs, record=record), None
        first = self.walks
        while following is not None:
            if self.bound is not None and self.walks - first > self.bound and self._is_wide and not self._is_odd:
                raise Wide
            path, self._begin = following
            self.walks += 1
            self._paths.append(path)
            if self._ledger is not None and path.record is not None:
                self._ledger.walk(path.record)
            depth = len(self._interpreter.application.stack)
            try:
                value = run(frame)
            except Merged:
                pass
            except BudgetSpent:
                raise
            except self._doubts as doubt:
                raise TooVague from doubt
            except Dead:
                pass
            except Outside as outside:
                self._told_apart += 1
                path.refusals.append(outside.diagnostic)
            except Fault as fault:
                failure = Failure(fault.diagnostic, ())
                path.failures.append(failure)
                path.forget()
                path.lead(Wrong(failure.key, frozenset(path.uses.items())))
            else:
                self._arrive(value, path, classes, is_closed)
            finally:
                self._is_odd = self._is_odd or bool(path.failures or path.refusals)
                self._paths.pop()
                if self._ledger is not None:
                    self._ledger.end()
                del self._interpreter.application.stack[depth:]
            yield path
            following = path.following()
            self._budget.spend(self._network.definition.span)

    def _arrive(self, value: Any_, path: Path, classes: dict[State, tuple[Any_, Path, int]], is_closed: bool) -> None:
        """Put a walk that came to its end into the class of its result."""
        if is_closed:
            path.marks.clear()
            path.perhaps.clear()
        path.forget()
        weights = frozenset(path.weights.items())
        if self._joined is None:
            key = path.ways.state((identity_of(value), frozenset(path.marks), weights), path.uses)
            _, _, index = classes.setdefault(key, (value, path, len(classes)))
        else:
            key = path.ways.state((shape_of(value), weights), path.uses)
            index = self._joined.add(classes, key, value, path)
        path.lead(key)
        path.ways.stages[path.state].add(path.events, Leave(index))
