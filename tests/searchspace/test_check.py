"""The verdict on a space, in programs made for one question each."""

import re
from math import factorial
from random import Random

import pytest

from archdsl.diagnostics import ArchdslError
from archdsl.elaborate import Budget
from archdsl.searchspace import check_space, load, loads
from archdsl.searchspace.probing import probe


def verdict(definitions: str, body: str) -> tuple[str, list[str]]:
    space = loads(f"{definitions}\nnetwork net(x: image[2, 4, 4]) -> image[2, 4, 4] {{ {body} }}")
    return space.verdict.kind, [diagnostic.code for diagnostic in space.verdict.diagnostics]


PROVED = ("proved", list[str]())


def test_a_fault_that_no_use_of_a_cell_can_come_to_is_none() -> None:
    cell = "cell k[s](x: image[c, h, w]) { return x |> choose { a = relu | b = conv[c, 2] when s == 2 } }"
    assert verdict(cell, "return x |> k[1] |> k[2]") == PROVED
    assert verdict(cell, "return x |> k[2]") == ("refuted", ["illegal-op"])


def test_a_fault_behind_a_requirement_that_fails_before_is_none() -> None:
    body = "let k = choose one of 1..2 {} return x |> conv[2, k]"
    assert verdict("", body.format("require k == 1")) == PROVED
    assert verdict("", body.format("")) == ("refuted", ["illegal-op"])


def test_an_int_and_a_float_that_are_equal_are_two_statics() -> None:
    block = "block b[k](x: image[c, h, w]) { return x |> conv[c, k] }"
    assert verdict(block, "return x |> b[1] |> b[3]") == PROVED
    assert verdict(block, "return x |> b[1] |> b[1.0]") == ("refuted", ["wrong-kind"])
    assert verdict(block, "return x |> b[1.0] |> b[1]") == ("refuted", ["wrong-kind"])
    assert verdict(block, "return x |> repeat 2 as i { b[1] } |> b[choose one of [1, 1.0]]")[0] == "refuted"


def test_functions_that_fail_a_hundred_times_are_one_mistake() -> None:
    text = "let k = choose one of 0..199 return x |> conv[2, 1 + f[k % 2]]"
    assert verdict("fun f[k] = 10 // k * 0", text) == ("refuted", ["division-by-zero"])


def test_a_space_that_nothing_satisfies_is_refuted() -> None:
    assert verdict("", "let k = choose one of 1..2 require k == 3 return x") == ("refuted", ["empty-space"])
    cell = "cell k[s](x: image[c, h, w]) { return x |> choose { a = relu when s == 1 | b = tanh when s == 2 } }"
    assert verdict(cell, "return x |> k[1] |> k[2]") == ("refuted", ["empty-space"])


def test_the_message_names_the_decisions_that_lead_to_a_fault() -> None:
    cell = "cell k(x: image[c, h, w]) { return x |> choose { a = relu | b = conv[c, choose one of [1, 2, 3]] } }"
    (diagnostic,) = loads(
        f"{cell}\nnetwork net(x: image[2, 4, 4]) -> image[2, 4, 4] {{ return x |> k }}"
    ).verdict.diagnostics
    assert diagnostic.message.endswith("when `k.b` is `2`")
    assert diagnostic.notes[-1] == "1 of the 3 alternatives of `k.b` is affected (k.b = 2)"


def test_a_spent_budget_proves_nothing() -> None:
    space = loads("network net(x: vec[4]) -> vec[4] { let k = choose one of 1..150 return x |> repeat k { relu } }")
    spent, _ = check_space(space.elaborated, Budget(steps=100))
    assert spent.kind == "not proved"
    assert [(own.code, own.level) for own in spent.diagnostics] == [("budget-spent", "warning")]
    assert space.verdict.kind == "proved"


def test_nothing_is_asked_of_a_space_that_is_refuted() -> None:
    space = loads("network net(x: image[2, 4, 4]) -> image[2, 4, 4] { return x |> conv[2, choose one of [1, 2]] }")
    with pytest.raises(ArchdslError, match="illegal-op"):
        space.size()
    with pytest.raises(ArchdslError, match="illegal-op"):
        space.sample(seed=0)


