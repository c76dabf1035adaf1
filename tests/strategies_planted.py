"""A Hypothesis strategy for spaces in which something is planted that depends on decisions made apart.

A plant is a block or cell that is right under some decisions and wrong under others, or that only seems to be wrong: a
requirement, a condition or another context keeps what is wrong away. It stands somewhere in a space as
`archdsl.testing` writes them, under decisions of its own and with statics that were decided elsewhere.
"""

from typing import TypeVar, final

from hypothesis import strategies as st

from archdsl.testing.pieces import Plant
from archdsl.testing.writer import Writer

T = TypeVar("T")

SOURCES = (
    # What decides, in how many ways, what depends on it, and the definitions that it needs.
    ("let {n} = choose one of 0..2", 3, ("{n} == 2", "{n} != 1", "{n} > 0"), ""),
    ("let {n} = choose {{ 0 | v = 1 weight 2 }}", 2, ("{n} == 1", "{n} == 0"), ""),
    ("let {n} = choose {{ k for k in [0, 1, 2] if k != 1 when k <= a }}", 2, ("{n} == 2", "{n} == 0"), ""),
    ("let {n} = choose any of [5, 6]", 4, ("len({n}) == 1", "6 in {n}", "{n} == []"), ""),
    ("let {n} = choose 2 of [1, 2, 3]", 3, ("2 in {n}", "sum({n}) == 4"), ""),
    ("let {n} = sum([k for k in choose 1.. of {{ 1 | two = 2 when a < 2 }}])", 3, ("{n} == 3", "{n} == 2"), ""),
    ("let {n} = {n}_of()", 2, ("{n} == 1", "{n} == 0"), "cell {n}_of = choose {{ 0 | 1 }}"),
    (
        "let {n} = {n}_of[a]() + {n}_of[1]()",
        3,
        ("{n} == 2", "{n} == 4", "{n} > 0"),
        "cell {n}_of[a] = choose {{ zero = 0 | one = 1 when a < 2 | two = 2 when a > 0 }}",
    ),
    (
        "let {n} = {n}_of[0]() + {n}_of[1]()",
        4,
        ("{n} == 1", "{n} == 3"),
        "cell {n}_of[m in 0..1] = choose {{ m | 1 + m }}",
    ),
    ("let {n} = {n}_of()", 2, ("{n} == 2", "{n} == 0"), "block {n}_of {{ let k = choose {{ 0 | 1 }} return 2 * k }}"),
    (
        "let {n} = {n}_of(x |> choose {{ relu | wide = conv[2 * c, 1] }})",
        2,
        ("{n} == c", "{n} > c"),
        "block {n}_of(x: image[c, h, w]) = c",
    ),
    (
        "nodes {n}h[2] after (x) {{ return relu(choose one of earlier) }} let {n} = len(loose({n}h))",
        2,
        ("{n} == 1", "{n} == 2"),
        "",
    ),
    (
        "nodes {n}h[choose one of 1..3] after (x) {{ return tanh(earlier[-1]) }} let {n} = len({n}h)",
        3,
        ("{n} == 1", "{n} == 3"),
        "",
    ),
    (
        "nodes {n}h[2] after (x, x) {{ return sum(relu(e) for e in choose 1..2 of earlier) }}"
        " let {n} = len(loose(x, {n}h))",
        18,
        ("{n} == 1", "{n} == 2", "{n} > 1"),
        "",
    ),
)

WRONG = (
    # Wrong where the condition holds, else an image like `x`; in how many ways it decides.
    ("x + (x |> conv[c + (1 if {test} else 0), 1])", 1),
    ("sum(f(x) for f in choose 1..2 of {{ relu | conv[c + (1 if {test} else 0), 1] | tanh }})", 6),
    ("x |> conv[c, 2 if {test} else 3]", 1),
    ("x |> conv[6 * c, 1] |> conv[6 * c, 3, groups = 5 if {test} else 3] |> conv[c, 1]", 1),
    ("x |> choose {{ a = relu when not ({test}) | b = tanh when not ({test}) }}", 2),
    (
        "x |> choose {{ a = relu | b = choose {{ p = tanh when not ({test}) | q = bn when not ({test}) }} }}",
        3,
    ),
    ("sum(f(x) for f in choose 2 of {{ relu | tanh when not ({test}) }})", 1),
    ("sum(relu(e) for e in choose 2 of ([x] if {test} else [x, tanh(x)]))", 1),
    ("x |> conv[c, [1, 3][2 if {test} else 0]]", 1),
    ("x |> conv[c, 1 + 0 * (2 // (0 if {test} else 1))]", 1),
    ("x |> (relu if not ({test}) else [c])", 1),
    ("x |> (relu if not ({test}) else conv[c, 1.0])", 1),
    ("x |> conv[c, min([1 for i in 0..(-1 if {test} else 0)])]", 1),
    ("absent if {test} else relu(x)", 1),
    ("concat([relu(x) for i in 0..(-1 if {test} else 0)]) |> conv[c, 1]", 1),
    ("x |> ({name}_deep[1] if {test} else relu)", 1),
    ("x |> repeat (2 if {test} else 1) as i {{ max_pool[1 + 2 * i] |> conv[c, 1 + i] }}", 1),
)

