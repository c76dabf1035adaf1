"""Writes the text of small search spaces, well-typed by construction, unless a fault is asked for.

Every layer that is drawn gives an image of the type that it takes, so any of them may stand anywhere. Sizes are bounded
by construction too: each part is told how many architectures it may add at most, and says how many it may have added.
"""

from collections.abc import Callable
from typing import TypeVar, final

from hypothesis import strategies as st

from .pieces import LABELS, PLAIN, Callee, Plant, Sight, Written

T = TypeVar("T")


@final
class Writer:
    """Writes the definitions of a program, one after the other, and then its network."""

    def __init__(self, draw: st.DrawFn, limit: int, fault: str | None = None, plant: Plant | None = None) -> None:
        self._draw = draw
        self._limit = limit
        self._fault = fault
        self._plant = plant
        self._callees: list[Callee] = []
        self._decided: set[str] = set()
        self._serial = 0

    # ------------------------------------------------------------ drawing

    def _pick(self, *options: T) -> T:
        return self._draw(st.sampled_from(options))

    def _chance(self, one_in: int) -> bool:
        return self._draw(st.integers(0, one_in - 1)) == one_in - 1

    def _fresh(self, sight: Sight, stem: str) -> str:
        """Give a name that hides nothing; now and then one that is a label elsewhere."""
        loved = [name for name in ("a", "b", "half", "code") if name not in sight.taken]
        self._serial += 1
        name = self._pick(*loved) if loved and self._chance(4) else f"{stem}{self._serial}"
        sight.taken.append(name)
        return name

    # ------------------------------------------------------------ layers

    def _plain(self, sight: Sight) -> str:
        if self._fault is not None and self._chance(3):
            fault, self._fault = self._fault, None
            return fault
        if sight.ints and self._chance(3):
            return f"conv[c, 2 * {self._pick(*sight.ints)} + 1]"
        return self._pick(*PLAIN)

    def layer(self, sight: Sight, limit: int, depth: int = 2) -> Written:
        """Write a layer."""
        if self._plant is not None and limit >= self._plant.count and self._chance(4):
            return self._planted(sight, self._plant)
        if depth == 0:
            return Written(self._plain(sight))
        kinds: list[Callable[[Sight, int, int], Written]] = [
            lambda sight, limit, depth: Written(self._plain(sight)),
            self._chain,
            self._repeated,
        ]
        if limit >= 2:
            kinds += [self._choice, self._choice, self._one_of_list]
        if self._callees:
            kinds += [self._call, self._call]
        if sight.layers:
            kinds.append(self._named)
        if sight.ints:
            kinds.append(self._conditional)
        return self._pick(*kinds)(sight, limit, depth)

    def _planted(self, sight: Sight, plant: Plant) -> Written:
        self._plant = None
        given = ", ".join(self._static(sight) for _ in range(plant.statics))
        return Written(f"{plant.name}[{given}]" if given else plant.name, plant.count)

    def _chain(self, sight: Sight, limit: int, depth: int) -> Written:
        first = self.layer(sight, limit, depth - 1)
        second = self.layer(sight, limit // first.count, depth - 1)
        return Written(f"({first.text} |> {second.text})", first.count * second.count)

    def _repeated(self, sight: Sight, limit: int, depth: int) -> Written:
        most = self._pick(1, 2)
        chosen = limit >= 4 and self._chance(2)
        times = f"choose one of {self._pick(0, 1)}..{most}" if chosen else str(most)
        index = self._chance(2)
        name = self._fresh(sight, "i") if index else ""
        rest = limit // (most + 1) if chosen else limit
        body = self.layer(sight.inner(name) if index else sight, int(rest ** (1 / most)), depth - 1)
        shown = f"as {name} " if index else ""
        return Written(f"repeat {times} {shown}{{ {body.text} }}", body.count**most * (most + 1 if chosen else 1))

    def _choice(self, sight: Sight, limit: int, depth: int) -> Written:
        number = min(limit, self._pick(2, 2, 3))
        parts: list[str] = []
        total = 0
        labels = list(LABELS)
        for i in range(number):
            rest = max(1, limit // number)
            label = self._pick(*labels)
            labels.remove(label)
            if self._chance(6):
                parts.append(f"{label} = conv[c, k] for k in [1, 3]")
                total += 2
            else:
                one = self.layer(sight, rest, depth - 1)
                if "choose" not in one.text and one.text not in "".join(parts) and self._chance(3):
                    parts.append(one.text)
                else:
                    parts.append(f"{label} = {one.text}")
                total += one.count
            if sight.ints and i and self._chance(2):
                guard = self._pick("== 1", "< 2", "!= 0", "> 1")
                parts[-1] += f" when {self._pick(*sight.ints)} {guard}"
            if self._chance(4):
                parts[-1] += f" weight {self._pick('2', '0.5', '3')}"
        return Written(f"choose {{ {' | '.join(parts)} }}", total)

    def _one_of_list(self, sight: Sight, limit: int, depth: int) -> Written:
        one = self.layer(sight, limit // 2, depth - 1)
        other = self.layer(sight, limit // 2, depth - 1)
        return Written(f"(choose one of [{one.text}, {other.text}])", 2 * one.count * other.count)

    def _call(self, sight: Sight, limit: int, depth: int) -> Written:
        callees = [own for own in self._callees if self._cost(own) <= limit]
        if not callees:
            return Written(self._plain(sight))
        callee = self._pick(*callees)
        cost = self._cost(callee)
        given: list[str] = []
        if callee.family:
            given.append(self._pick("0", "1"))
            cost = cost**2
        if callee.layers:
            inner = self._pick(*sight.layers) if sight.layers else Written(self._plain(sight))
            given.append(inner.text)
            cost *= inner.count**2
        given += [self._static(sight) for _ in range(callee.statics)]
        if callee.once:
            self._decided.add(callee.name)
        return Written(callee.name + (f"[{', '.join(given)}]" if given else "") + "()" * callee.maker, cost)

    def _cost(self, callee: Callee) -> int:
        return 1 if callee.once and callee.name in self._decided else callee.count

    def _static(self, sight: Sight) -> str:
        values = ["1", "2", *sight.ints, *(f"{name} + 1" for name in sight.ints)]
        return self._pick(*values)

    def _named(self, sight: Sight, limit: int, depth: int) -> Written:
        possible = [own for own in sight.layers if own.count <= limit]
        return self._pick(*possible) if possible else Written(self._plain(sight))

    def _conditional(self, sight: Sight, limit: int, depth: int) -> Written:
        one = self.layer(sight, limit, depth - 1)
        other = self.layer(sight, limit, depth - 1)
        test = f"{self._pick(*sight.ints)} {self._pick('== 1', '> 1', 'in [0, 2]')}"
        return Written(f"({one.text} if {test} else {other.text})", max(one.count, other.count))

    # ------------------------------------------------------------ tensors

    def tensor(self, sight: Sight, limit: int) -> Written:
        """Write an expression whose value is an image like all others in sight."""
        kinds: list[Callable[[Sight, int], Written]] = [self._applied, self._applied, self._sum]
        if limit >= 2:
            kinds += [self._maybe, self._of_tensors]
        if limit >= 3:
            kinds += [self._some_of, self._some_alternatives]
        if sight.lists:
            kinds += [self._of_list, self._of_list]
        return self._pick(*kinds)(sight, limit)

    def _applied(self, sight: Sight, limit: int) -> Written:
        layer = self.layer(sight, limit)
        return Written(f"({self._pick(*sight.tensors)} |> {layer.text})", layer.count)

    def _sum(self, sight: Sight, limit: int) -> Written:
        layer = self.layer(sight, int(limit**0.5))
        tensors = ", ".join([self._pick(*sight.tensors), self._pick(*sight.tensors)])
        join = self._pick("sum", "mean", "maximum")
        return Written(f"{join}(({layer.text})(e) for e in [{tensors}])", layer.count**2)

    def _maybe(self, sight: Sight, limit: int) -> Written:
        layer = self.layer(sight, limit // 2)
        tensor, other = self._pick(*sight.tensors), self._pick(*sight.tensors)
        return Written(f"({other} + (choose {{ none = absent | some = {layer.text} }})({tensor}))", 1 + layer.count)

    def _of_tensors(self, sight: Sight, limit: int) -> Written:
        one, other = self._applied(sight, limit // 2), self._applied(sight, limit // 2)
        if self._chance(2):
            return Written(f"choose {{ a = {one.text} | b = {other.text} }}", one.count + other.count)
        return Written(f"(choose one of [{one.text}, {other.text}])", 2 * one.count * other.count)

    def _some_of(self, sight: Sight, limit: int) -> Written:
        tensors = [self._pick(*sight.tensors) for _ in range(3)]
        layer = self.layer(sight, int((limit / 6) ** 0.5)) if limit >= 6 else Written("relu")
        quantity, count = self._pick(("1..2", 6), ("2", 3), ("any", 8))
        if count > limit:
            quantity, count = "2", 3
        number = 3 if quantity == "any" else 2
        if layer.count**number * count > limit:
            layer = Written("relu")
        text = f"sum(({layer.text})(e) for e in choose {quantity} of [{', '.join(tensors)}])"
        if quantity == "any":
            text = f"({self._pick(*sight.tensors)} + {text})"
        return Written(text, count * layer.count**number)

    def _some_alternatives(self, sight: Sight, limit: int) -> Written:
        """Write a sum over layers or tensors of which some are chosen."""
        one, other = (self.layer(sight, max(1, int((limit / 6) ** 0.5)), 1) for _ in range(2))
        quantity, sets = self._pick(("2", 3), ("1..2", 6), ("any", 8), ("1..", 7))
        x = self._pick(*sight.tensors)
        if self._chance(2):
            members, element = (one.text, other.text, "tanh"), f"l({x})"
        else:
            members, element = (f"({one.text})({x})", f"({other.text})({x})", x), "relu(l)"
        guard = f" when {self._pick(*sight.ints)} < 2" if sight.ints and self._chance(2) else ""
        alternatives = f"a = {members[0]} | b = {members[1]}{guard if quantity != '2' else ''} | half = {members[2]}"
        text = f"({x} + sum({element} for l in choose {quantity} of {{ {alternatives} }}))"
        return Written(text, sets * one.count * other.count)

    def _of_list(self, sight: Sight, limit: int) -> Written:
        name = self._pick(*sight.lists)
        return Written(
            self._pick(
                f"(x + sum({self._plain(sight)}(e) for e in {name}[1:] if e.index > 1))",
                f"{name}[-1]",
                f"mean({name})",
                f"sum({name})",
                f"(concat({name}) |> conv[c, 1])",
                f"(concat(loose({name})) |> conv[c, 1])",
                f"(sum(loose({name})) |> conv[c, 1 if len(loose({name})) == 1 else 3])",
            )
        )

    # ------------------------------------------------------------ statements

    def body(self, sight: Sight, limit: int) -> Written:
        """Write the statements of a body and its `return`."""
        lines: list[str] = []
        count = 1
        for _ in range(self._draw(st.integers(0, 3))):
            kind = self._pick(self._let_tensor, self._let_layer, self._let_static, self._nodes, self._require)
            line = kind(sight, limit // count)
            lines.append(line.text)
            count *= line.count
        result = self.tensor(sight, limit // count)
        lines.append(f"return {result.text}")
        return Written("\n".join(f"  {line}" for line in lines), count * result.count)

    def _let_tensor(self, sight: Sight, limit: int) -> Written:
        value = self.tensor(sight, limit)
        name = self._fresh(sight, "y")
        sight.tensors.append(name)
        return Written(f"let {name} = {value.text}", value.count)

    def _let_layer(self, sight: Sight, limit: int) -> Written:
        once = self._pick("", "tied ", "tied ", "shared ")
        value = self.layer(sight, limit, 2)
        name = self._fresh(sight, "f")
        sight.layers.append(Written(name, 1 if once else value.count))
        text = f"({value.text})" if once else value.text
        return Written(f"let {name} = {once}{text}", value.count)

    def _let_static(self, sight: Sight, limit: int) -> Written:
        if sight.lists and self._chance(2):
            text = f"len(loose({self._pick(*sight.lists)}))"
            name = self._fresh(sight, "k")
            sight.ints.append(name)
            return Written(f"let {name} = {text}")
        if limit < 2:
            name = self._fresh(sight, "k")
            sight.ints.append(name)
            return Written(f"let {name} = 1")
        text, count = self._pick(
            ("choose one of 0..1", 2),
            ("choose one of [1, 2]", 2),
            ("choose { 0 | 2 }", 2),
            ("choose { small = 1 | large = 2 weight 3 }", 2),
            ("len(choose any of [5, 6])", 4),
            ("sum([len(choose any of 0..v) for v in 0..0])", 2),
            ("sum([v for v in choose 1.. of 0..1])", 3),
            ("sum(choose 2 of { 0 | b = 1 | 1 })", 3),
            ("sum([v for v in choose any of { n = 1 | m = k for k in [2] }])", 4),
        )
        if count > limit:
            text, count = "choose { 0 | 2 }", 2
        name = self._fresh(sight, "k")
        sight.ints.append(name)
        word = "setting" if self._chance(6) else "let"
        return Written(f"{word} {name} = {text}", count)

    def _nodes(self, sight: Sight, limit: int) -> Written:
        number = self._pick(1, 2, 2, 3)
        each = max(1, int(limit ** (1 / number)))
        index = self._fresh(sight, "i")
        seeds = [self._pick(*sight.tensors) for _ in range(self._pick(1, 1, 2))]
        inner = sight.inner(index)
        name = self._fresh(sight, "h")
        most = len(seeds) + number - 1
        choices = [("earlier[-1:]", 1, 1), ("earlier", 1, most)]
        if each >= most:
            choices += [("choose 1 of earlier", most, 1), ("choose 1 of earlier", most, 1)]
        if each >= most + most * (most - 1) // 2:
            choices += [("choose 1..2 of earlier", most + most * (most - 1) // 2, min(2, most))] * 2
        source, count, times = self._pick(*choices)
        layer = self.layer(inner, max(1, int((each / count) ** (1 / times))))
        sight.taken = inner.taken
        sight.lists.append(name)
        element = f"({layer.text})(e)"
        if self._chance(4):
            element = f"({layer.text} if e.index == 0 else relu)(e)"
        used = f" as {index}" if index in element or self._chance(3) else ""
        seeds_text = ", ".join(seeds)
        text = f"nodes {name}[{number}] after ({seeds_text}){used} {{ return sum({element} for e in {source}) }}"
        return Written(text, (count * layer.count**times) ** number)

    def _require(self, sight: Sight, limit: int) -> Written:
        if sight.lists and self._chance(2):
            return Written(f"require {self._of_quantity(sight)}")
        if not sight.ints:
            return self._let_static(sight, limit)
        first, second = self._pick(*sight.ints), self._pick(*sight.ints)
        condition = self._pick(
            f"{first} + {second} <= 3", f"{first} >= {second}", f"{first} < 2 or {second} != 1", f"not ({first} == 2)"
        )
        return Written(f"require {condition}")

    def _of_quantity(self, sight: Sight) -> str:
        name = self._pick(*sight.lists)
        return self._pick(
            f"edges({name}) <= {self._pick('2', '3', '4')}",
            f"live({name}) == len({name})",
            f"live({name}[:2]) > 0",
            f"depth({name}) {self._pick('< 2', '> 1', '!= 2')}",
            f"edges({name}) - live({name}) < 2 or not present({name}[-1])",
        )

    # ------------------------------------------------------------ definitions

    def definition(self, name: str) -> str:
        """Write a block, a choice, a cell or a family."""
        if self._chance(8):
            return self._maker(name)
        if self._chance(8):
            return self.bounded(name)
        kind = self._pick("block", "block", "choice", "cell", "cell", "family")
        statics = self._pick(0, 1)
        once = kind in ("cell", "family")
        limit = int(self._limit ** (0.5 if once else 0.34))
        sight = Sight(["x"], ["s"] if statics else [], taken=["x", "s", "m", "c", "h", "w", "e", "k", "f"])
        layers = kind == "block" and self._chance(2)
        if layers:
            sight.layers.append(Written("f"))
        parameters = ["m in 0..1"] * (kind == "family") + ["f"] * layers + ["s"] * statics
        head = f"{'cell' if kind == 'family' else kind} {name}"
        head += f"[{', '.join(parameters)}]" if parameters else ""
        head += "(x: image[c, h, w])"
        if kind == "choice":
            body = self._choice(sight, max(2, limit), 2)
            text = f"{head} {body.text.removeprefix('choose ')}"
        else:
            if kind == "family":
                sight.ints.append("m")
                limit = int(limit**0.5)
            body = self.body(sight, limit)
            text = f"{head} {{\n{body.text}\n}}"
        self._callees.append(Callee(name, statics, layers, kind == "family", body.count, once))
        return text

    def _maker(self, name: str) -> str:
        kind = self._pick("block", "cell")
        layer = self.layer(Sight(ints=["s"], taken=["s", "k"]), int(self._limit ** (0.5 if kind == "cell" else 0.34)))
        self._callees.append(Callee(name, 1, False, False, layer.count, kind == "cell", maker=True))
        return f"{kind} {name}[s, c = 2] = {layer.text}"

    def bounded(self, name: str) -> str:
        """Write a block that uses itself, twice deep at most."""
        sight = Sight(["x"], ["s"], taken=["x", "s", "c", "h", "w", "e", "k", "f"])
        leaf = self.layer(sight, max(1, int(self._limit**0.34) // 4), 1)
        again = name + self._pick("", "[s + 1]", "[2]")
        # What it is, and how many architectures it has if the block itself has `n`.
        more: tuple[str, Callable[[int], int]] = self._pick(
            (again, lambda n: n),
            (f"{again} |> {leaf.text}", lambda n: n * leaf.count),
            (f"{again} |> relu |> {again}", lambda n: n * n),
            (f"repeat choose one of 0..2 {{ {again} }}", lambda n: 1 + n + n * n),
            (f"(choose {{ {again} | p = relu |> {again} when s < 2 }})", lambda n: 2 * n),
            (f"sum(f(x) for f in choose 1..2 of {{ relu | {again} }})", lambda n: 1 + 2 * n),
        )
        guard = self._pick("", "", " when s < 2")
        rest = f"{'r = ' if self._chance(2) else ''}tanh |> {leaf.text}"
        members = [f"a = {leaf.text}", f"b = {more[0]}{guard}", rest][: self._pick(2, 3)]
        self._draw(st.randoms()).shuffle(members)
        inner = leaf.count * (len(members) - 1)
        self._callees.append(Callee(name, 1, False, False, inner + more[1](inner), False))
        body = f"choose {{ {' | '.join(members)} }}"
        text = body if "sum" in more[0] else f"x |> {body}"
        return f"block {name}[s = 1](x: image[c, h, w]) depth 2 = {text}"

    def network(self) -> str:
        """Write the network."""
        sight = Sight(["x"], ["s"], taken=["x", "s", "c", "h", "w", "e", "k"])
        body = self.body(sight, self._limit)
        if self._plant is not None:
            *lines, last = body.text.rpartition("return ")
            body = Written("".join(lines) + f"({last}) |> {self._planted(sight, self._plant).text}")
        return f"network net[c = 2, s = 1](x: image[c, 4, 4]) -> image[c, 4, 4] {{\n{body.text}\n}}"
