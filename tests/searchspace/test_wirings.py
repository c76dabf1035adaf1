"""Wirings that are taken at once have the members, in the order, that brute force finds one by one."""

from itertools import islice
from math import prod

import pytest

from archdsl.diagnostics import Source
from archdsl.elaborate import Budget, bind_network, load_program, wirings
from archdsl.searchspace import check_space, loads

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