@pytest.mark.parametrize(
    ("definitions", "body"),
    [
        ("block b[k = choose one of [1, 3]](x: image[c, h, w]) { return x |> conv[c, k] }", "return x |> b"),
        ("fun f[n] = n * choose one of [1, 3]", "return x |> conv[2, f[1]]"),
        ("let k = choose one of [1, 3]", "return x |> conv[2, k]"),
        ("block b(x: image[choose one of [2, 3], h, w]) { return x |> relu }", "return x |> b"),
    ],
)
def test_where_no_choice_has_an_address_none_can_stand(definitions: str, body: str) -> None:
    assert verdict(definitions, body) == ("refuted", ["misplaced-choice"])


def test_a_tied_layer_sees_no_difference_between_the_members_of_a_list() -> None:
    body = """
        nodes n[9] after (x) {
          let f = shared conv[2]
          return sum((choose { a = relu | b = tanh })(f(e)) for e in choose 1 of earlier)
        }
        return n[-1]
    """
    space = loads(f"network net(x: image[2, 4, 4]) -> image[2, 4, 4] {{ {body} }}")
    assert space.size() == 2**9 * factorial(9)
    assert space.verdict.walks < 500


def test_a_list_that_decides_nothing_is_no_place_where_walks_meet() -> None:
    chosen = "let k = (choose { 1 | 3 }) + len([i for i in 0..2])"
    assert verdict("", f"{chosen} return x |> conv[2, 1 if k == 4 else 2]") == ("refuted", ["illegal-op"])
    space = loads(f"network net(x: image[2, 4, 4]) -> image[2, 4, 4] {{ {chosen} require k == 6 return x }}")
    assert [dict(own.decisions) for own in space.enumerate()] == [{"net.k": "3"}]


def test_what_a_cell_decides_is_told_of_where_only_the_result_is_wrong() -> None:
    text = """
    cell maybe(x: image[c, h, w]) { return choose { none = absent | some = relu(x) } }
    network net(x: image[2, 4, 4]) -> image[2, 4, 4] {
      let k = choose one of 0..2
      return maybe(x) if k == 1 else x + maybe(x)
    }"""
    (diagnostic,) = loads(text).verdict.diagnostics
    assert diagnostic.code == "absent-output"
    assert diagnostic.notes[-1] == "it happens when net.k = 1, maybe = none"
    (diagnostic,) = loads(text.replace("k == 1", "k < 3")).verdict.diagnostics
    assert diagnostic.notes[-1] == "1 of the 2 alternatives of `maybe` is affected (maybe = none)"


def test_node_lists_of_unlike_lengths_are_told_apart() -> None:
    body = """
      nodes h[choose one of 1..3] after (x) {{ return {} }}
      nodes g[choose one of 1..3] after (x) {{ return tanh(earlier[-1]) }}
      require len(h) != 3 or len(g) != 3
      return {}
    """
    head = "network net(x: image[2, 4, 4]) -> image[2, 4, 4]"
    assert loads(f"{head} {{ {body.format('relu(earlier[-1])', 'x')} }}").size() == 8
    chosen = "earlier[-1] |> choose { relu | tanh }"
    assert loads(f"{head} {{ {body.format(chosen, 'h[-1] + g[-1]')} }}").size() == 3 * (2 + 4) + 2 * 8
    wrong = body.format("relu(earlier[-1])", "x |> conv[2, 2 if len(h) == 3 and len(g) == 2 else 3]")
    assert verdict("", wrong) == ("refuted", ["illegal-op"])


def test_the_decisions_that_are_told_are_those_of_an_architecture() -> None:
    text = """
    cell pick[a] = choose { zero = 0 | one = 1 when a < 2 | two = 2 when a > 0 }
    network net(x: image[2, 4, 4]) -> image[2, 4, 4] {
      let p = pick[0]() + pick[1]()
      return x |> conv[2, 2 if p == 2 else 3]
    }"""
    (diagnostic,) = loads(text).verdict.diagnostics
    assert diagnostic.notes[-1] == "1 of the 2 alternatives of `pick` is affected (pick = one)"


MANY = """network net(x: vec[4]) -> vec[4] {
  let k = choose one of 1..999
  let i = choose one of 1..9
  require i > 3
  return x |> repeat k { relu } |> linear[4 if i != 5 or k < 2 else 5]
}"""


