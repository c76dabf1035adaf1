"""Wirings that are taken at once have the members, in the order, that brute force finds one by one."""

from itertools import islice
from math import prod
from typing import Any

import pytest

from archdsl.diagnostics import Source
from archdsl.elaborate import Budget, bind_network, load_program, wirings
from archdsl.searchspace import check_space, loads
from archdsl.searchspace.begun import Begun
from archdsl.searchspace.explore import Explorer

from .test_diagram import known
from .test_order import check_order

STAGE = """
fun feeds[inputs, v] = any([v in own for own in inputs])
cell stage[n, limit](x: image[c, h, w]) {
  let inputs = [choose any of 0..v - 1 for v in 0..n - 1]
  REQUIRE
  nodes h[n] after (x) as v {
    return (sum(earlier[u + 1] for u in inputs[v]) if len(inputs[v]) > 0 else x if feeds[inputs, v] else absent)
      |> choose { a = relu | b = conv[c, 3] }
  }
  let last = [h[v] for v in 0..n - 1 if len(inputs[v]) > 0 and not feeds[inputs, v]]
  return sum(last) if len(last) > 0 else x
}
network net(x: image[2, 4, 4]) -> image[2, 4, 4] { return x |> stage[SIZE, 4] }
"""
REQUIREMENTS = {
    "none": "",
    "a number of edges": "require sum([len(own) for own in inputs]) <= limit",
    "two": "require len(inputs[1]) == 1  require feeds[inputs, 1]",
    "one that is no condition of all lists at once": "require len(inputs[1]) > 0 or inputs[2] == []",
}


def text_of(law: str, size: int) -> str:
    return STAGE.replace("REQUIRE", REQUIREMENTS[law]).replace("SIZE", str(size))


@pytest.fixture(autouse=True)
def from_two_cases_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wirings, "FEWEST", 2)


@pytest.mark.parametrize(("law", "size"), [*((law, 3) for law in REQUIREMENTS), ("none", 2), ("a number of edges", 4)])
def test_the_members_are_those_of_brute_force(law: str, size: int) -> None:
    space, found = known(text_of(law, size))
    check_order(space, found.members)


