"""Writes `forward`: one statement for each step, with names that the text of the space gave."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import final

from archdsl.ir import Value

from .bodies import Body, Place, Step
from .layout import WIDTH, Call, lay_out
from .looping import OpenLoop, Operand, ends_of, heirs_of, kept_in_loops, starting_as_zeros
from .naming import TAKEN, identifier, parts_of, relative, unique

Comment = Callable[[Value], str]
"""Gives what is said of a value behind the statement that makes it."""

BEFORE, LAST = "before", "last"
"""The last two results of a list of cells, while a loop runs through it."""

STATES = ("h", "c")
"""The first two states of a recurrent cell, as everyone calls them."""

LINE = WIDTH - 8
"""The longest statement: `forward` is a method."""

LONGEST = 100
"""Calls are nested into a join where the line stays shorter than this."""


@final
class ForwardWriter:
    """Writes the statements of one body.

    Args:
        body: The body; its last statement returns its outputs.
        inputs: The name of each mention of a value from outside.
        training_only: The steps that run in training mode alone.
        results: What training mode returns, where that is more than the outputs.
        given: The names of the inputs as values, where one may be an output.
        titles: The names that outputs have.
        comment: What to say of a value.
    """

    def __init__(
        self,
        body: Body,
        inputs: Sequence[str],
        *,
        training_only: frozenset[int] = frozenset(),
        results: tuple[Value, ...] = (),
        given: Mapping[Value, str] = MappingProxyType({}),
        titles: Mapping[Value, str] = MappingProxyType({}),
        comment: Comment = lambda _: "",
    ) -> None:
        self._body = body
        self._training_only = training_only
        self._results = results
        self._titles = titles
        self._comment = comment
        self._places = dict(zip([piece.keys for _, piece in body.modules], body.places(), strict=True))
        self._inputs = tuple(dict.fromkeys(inputs))
        own = {value for step in body.steps for value in step.outputs}
        names = iter(inputs)
        self._operands: list[list[Operand]] = [
            [value if value in own else next(names) for value in step.inputs] for step in body.steps
        ]
        self._ends = ends_of(body.steps)
        self._open: list[OpenLoop] = []
        self._mentioned = self._last_mentions()
        self._last = kept_in_loops(self._mentioned, body.steps, self._operands, self._ends)
        self._names = dict(given)
        self._expressions: dict[Value, str] = {}
        self._lines: list[str] = []
        self._in_training = False
        self._nested = self._find_nested()

    def write(self) -> list[str]:
        """Give the statements, without indent."""
        at = 0
        while at < len(self._body.steps):
            length = self._window(at)
            if length:
                self._write_loop(at, length)
                at += length
            else:
                self._write_step(at)
                at += 1
        self._write_return()
        return self._lines

    # ---------------------------------------------------------------- single steps

    def _write_step(self, at: int) -> None:
        step = self._body.steps[at]
        self._enter(at in self._training_only)
        if step.loop is not None:
            (self._open_loop if step.loop.opens else self._close_loop)(at)
            return
        text = self._text(at)
        if at in self._nested:
            self._expressions[step.outputs[0]] = text
            return
        is_last = at == len(self._body.steps) - 1
        if is_last and step.outputs == self._body.outputs and not self._results:
            before = "return "
            self._names.update(dict.fromkeys(step.outputs, ""))
        else:
            for value in step.outputs:
                self._names[value] = self._name(at, value)
            before = f"{', '.join(self._names[value] for value in step.outputs)} = "
        if len(before + text) + self._margin <= LINE:
            self._say(before + text, step.outputs)
        else:
            for line in self._opened(at, before):
                self._say(line)

    def _text(self, at: int) -> str:
        step = self._body.steps[at]
        operands = [self._operand(operand) for operand in self._operands[at]]
        if step.join is not None:
            return step.join.text(operands)
        return f"{self._place(step)}({', '.join(operands)})"

    def _opened(self, at: int, before: str) -> list[str]:
        """Write a statement that is too long for one line."""
        step = self._body.steps[at]
        operands = [self._operand(operand) for operand in self._operands[at]]
        call = step.join.call(operands) if step.join else Call(str(self._place(step)), tuple(operands))
        if call is None:
            assert step.join is not None
            after = f" / {len(operands)}" if step.join.is_mean else ""
            first, *others = step.join.terms(operands)
            terms = [first, *(f"{step.join.sign} {x}" for x in others)]
            fits = len(" ".join(terms)) + 4 + self._margin <= LINE
            lines = [" ".join(terms)] if fits else terms
            return [f"{before}(", *(f"    {line}" for line in lines), f"){after}"]
        return [line[8:] for line in lay_out(call, 8, before)]

    @property
    def _margin(self) -> int:
        """The number of spaces before a statement."""
        return 4 * (self._in_training + len(self._open))

    def _operand(self, operand: Operand) -> str:
        if isinstance(operand, str):
            return operand
        return self._expressions.get(operand) or self._names[operand]

    def _say(self, text: str, values: Sequence[Value] = ()) -> None:
        comment = ", ".join(filter(None, map(self._comment, values)))
        line = " " * self._margin + text
        self._lines.append(f"{line}  # {comment}" if comment and len(line) + len(comment) + 4 <= LINE else line)

    def _enter(self, training: bool) -> None:
        if training and not self._in_training:
            self._lines.append("if self.training:")
        self._in_training = training

    def _write_return(self) -> None:
        outputs = [self._names[value] for value in self._body.outputs]
        if self._results:
            self._enter(True)
            self._say(f"return {', '.join(self._names[value] for value in self._results)}")
            self._enter(False)
        if "" not in outputs:
            self._say(f"return {', '.join(outputs)}")

    # ---------------------------------------------------------------- scans

    def _open_loop(self, at: int) -> None:
        """Set the states to what they start as, and begin the loop over the steps of a sequence."""
        step, end = self._body.steps[at], self._ends[at]
        assert step.loop is not None
        if any(self._window(inner) for inner in range(at + 1, end)):
            for value, name in list(self._names.items()):
                if name in (BEFORE, LAST) and self._last.get(value, -1) >= end:
                    self._keep(value, at + 1)
        sequence, *starts = map(self._operand, self._operands[at])
        given = iter(zip(self._operands[at][1:], starts, strict=True))
        taken = self._in_use(at)
        states: list[str] = []
        for place, zeros in enumerate(step.loop.zeros):
            operand, start = next(given) if zeros is None else (None, starting_as_zeros(step.loop, sequence, zeros))
            is_free = operand is not None and self._last[operand] == at and start not in (*states, BEFORE, LAST)
            wish = STATES[place] if place < len(STATES) else f"h{place}"
            name = start if is_free else unique(wish, {*taken, *states, *starts, sequence})
            if name != start:
                self._say(f"{name} = {start}")
            states.append(name)
        taken |= set(states)
        outputs = unique("outputs", taken) if self._body.steps[end].outputs[0] in self._last else ""
        if outputs:
            self._say(f"{outputs} = []")
        entry = unique("x_t", {*taken, outputs})
        self._names.update(zip(step.outputs, (entry, *states), strict=True))
        pieces = f"split(1, {step.loop.time})" if step.loop.is_tokens else f"unbind({step.loop.time})"
        self._say(f"for {entry} in {sequence}.{pieces}:")
        heirs = heirs_of(step, self._operands[end][1:])
        self._open.append(OpenLoop(step.outputs[1:], tuple(states), heirs, outputs, len(self._lines)))

    def _close_loop(self, at: int) -> None:
        """End a round: set the states to what they are in the next; behind the loop, collect its outputs."""
        step, loop = self._body.steps[at], self._open[-1]
        assert step.loop is not None
        changed = [
            (state, new)
            for state, new in zip(loop.names, map(self._operand, self._operands[at][1:]), strict=True)
            if state != new
        ]
        if changed:
            self._say(f"{', '.join(state for state, _ in changed)} = {', '.join(new for _, new in changed)}")
        if loop.outputs:
            self._say(f"{loop.outputs}.append({loop.names[0]})")
        if len(self._lines) == loop.start:
            self._say("pass")
        self._open.pop()
        stacked, *lasts = step.outputs
        self._names.update(zip(lasts, loop.names, strict=True))
        if loop.outputs:
            self._names[stacked] = self._name(at, stacked)
            self._say(f"{self._names[stacked]} = torch.stack({loop.outputs}, {step.loop.time})", [stacked])

    def _heir(self, at: int, value: Value) -> str | None:
        """Give the variable of the state that a value will be, where the state itself is not read any more."""
        loop = self._open[-1] if self._open else None
        if loop is None or value not in loop.heirs:
            return None
        place = loop.heirs[value]
        return loop.names[place] if self._mentioned.get(loop.states[place], -1) <= at else None

    # ---------------------------------------------------------------- names

    def _last_mentions(self) -> dict[Operand, int]:
        last: dict[Operand, int] = {}
        for at, operands in enumerate(self._operands):
            last.update(dict.fromkeys(operands, at))
        last.update(dict.fromkeys((*self._body.outputs, *self._results), len(self._operands)))
        return last

    def _in_use(self, at: int) -> set[str]:
        """Give the names whose values are read after a step, and those that it gives."""
        own = set(self._body.steps[at].outputs)
        names = {name for value, name in self._names.items() if value in own or self._last.get(value, -1) > at}
        names |= {name for loop in self._open for name in (*loop.names, loop.outputs)}
        return names | {name for name in self._inputs if self._last.get(name, -1) > at}

    def _name(self, at: int, value: Value) -> str:
        """Name a result after the `let` or the node that it is; else like the input that it was made from."""
        step = self._body.steps[at]
        heir = self._heir(at, value)
        if heir is not None:
            return heir
        wishes = [self._titles[value]] if value in self._titles else self._names_in_text(step)
        if not wishes and len(step.outputs) == 1:
            operands = [self._operand(operand) for operand in self._operands[at]]
            plain = [name for name in operands if name in self._inputs or name.startswith("y")]
            wishes = [*plain[:1], *(self._inputs if len(self._inputs) == 1 else ())]
        in_use = self._in_use(at)
        free = [name for name in wishes if name.isidentifier() and name not in in_use and name not in TAKEN]
        return free[0] if free else unique("y", in_use)

    def _names_in_text(self, step: Step) -> list[str]:
        """Give the names under which a step stands: all parts of its address but the last are one."""
        parts = parts_of(relative(step.address, self._body.scope.address))
        return [step.let] if step.let else [identifier(parts[:length]) for length in range(1, len(parts))]

    # ---------------------------------------------------------------- nesting

    def _find_nested(self) -> frozenset[int]:
        """Find calls that stand right before the join that alone reads them, in the order of its operands."""
        mentions: dict[Operand, int] = {}
        for operands in self._operands:
            for operand in operands:
                mentions[operand] = mentions.get(operand, 0) + 1
        for value in (*self._body.outputs, *self._results):
            mentions[value] = mentions.get(value, 0) + 1
        nested: set[int] = set()
        for at, step in enumerate(self._body.steps):
            if step.piece is not None or step.loop is not None:
                continue
            operands = self._operands[at]
            before = at
            found: list[int] = []
            position = len(operands)
            while before > 0:
                candidate = self._body.steps[before - 1]
                if candidate.piece is None or len(candidate.outputs) != 1:
                    break
                value = candidate.outputs[0]
                if mentions.get(value) != 1 or value not in operands[:position]:
                    break
                if ((before - 1) in self._training_only) != (at in self._training_only):
                    break
                position = operands.index(value)
                before -= 1
                found.append(before)
            length = sum(
                len(str(self._places[piece.keys])) + 14
                for piece in (self._body.steps[own].piece for own in found)
                if piece is not None
            )
            if length + 10 * (len(operands) - len(found)) < LONGEST:
                nested.update(found)
        return frozenset(nested)

    # ---------------------------------------------------------------- loops

    def _window(self, start: int) -> int:
        """Give the number of steps from here on that each read the last two results and feed only the next two."""
        steps = self._body.steps
        place = self._list_place(start)
        if place is None or len(steps[start].inputs) != 2:
            return 0
        at = start + 1
        while at < len(steps):
            own = self._list_place(at)
            if own is None or own.attribute != place.attribute or own.index != (place.index or 0) + at - start:
                break
            if self._operands[at] != [self._operands[at - 1][1], steps[at - 1].outputs[0]]:
                break
            # What is read later than by the next two steps is to be the last result of its loop.
            if self._last[steps[at - 1].outputs[0]] > at + 1:
                break
            at += 1
        return at - start if at - start >= 3 else 0

    def _list_place(self, at: int) -> Place | None:
        step = self._body.steps[at]
        if step.piece is None or len(step.outputs) != 1 or at in self._training_only:
            return None
        place = self._place(step)
        return place if place.index is not None else None

    def _write_loop(self, start: int, length: int) -> None:
        self._enter(False)
        steps = self._body.steps
        end = start + length
        place = self._place(steps[start])
        total = sum(own.attribute == place.attribute for own in self._places.values())
        first = place.index or 0
        part = "" if length == total else f"[{first or ''}:{first + length if first + length < total else ''}]"
        seeds = [self._operand(operand) for operand in self._operands[start]]
        for value, name in self._names.items():
            if name in (BEFORE, LAST) and self._last.get(value, -1) >= end:
                self._keep(value, end)
        if seeds != [BEFORE, LAST]:
            self._say(f"{BEFORE}, {LAST} = {', '.join(seeds)}")
        item = unique("cell", {*self._in_use(end - 1), *self._inputs})
        self._say(f"for {item} in self.{place.attribute}{part}:")
        self._say(f"    {BEFORE}, {LAST} = {LAST}, {item}({BEFORE}, {LAST})")
        self._names[steps[end - 2].outputs[0]] = BEFORE
        self._names[steps[end - 1].outputs[0]] = LAST

    def _keep(self, value: Value, end: int) -> None:
        """Give a value another name, for a loop is about to write over its own."""
        step = next(step for step in self._body.steps if value in step.outputs)
        wishes = [*self._names_in_text(step), "kept"]
        name = unique(wishes[0], {*self._in_use(end - 1), *TAKEN})
        self._say(f"{name} = {self._names[value]}")
        self._names[value] = name

    def _place(self, step: Step) -> Place:
        assert step.piece is not None, "only a sub-module has a place"
        return self._places[step.piece.keys]