def test_what_is_not_proved_says_what_was_used_and_how_many_samples_are_right() -> None:
    text = MANY.replace("else 5", "else 4")
    (diagnostic,) = check_space(loads(text).elaborated, Budget(steps=100))[0].diagnostics
    assert diagnostic.message == "not every architecture of `net` is proved: the budget of the elaboration is spent"
    used, samples = diagnostic.notes
    assert re.fullmatch(r"\d+ paths walked within 100 steps and 300 s", used)
    found = re.fullmatch(
        r"of (\d+) architectures drawn at random (\d+) are right, none is wrong,"
        r" and (\d+) are kept away by a requirement",
        samples,
    )
    assert found
    drawn, right, refused = map(int, found.groups())
    assert drawn == right + refused
    assert min(right, refused) > 0


def test_a_wrong_sample_refutes_what_could_not_be_proved() -> None:
    verdict, _ = check_space(loads(MANY).elaborated, Budget(steps=100))
    assert verdict.kind == "refuted"
    (diagnostic,) = verdict.diagnostics
    assert diagnostic.code == "shape-mismatch"
    assert re.fullmatch(r"it happens when net.i = 5, net.k = \d+", diagnostic.notes[-1])


def test_samples_draw_all_kinds_of_choices() -> None:
    text = """
    cell edge(x: vec[d]) = x |> choose { relu | tanh weight 9 }
    network net(x: vec[4]) -> vec[4] {
      setting rate = choose one of 0.1..1.0
      let some = choose 1..2 of [2, 3, 4]
      let acts = choose any of { a = relu | b = edge }
      nodes h[2] after (x) { return sum(edge(e) for e in choose 1.. of earlier) }
      let f = tied (choose { edge | sigmoid })
      return loose(h)[0] + sum(g(x) for g in acts) |> f |> repeat sum(some) { f }
    }"""
    probed = probe(loads(text).elaborated, Random(0))
    assert (probed.refused, probed.failure) == (0, None)
    assert probed.passed > 10


SHARED = {
    "two widths": ("", "let f = shared conv[4] return x |> f |> f |> conv[2]", False),
    "one width": ("", "let f = shared conv[2] return x |> f |> f", True),
    "two sizes of one width": (
        "",
        "let f = shared conv[2, 3] return (x |> f) + (x |> avg_pool[3, 2] |> f |> up)",
        True,
    ),
    "two widths in a block that is given it": (
        "block twice[f](x: t) { return x |> f |> choose { plain = identity | wide = conv[4] } |> f }",
        "let f = shared (choose { a = conv[2] | b = relu |> conv[2] }) return x |> twice[f]",
        False,
    ),
    "two widths, one of them required away": (
        "",
        """let f = shared conv[2] let wide = choose { false | true } let y = x |> f require not wide
        return (conv[4](y) if wide else y) |> f""",
        True,
    ),
    "two layers of one text": (
        "block own(x: t) { let f = shared conv[4] return x |> f }",
        "return x |> own |> own |> conv[2]",
        True,
    ),
    "what is tied in it has weights of its own": (
        "block both(x: t) { let g = tied conv[4] return x |> g |> g |> conv[2] }",
        "let f = shared both return x |> f |> f",
        True,
    ),
    "a layer without weights": ("", "let f = shared relu return x |> f |> conv[4] |> f |> conv[2]", True),
}


@pytest.mark.parametrize("law", SHARED)
def test_what_is_shared_has_weights_of_one_size(law: str) -> None:
    definitions, body, is_right = SHARED[law]
    body = body.replace("|> up", "|> resize_bilinear[4]")
    assert verdict(definitions, body) == (PROVED if is_right else ("refuted", ["unlike-weights"]))


@pytest.mark.parametrize("name", ["nas_bench_201", "genetic_cnn", "codeepneat", "darts", "einspace"])
def test_the_types_of_the_outputs_are_those_of_architectures(name: str) -> None:
    space = load(name)
    (known,) = space.output_types
    graph = space.sample(seed=0).graph
    assert known == tuple((output.name, graph.type_of(output.value)) for output in graph.outputs)


def test_the_outputs_may_have_several_types_but_none_that_no_architecture_has() -> None:
    layer = "cell layer(x: vec[d]) { return x |> choose { linear[3] | linear[5] } }"
    network = "network n(x: vec[4]) { return x |> layer, x |> layer }"
    space = loads(f"{layer}\n{network}")
    types = {tuple(str(type_) for _, type_ in outputs) for outputs in space.output_types}
    drawn = {tuple(str(own.graph.type_of(out.value)) for out in own.graph.outputs) for own in space}
    assert types == drawn == {("vec[3]", "vec[3]"), ("vec[5]", "vec[5]")}