@pytest.mark.parametrize("law", REQUIREMENTS)
def test_a_batch_changes_nothing_but_the_walks(law: str, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = loads(text_of(law, 4))
    monkeypatch.setattr(wirings, "MOST", 0)
    one_by_one = loads(text_of(law, 4))
    assert at_once.size() == one_by_one.size()
    for index in range(0, at_once.size(), at_once.size() // 40):
        decisions = dict(one_by_one.unrank(index).decisions)
        assert dict(at_once.unrank(index).decisions) == decisions
        assert at_once.rank(decisions) == index


def test_a_fault_of_one_wiring_is_found_with_its_decisions() -> None:
    text = text_of("a number of edges", 3).replace("conv[c, 3]", "conv[c, 2 if len(inputs[2]) == 2 else 3]")
    (found,) = loads(text).verdict.diagnostics
    assert found.code == "illegal-op"
    assert "inputs@2 = [0, 1]" in "".join(found.notes)


def test_wirings_that_nothing_tells_apart_are_one() -> None:
    text = """
        network net(x: image[2, 4, 4]) -> image[2, 4, 4] {
          let inputs = [choose any of 0..v for v in 0..4]
          return x |> (relu if 0 in inputs[4] else tanh)
        }
    """
    space = loads(text)
    assert space.size() == prod(2 ** (v + 1) for v in range(5))
    assert space.verdict.walks < 10
    assert space.rank(dict(space.unrank(12_345).decisions)) == 12_345
    assert len(list(islice(space.enumerate(32_700), 100))) == 68


def test_no_wiring_that_fulfils_what_is_required() -> None:
    (found,) = loads(text_of("two", 3).replace("== 1", "== 2")).verdict.diagnostics
    assert found.code == "empty-space"


@pytest.mark.parametrize("chosen", ["[choose any of 0..v for v in 0..2]", "[1, 2]"])
def test_a_node_list_that_is_too_long_is_told_at_once(chosen: str) -> None:
    text = f"""network net(x: vec[2]) -> vec[2] {{
      let k = {chosen}
      let y = x |> choose {{ relu | tanh }}
      nodes h[1000000000] after (y) as i {{ return sum(e for e in earlier if i in [len(k)]) }}
      return h[-1]
    }}"""
    verdict, _ = check_space(bind_network(load_program(Source("space.nas", text))), Budget(steps=50_000))
    assert (verdict.kind, [own.code for own in verdict.diagnostics]) == ("refuted", ["too-large"])
    assert verdict.diagnostics[0].notes == ()


def test_a_wiring_may_tell_how_many_nodes_there_are() -> None:
    space, found = known(
        """
    network net(x: image[2, 4, 4]) -> image[2, 4, 4] {
      let inputs = [choose any of 0..v for v in 0..1]
      nodes h[len(inputs[1])] after (x) as i { return earlier[-1] |> (choose { a = relu | b = tanh }) }
      return sum([x, sum(h)]) if len(inputs[0]) == i[0] else x
    }""".replace("i[0]", "1")
    )
    check_order(space, found.members)


READS = {
    "nodes": """
        nodes h[4] after (x) as v { return either(earlier[v]) if v in inputs[3] else tanh(earlier[v]) }
        return h[3]
    """,
    "what a repetition keeps for later": """
        let later = repeat 2 as i { either if i in inputs[3] else tanh }
        nodes h[4] after (x) as v { return either(earlier[v]) if 0 in inputs[v] else tanh(earlier[v]) }
        return h[3] |> later
    """,
    "another wiring": """
        let others = [choose any of 0..v for v in 0..1]
        nodes h[4] after (x) as v { return either(earlier[v]) if 0 in inputs[v] else conv[c, 3](earlier[v]) }
        return h[3] |> (either if others[1] == inputs[1] else tanh)
    """,
    "choices between": """
        let f = choose { a = relu | b = tanh when len(inputs[1]) > 0 }
        nodes h[2] after (x) as v { return f(earlier[v]) |> choose { c = relu | d = identity when 1 in inputs[v + 1] } }
        return h[1] |> (either if len(inputs[3]) > 2 else tanh)
    """,
    "absent nodes": """
        nodes h[4] after (x) as v { return earlier[v] if len(inputs[v]) > 0 or v == 3 else absent |> either }
        return sum([x, sum(h)])
    """,
}


@pytest.mark.parametrize("reads", READS)
def test_walks_that_begin_where_they_part_give_what_whole_ones_do(reads: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"""
        choice either(x: image) {{ a = relu | b = tanh }}
        network net(x: image[c, 4, 4]) -> image[c, 4, 4] {{
          let inputs = [choose any of 0..v for v in 0..3]
          {READS[reads]}
        }}
    """.replace("[c, 4, 4]", "[2, 4, 4]").replace("conv[c", "conv[2")
    spaces = [loads(text)]
    assert spaces[0].size()
    monkeypatch.setattr(Begun, "keep", lambda self, checkpoint: None)
    spaces.append(loads(text))
    monkeypatch.setattr(wirings, "MOST", 0)
    spaces.append(loads(text))
    size = spaces[0].size()
    assert all(space.verdict.kind == "proved" and space.size() == size for space in spaces)
    for index in range(0, size, max(1, size // 60)):
        first, *others = (dict(space.unrank(index).decisions) for space in spaces)
        assert all(other == first for other in others)


def test_walks_begin_where_they_part(monkeypatch: pytest.MonkeyPatch) -> None:
    entered = 0
    enter = Explorer.enter

    def counted(self: Explorer, *given: Any) -> Any:
        nonlocal entered
        entered += 1
        return enter(self, *given)

    monkeypatch.setattr(Explorer, "enter", counted)
    text = text_of("none", 5).replace("choose { a = relu | b = conv[c, 3] }", "relu")
    assert loads(text).size() == 1024
    begun, entered = entered, 0
    monkeypatch.setattr(Begun, "keep", lambda self, checkpoint: None)
    assert loads(text).size() == 1024
    assert 2 * begun < entered