CONTEXTS = (
    # Definitions, a body, and how many architectures it has: what is decided once, met in several contexts.
    (
        "cell {name}_k[s](x: image[c, h, w]) = x |> choose {{"
        " relu when s == {u} | tanh when s == {v} | conv[c, 1] when s < {w} }}",
        "x |> {name}_k[1] |> {name}_k[a] |> {name}_k[2]",
        3,
    ),
    (
        "cell {name}_k(x: image[c, h, w]) = x |> choose {{ conv[c, 1, groups = g] for g in [1, 2, {u} + 2] }}",
        "x |> conv[4 * choose one of 1..{v}, 1] |> {name}_k |> conv[4, 1] |> {name}_k |> conv[c, 1]",
        9,
    ),
    (
        'cell {name}_k(x: image[c, h, w]) = x |> choose {{ relu | down = max_pool[2, 2, "valid"] }}',
        "x |> choose {{ once = {name}_k | more = repeat {u} + 1 {{ {name}_k }} | same = tanh }} |> resize[[h, w]]",
        5,
    ),
    (
        "cell {name}_k(*xs: image[c, h, w]) = sum(relu(e) for e in choose {u} of xs)",
        "{name}_k(x, tanh(x)) + ({name}_k(x) if a > {v} else x)",
        2,
    ),
    (
        "cell {name}_k(*xs: image[c, h, w]) = relu(choose one of xs)",
        "{name}_k(x, tanh(x), relu(x)) + {name}_k(x, (choose {{ conv[c * {u}, 1] | relu }})(x))",
        4,
    ),
    (
        "",
        "(x |> choose {{ p = conv[w, 1] for w in [c, c + {u}] }})"
        " + (x |> choose {{ conv[w, 1] for w in [c, c + {v}] }})"
        " |> conv[c, 1]",
        4,
    ),
    (
        "",
        "(x |> choose {{ p = conv[w, 1] for w in [c, c + {u}] }})"
        " + (x |> choose {{ conv[w, 1] for w in [c, c + {v}] }})"
        " + (x |> repeat choose one of 0..1 {{ conv[c + {w}, 1] }}) |> conv[c, 1]",
        8,
    ),
    (
        "block {name}_t[n](x) = x |> choose {{"
        " conv[{name}_c(x), 2 * n + 1] | fork = {name}_t[n - 1] |> {name}_t[n - 1] when n > {u} - 2 }}\n"
        "block {name}_c(x: image[c, h, w]) = c",
        "x |> {name}_t[1]",
        30,
    ),
    (
        "block {name}_t(x: image[c, h, w]) depth 3 = x |> choose {{"
        " relu | half = conv[c // 2] |> {name}_t |> conv[c] }}",
        "x |> {name}_t",
        3,
    ),
    (
        "",
        "nodes q[choose one of 1..2] after (x) {{ return relu(earlier[-1]) }} return q[{u} - 1] + q[-1]",
        2,
    ),
    (
        "",
        "let f = tied choose {{ a = relu | b = conv[c, 1] | d = conv[{u} * c, 1] }} return x |> f |> f",
        3,
    ),
    (
        "block {name}_twice[f](x: image[c, h, w]) {{ let g = choose {{ f | relu }} return x |> g |> f }}",
        "x |> {name}_twice[choose {{ relu | conv[c * {u}, 1] }}] |> {name}_twice[conv[c, {v}]]",
        16,
    ),
    (
        "choice {name}_e(x: image[c, h, w]) {{ none = absent | relu | conv[c, 1] when {name}_a() < {u} }}\n"
        "cell {name}_a = choose {{ 0 | 1 }}",
        "nodes q[2] after (x) {{ return sum({name}_e(e) for e in earlier) }} return q[{v} - 2] + q[1]",
        60,
    ),
    (
        "",
        "nodes q[2] after (x) {{ return sum(relu(e) for e in choose 1.. of earlier) }}"
        " require edges(q) <= {u} return x + q[-1]",
        3,
    ),
    (
        "choice {name}_e(x: image[c, h, w]) {{ none = absent | relu }}",
        "nodes q[2] after (x) {{ return sum({name}_e(e) for e in choose any of earlier) }}"
        " let l = loose(q) require live(q) >= {u} - 1 return x + sum(l) |> conv[c, 2 if len(l) > {v} - 1 else 3]",
        27,
    ),
    (
        "",
        "nodes q[3] after (x) {{ return relu(choose one of earlier) }} let l = len(loose(q))"
        " require depth(q) >= {u} or live(q) < {v} return q[-1] |> conv[c, 2 if l == {w} else 3]",
        6,
    ),
    (
        "block {name}_b[f](x: image[c, h, w]) {{\n"
        "  nodes q[2] after (x) {{ return f(choose one of earlier) }} require depth(q) < {u} return sum(loose(q))\n}}",
        "x |> {name}_b[choose {{ relu | conv[c, 1] }}] |> {name}_b[tied (choose {{ tanh | conv[c + {v} - 1, 1] }})]",
        16,
    ),
    (
        "",
        "let y = (choose {{ none = absent | some = relu }})(x) let z = (choose {{ none = absent | some = tanh }})(x)"
        " require present(y) or {u} == 1 or present(z) return y + z",
        4,
    ),
    (
        "",
        "setting rate = choose one of [1, 2, {u} + 2] let k = choose one of 1..3"
        " require rate > k return x |> conv[c, 2 if k == {v} else 3]",
        9,
    ),
)

