"""Spaces in which widths depend on decisions: of what follows, some heeds them, and some is wrong at one of them."""

from hypothesis import strategies as st

BLOCKS = """
block same[c](x: vec[d]) = identity if d == c else linear[c]
block residual(x: vec[d]) = x + linear[d](x)
block wide(x: vec[d]) = linear[2 * d]
block even(x: vec[d]) { require d % 8 == 0 return x |> tanh }
choice narrow(x: vec[d]) { a = linear[4] | b = linear[2] when d == 4 }
choice either(x: t) { one = relu | two = tanh }
cell once(x: t) { return x |> choose { one = relu | two = tanh } }
cell deep(x: vec[d]) { return x |> linear[4] |> choose { four = identity | eight = linear[8] } }
"""

LAYERS = (
    "linear[4]", "linear[8]", "identity", "same[4]", "residual", "wide", "even", "narrow", "either", "once", "deep",
    "absent", "tied either", "(linear[4] if i == 0 else linear[8])",
)  # fmt: skip

NODES = (
    "edge(choose one of earlier, i)",
    "concat(edge(choose one of earlier), earlier[0])",
    "sum(edge(e) for e in choose 1..2 of earlier)",
    "sum(same[4](edge(e)) for e in choose 2 of earlier)",
    "concat(edge(e) for e in choose 1.. of earlier)",
    "choose one of earlier",
    "merge(edge(choose one of earlier), edge(earlier[-1]))",
)

RESULTS = (
    "concat(loose(p, h))",
    "concat(loose(h))",
    "concat(same[4](e) for e in loose(p, h))",
    "concat(either(e) for e in loose(p, h))",
    "sum(same[4](e) for e in loose(p, h))",
    "sum(loose(h))",
    "concat([e for e in loose(h)])",
    "concat(loose(p)) |> residual",
    "h[-1]",
    "concat(h)",
    "h[0] + h[-1]",
    "relu if len(loose(p, h)) == 1 else tanh",
    "same[4](h[0]) + same[4](h[-1])",
    "h[0] if [h[0]] == [h[-1]] else tanh(h[-1])",
)

ENDS = (
    "linear[3]", "same[4]", "identity", "residual |> linear[3]", "narrow", "(shared linear[3])", "either", "even",
)  # fmt: skip


@st.composite
def spaces_of_widths(draw: st.DrawFn) -> str:
    """Draw the text of a space; some of its architectures may be wrong."""
    labelled = [
        f"o{i} = {own}" for i, own in enumerate(draw(st.lists(st.sampled_from(LAYERS), min_size=1, max_size=3)))
    ]
    edges = " | ".join(own.replace("i == 0", "d == 4") for own in labelled)
    node = draw(st.sampled_from(NODES)).replace(", i)", ")")
    result = draw(st.sampled_from(RESULTS))
    count = draw(st.integers(1, 2))
    cells = draw(st.integers(1, 2))
    before = draw(st.sampled_from(("", " |> same[4]")))
    end = draw(st.sampled_from(ENDS))
    layer = draw(st.sampled_from(("body", "tied body", "repeated")))
    kind = draw(st.sampled_from(("block", "cell")))
    applied = (
        f"repeat {cells} {{ {'body' if layer == 'repeated' else layer} }}"
        if layer == "repeated"
        else (" |> ".join(["made"] * cells))
    )
    made = "" if layer == "repeated" else f"let made = {layer} "
    return f"""{BLOCKS}
choice edge(x: vec[d]) {{ {edges} }}
choice merge(x: vec[d], y: vec[e]) {{ add = x + same[d](y) | join = concat(x, y) }}
{kind} body(x: vec[d]) {{
  let p = x{before}
  nodes h[{count}] after (p) {{ return {node} }}
  return {result}
}}
network net(x: vec[4]) {{ {made}return x |> {applied} |> {end} }}
"""
