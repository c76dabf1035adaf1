"""`require params <= …` and `macs` hold architectures to what their graphs say."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.searchspace import Space, loads
from archdsl.testing import sources
from archdsl.testing.brute_force import brute_force, key_of


def required(text: str, condition: str) -> Space:
    """Require something of the network, which is the last definition of a text."""
    before, word, after = text.rpartition("  return")
    return loads(f"{before}  require {condition}\n{word}{after}")


def check(text: str, share: float) -> None:
    free = loads(text)
    members = list(free)
    for name in ("params", "macs"):
        numbers = sorted(getattr(own, name) for own in members)
        bound = numbers[int(share * (len(numbers) - 1))]
        held = required(text, f"{name} <= {bound}")
        if "not-yet" in [diagnostic.code for diagnostic in held.verdict.diagnostics]:
            continue  # shared weights are given to a definition
        wanted = {key_of(dict(own.decisions)) for own in members if getattr(own, name) <= bound}
        assert {key_of(dict(own.decisions)) for own in held} == wanted
        assert all(own.decisions in held for own in members if getattr(own, name) <= bound)


@given(text=sources(limit=40), share=st.floats(0, 1))
def test_a_required_cost_is_that_of_the_graph(text: str, share: float) -> None:
    if loads(text).verdict.kind == "proved":
        check(text, share)


TEXTS = {
    "dead parts and joins": """
      network net(x: image[2, 8, 8]) -> image[4, 8, 8] {
        let a = x |> (choose { conv[4, 3] | conv[4, 5] | conv[4, 1] })
        let dead = a |> conv[100, 3]
        nodes h[2] after (a) { return sum((choose { relu | conv[4, 3] })(e) for e in choose 1..2 of earlier) }
        return h[-1] |> repeat 2 { choose { conv[4, 1] | identity } }
      }""",
    "a cell at two widths": """
      cell unit[c](x: image[w, h, ww]) {
        let y = x |> conv[c, choose { 1 | 3 }]
        return y + (y |> choose { identity | conv[c, 3] })
      }
      network net(x: image[2, 8, 8]) -> image[8, 8, 8] {
        return x |> unit[4] |> unit[8] |> unit[8]
      }""",
    "what two results share": """
      block both(x: vec[d]) {
        let y = x |> linear[d, choose { true | false }]
        return y |> linear[d], y |> (choose { linear[d] | identity })
      }
      network net(x: vec[4]) -> vec[4] {
        let a, b = both(x)
        let c, d = both(choose { a = a | b = b })
        return choose { one = c | other = d | all = a + c + d }
      }""",
    "weights that are shared, and that are tied": """
      block layer(x: vec[d]) = x |> choose { linear[d] | linear[d, false] | identity }
      network net(x: vec[4]) -> vec[4] {
        let f = shared layer
        let g = tied layer
        let y = x |> f |> tanh |> f
        return y |> repeat 2 { g }
      }""",
    "an auxiliary output": """
      network net(x: vec[4]) -> vec[4] {
        let y = x |> choose { linear[4] | tanh }
        return y |> linear[4], aux = y |> choose { linear[9] | linear[2] }
      }""",
    "steps of a scan": """
      cell step(x: vec[d], h: vec[e]) -> vec[e] {
        return (x |> linear[e]) + (h |> choose { linear[e] | identity })
      }
      network net(x: seq[5, 3]) -> vec[4] {
        let first = x |> choose { linear[3] | identity }
        let y, last = scan[step, linear[4](first_step(first))](first)
        return last + (last_step(y) |> linear[4])
      }""",
}


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_required_cost_counts_all_that_is_built_once(text: str, share: float) -> None:
    check(text, share)
    held = required(text, "params < 60 or macs > 1000")
    if held.verdict.kind == "proved":
        assert {key_of(dict(own.decisions)) for own in held} == brute_force(held.elaborated).keys


def test_a_block_is_held_to_its_cost_at_every_use() -> None:
    text = """
      block few[c](x: image[w, h, ww]) { let y = x |> conv[c, choose { 1 | 3 | 5 }] require params < 200 return y }
      network net(x: image[2, 8, 8]) -> image[8, 8, 8] = x |> few[4] |> few[8]"""
    # 4 · 2 · 25 weights are too many in the first, 8 · 4 · 9 in the second.
    space = loads(text)
    assert space.size() == 2 * 1


def test_long_chains_are_counted_by_their_sums() -> None:
    layers = "repeat 24 { choose { linear[8] | tanh } }"
    space = loads(f"network net(x: vec[8]) -> vec[8] {{ require params <= {12 * 72} return x |> {layers} }}")
    assert space.size() == sum(comb(24, k) for k in range(13))


def test_weights_that_are_shared_with_what_is_outside_are_refused() -> None:
    text = """
      block through[f](x) = x |> f
      network net(x: vec[4]) -> vec[4] {
        let f = shared linear[4]
        require params < 30
        return x |> f |> through[f]
      }"""
    assert [own.code for own in loads(text).verdict.diagnostics] == ["not-yet"]


def test_a_cost_that_no_op_declares_is_an_error() -> None:
    text = """
      op mine(x: t) -> t { }
      network net(x: vec[4]) -> vec[4] { require macs < 3 return mine(x) }"""
    assert [own.code for own in loads(text).verdict.diagnostics] == ["undeclared-cost"]
