"""A Hypothesis strategy for recurrent cells, as texts: well-typed by construction.

Of one cell come two programs: one that scans a sequence, and one that applies the cell to each step, one after the
other. In both the cell is a `shared` layer of one name, so decisions and weights have the same addresses.
"""

from dataclasses import dataclass
from typing import final

from hypothesis import strategies as st

UNARY = ("tanh", "sigmoid", "relu", "identity", "layer_norm")


@final
@dataclass(frozen=True)
class Recurrent:
    """A cell, the length and the width of what it runs over, and the widths of its states.

    Of the states, `given` have an initial value, the others start as zeros.
    """

    definitions: str
    steps: int
    width: int
    states: tuple[int, ...]
    given: tuple[bool, ...]
    kind: str

    def _starts(self) -> list[tuple[str, int]]:
        return [(f"h{i}", width) for i, (width, given) in enumerate(zip(self.states, self.given, strict=True)) if given]

    @property
    def scanned(self) -> str:
        """The program that scans: it gives the outputs of all steps, then the last states."""
        steps, width, first = self.steps, self.width, self.states[0]
        sizes = {
            "seq": (f"{steps}, {width}", f"{steps}, {first}"),
            "signal": (f"{width}, {steps}", f"{first}, {steps}"),
        }
        taken, made = sizes[self.kind]
        inputs = [f"x: {self.kind}[{taken}]", *(f"{name}: vec[{size}]" for name, size in self._starts())]
        results = [f"{self.kind}[{made}]", *(f"vec[{size}]" for size in self.states)]
        names = [f"l{i}" for i in range(len(self.states))]
        starts = [f"h{i}" if given else "absent" for i, given in enumerate(self.given)]
        while starts and starts[-1] == "absent":
            starts.pop()
        return (
            f"{self.definitions}network net({', '.join(inputs)}) -> ({', '.join(results)}) {{\n"
            f"  let f = shared recurrent\n"
            f"  let y, {', '.join(names)} = scan[{', '.join(['f', *starts])}](x)\n"
            f"  return y, {', '.join(names)}\n}}\n"
        )

    @property
    def unrolled(self) -> str:
        """The program that applies the cell again and again; it takes the steps one by one, and all initial states."""
        inputs = [f"x{t}: vec[{self.width}]" for t in range(self.steps)]
        inputs += [f"h{i}: vec[{size}]" for i, size in enumerate(self.states)]
        results = [f"vec[{self.states[0]}]"] * self.steps + [f"vec[{size}]" for size in self.states]
        lines = ["  let f = shared recurrent\n"]
        names = [f"h{i}" for i in range(len(self.states))]
        outputs = []
        for t in range(self.steps):
            new = [f"s{t}_{i}" for i in range(len(self.states))]
            lines.append(f"  let {', '.join(new)} = f({', '.join([f'x{t}', *names])})\n")
            names = new
            outputs.append(new[0])
        head = f"network net({', '.join(inputs)}) -> ({', '.join(results)}) {{\n"
        return f"{self.definitions}{head}{''.join(lines)}  return {', '.join([*outputs, *names])}\n}}\n"


@final
class _Writer:
    def __init__(self, draw: st.DrawFn, limit: int) -> None:
        self._draw = draw
        self._limit = limit

    def _pick(self, *options: str) -> str:
        return self._draw(st.sampled_from(options))

    def _chance(self, one_in: int) -> bool:
        return self._draw(st.integers(1, one_in)) == one_in

    def layer(self, width: int) -> str:
        """Write a layer that keeps a vector's width; a choice as long as there may be more architectures."""
        if self._limit >= 2 and self._chance(3):
            self._limit //= 2
            return f"choose {{ a = {self._plain(width)} | b = linear[{width}] |> {self._pick(*UNARY)} }}"
        return self._plain(width)

    def _plain(self, width: int) -> str:
        return self._pick(*UNARY, f"linear[{width}]", f"linear[{width}, bias = false]")

    def tensor(self, known: list[tuple[str, int]], width: int) -> str:
        """Write a vector of this width, made of those that are known."""
        name, own = self._draw(st.sampled_from(known))
        other, _ = self._draw(st.sampled_from(known))
        fit = name if own == width else f"linear[{width}]({name})"
        return self._pick(
            f"({fit} |> {self.layer(width)})",
            f"tanh(linear[{width}](concat({name}, {other})))",
            f"product(sigmoid(linear[{width}]({other})), {fit})",
            f"({fit} + linear[{width}, bias = false]({other}))",
            fit,
        )

    def cell(self, width: int, states: tuple[int, ...]) -> str:
        """Write the definition of a cell."""
        known = [("x", width), *((f"h{i}", size) for i, size in enumerate(states))]
        lines: list[str] = []
        for i in range(self._draw(st.integers(0, 2))):
            size = self._draw(st.integers(1, 3))
            lines.append(f"  let v{i} = {self.tensor(known, size)}\n")
            known.append((f"v{i}", size))
        if self._limit >= 6 and self._chance(2):
            self._limit //= 6
            layer = self.layer(states[0])
            seed = self.tensor(known, states[0])
            lines.append(f"  nodes n[2] after ({seed}, {self.tensor(known, states[0])}) {{\n")
            lines.append(f"    return sum(({layer})(e) for e in choose 1 of earlier)\n  }}\n")
            known.append(("mean(n)", states[0]))
        results = [self._state(known, i, size) for i, size in enumerate(states)]
        types = [f"vec[{size}]" for size in states]
        inputs = ", ".join([f"x: vec[{width}]", *(f"h{i}: {type_}" for i, type_ in enumerate(types))])
        gives = types[0] if len(types) == 1 else f"({', '.join(types)})"
        kind = self._pick("block", "cell")
        head = f"{kind} recurrent({inputs}) -> {gives} {{\n"
        return f"{head}{''.join(lines)}  return {', '.join(results)}\n}}\n"

    def _state(self, known: list[tuple[str, int]], place: int, size: int) -> str:
        """Write a new state: now and then it is one of the old ones."""
        old = [name for name, own in known if name.startswith("h") and own == size]
        return self._pick(*old) if self._chance(4) else self.tensor(known, size)


@st.composite
def recurrents(draw: st.DrawFn, *, limit: int = 24) -> Recurrent:
    """Draw a recurrent cell of about `limit` architectures at most."""
    width = draw(st.integers(1, 3))
    states = tuple(draw(st.lists(st.integers(1, 3), min_size=1, max_size=3)))
    given = tuple(draw(st.booleans()) for _ in states)
    text = _Writer(draw, limit).cell(width, states)
    return Recurrent(text, draw(st.integers(1, 4)), width, states, given, draw(st.sampled_from(["seq", "signal"])))