DEEP = "block {name}_deep[s](x: image[c, h, w]) = x |> {name}_deep[s] |> relu"


@final
class _Planter:
    """Writes plants."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def _pick(self, *options: T) -> T:
        return self._draw(st.sampled_from(options))

    def clash(self, limit: int) -> Plant:
        """Write what is wrong, or is kept from it, where one, two or three decisions come together."""
        lines, tests, definitions, count = [], [], [], 1
        for name in ("p", "q", "r")[: self._pick(1, 2, 2, 3)]:
            text, ways, conditions, needed = self._pick(*SOURCES)
            if count * ways > limit:
                break
            count *= ways
            lines.append(text.format(n=name))
            tests.append(self._pick(*conditions).format(n=name))
            definitions += [needed.format(n=name)] if needed else []
        test = self._pick(" and ", " and ", " or ").join(tests or ["a == 1"])
        wrong, ways = self._pick(*WRONG)
        if count * ways > limit:
            wrong, ways = WRONG[0]
        kept = self._pick("", "", "", "", "if", "require", "late")
        value = wrong.format(test=test, name="plant")
        if kept == "if":
            value = f"(({value}) if not ({test}) else tanh(x))"
        requirement = f"require not ({test})"
        if kept == "require":
            lines.append(requirement)
        lines.append(f"let y = {value}")
        if kept == "late":
            lines.append(requirement)
        definitions += [DEEP.format(name="plant")] if "_deep" in value else []
        return self._plant(definitions, [*lines, "return y"], count * ways)

    def contexts(self) -> Plant:
        """Write what is decided once and is met in several contexts, or wants what others give."""
        definitions, body, count = self._pick(*CONTEXTS)
        numbers = {key: self._draw(st.integers(1, 3)) for key in "uvw"}
        lines = [body.format(name="plant", **numbers)]
        if "return" not in lines[0]:
            lines[0] = f"return {lines[0]}"
        known = [definitions.format(name="plant", **numbers)] if definitions else []
        return self._plant(known, lines, count)

    def _plant(self, definitions: list[str], lines: list[str], count: int) -> Plant:
        kind = self._pick("block", "cell")
        statics = self._pick(0, 1)
        parameters = "[a]" if statics else "[a = 1]"
        if not any(word == "a" for line in [*lines, *definitions] for word in _words(line)):
            parameters, statics = "", 0
        body = "\n".join(f"  {line}" for line in lines)
        text = f"{kind} plant{parameters}(x: image[c, h, w]) {{\n{body}\n}}"
        return Plant("\n".join([*definitions, text]), "plant", statics, count)


def _words(text: str) -> list[str]:
    return "".join(own if own.isalnum() or own == "_" else " " for own in text).split()


@st.composite
def planted_spaces(draw: st.DrawFn, *, limit: int = 3_000) -> str:
    """Draw the text of a space of `limit` architectures at most; about half have an architecture that is wrong."""
    planter = _Planter(draw)
    limit = min(limit, draw(st.sampled_from([60, 150, 400, 3_000])))
    plant = planter.clash(limit) if draw(st.booleans()) else planter.contexts()
    writer = Writer(draw, max(1, limit), None, plant)
    definitions = [plant.definitions]
    definitions += [writer.definition(f"d{i}") for i in range(draw(st.integers(0, 3)))]
    return "\n".join([*definitions, writer.network()]) + "\n"
