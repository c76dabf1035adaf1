"""`edges`, `live`, `depth` and `present` say what wiring came to, and `require` holds architectures to it."""

from collections.abc import Callable, Mapping
from random import Random
from typing import final

import pytest

from archdsl.diagnostics import ArchdslError
from archdsl.ir import Label
from archdsl.operators import ResampleDecision
from archdsl.searchspace import Space, load_architecture, loads
from archdsl.testing.brute_force import brute_force, key_of

CELL = """
choice edge(x) { skip = identity | act = relu }
block wrapped(x) = x |> edge |> tanh
cell body(a: vec[d], b: vec[d]) -> vec[d] {
  nodes h[3] after (a, b) { return sum(OPERAND for e in choose QUANTITY of earlier) }
  require CONDITION
  let kept = RESULT
  return kept |> relu
}
block around(x: vec[d]) = body(x, tanh(x))
network net(x: vec[4]) -> vec[4] = x |> around |> around
"""
OPERANDS = {"relu(e)": "1..2", "edge(e)": "1", "wrapped(e)": "1", "e": "1..2", "(e + x0)": "1..2"}
RESULTS = {"h[-1]": [2], "h[0] + h[1]": [0, 1], "sum(h)": [0, 1, 2]}


def text_of(condition: str, operand: str, quantity: str = "1..2", result: str = "h[-1]") -> str:
    text = CELL.replace("OPERAND", operand).replace("QUANTITY", quantity).replace("RESULT", result)
    return text.replace("CONDITION", condition).replace("x0", "a")


@final
class Wiring:
    """What the decisions of a cell of three nodes say, counted here by hand."""

    def __init__(self, decisions: Mapping[str, Label], results: list[int]) -> None:
        self.sources: list[tuple[int, ...]] = [decisions[f"body.h[{i}]"] for i in range(3)]  # type: ignore[misc]
        self.results = results

    def there(self, place: int) -> bool:
        """Tell whether a seed or node is not absent; the seeds are 0 and 1."""
        return place < 2 or any(self.there(own) for own in self.sources[place - 2])

    @property
    def edges(self) -> int:
        return sum(self.there(own) for sources in self.sources for own in sources)

    @property
    def live(self) -> int:
        found: set[int] = set()
        left = [own + 2 for own in self.results]
        while left:
            place = left.pop()
            if place >= 2 and place not in found and self.there(place):
                found.add(place)
                left += self.sources[place - 2]
        return len(found)

    def depth_of(self, place: int) -> int:
        if place < 2 or not self.there(place):
            return 0
        return 1 + max(self.depth_of(own) for own in self.sources[place - 2])

    @property
    def depth(self) -> int:
        return max(self.depth_of(own + 2) for own in self.results)


MEASURES: dict[str, Callable[[Wiring], int]] = {
    "edges": lambda own: own.edges,
    "live": lambda own: own.live,
    "depth": lambda own: own.depth,
}


@pytest.mark.parametrize("quantity", MEASURES)
@pytest.mark.parametrize(("operand", "sources"), OPERANDS.items())
def test_a_requirement_holds_for_those_whose_wiring_says_so(quantity: str, operand: str, sources: str) -> None:
    free = list(loads(text_of("true", operand, sources)))
    for bound in (1, 3):
        space = loads(text_of(f"{quantity}(h) <= {bound}", operand, sources))
        wanted = {
            key_of(dict(own.decisions)) for own in free if MEASURES[quantity](Wiring(own.decisions, [2])) <= bound
        }
        if not wanted:
            assert space.verdict.kind == "refuted"
            continue
        assert {key_of(dict(own.decisions)) for own in space} == wanted == brute_force(space.elaborated).keys
        assert space.size() == len(wanted)


@pytest.mark.parametrize("quantity", MEASURES)
@pytest.mark.parametrize(("result", "members"), RESULTS.items())
def test_absent_members_and_several_results_count_as_they_should(
    quantity: str, result: str, members: list[int]
) -> None:
    some = "present(kept)"
    free = list(loads(text_of(some, "relu(e)", "any", result)))
    for bound in (1, 2):
        space = loads(text_of(f"{quantity}(h) == {bound} and {some}", "relu(e)", "any", result))
        wanted = {
            key_of(dict(own.decisions)) for own in free if MEASURES[quantity](Wiring(own.decisions, members)) == bound
        }
        assert {key_of(dict(own.decisions)) for own in space} == wanted


@pytest.fixture(scope="module")
def few() -> Space:
    return loads(text_of("edges(h) <= 4 and live(h) == 3", "edge(e)"))


def test_no_draw_and_no_mutation_leaves_the_requirement(few: Space) -> None:
    rng = Random(0)
    parent = few.sample(seed=0)
    for seed in range(50):
        for own in (few.sample(seed=seed), few.sample_uniform(seed=seed)):
            assert own in few
            assert Wiring(own.decisions, [2]).edges <= 4
        parent = ResampleDecision().apply(parent, few, rng)
        assert Wiring(parent.decisions, [2]).live == 3


def test_a_file_that_breaks_the_requirement_is_refused(few: Space, tmp_path: object) -> None:
    free = loads(text_of("true", "edge(e)"))
    outside = next(own for own in free if Wiring(own.decisions, [2]).edges > 4)
    assert outside.decisions not in few
    assert [diagnostic.code for diagnostic in few.explain(outside.decisions)] == ["requirement"]
    path = f"{tmp_path}/arch.yaml"
    outside.save(path)
    with pytest.raises(ArchdslError, match="does not hold"):
        load_architecture(path, few)


def size(body: str) -> int:
    return loads(f"network net(x: vec[4]) -> vec[4] {{ {body} }}").size()


def test_an_operand_that_is_used_twice_is_two_edges() -> None:
    pair = "nodes h[1] after (x, relu(x)) { return (choose one of earlier) + tanh(choose { e = earlier[0] }) }"
    assert size(f"{pair} require edges(h) == 2 return h[0]") == 2
    once = "let y = relu(earlier[0]) return y + tanh(y)"
    assert size(f"nodes h[1] after (x) {{ {once} }} require edges(h) == 1 return h[0]") == 1
    twice = "return sum(f(earlier[0]) for f in [relu, tanh])"
    assert size(f"nodes h[1] after (x) {{ {twice} }} require edges(h) == 2 return h[0]") == 1


def test_lists_in_one_body_are_told_apart() -> None:
    one = "{ return relu(choose one of earlier) }"
    two = f"nodes h[2] after (x) {one} nodes k[2] after (h[0], h[1]) {one}"
    # Of six wirings of `k`, two come to its second node through the first.
    assert size(f"{two} require live(k) == 2 return k[-1]") == 2 * 2
    # `h[1]` is a seed of `k`: it is live where `k` comes to it.
    assert size(f"{two} require live(h) == 2 return k[-1]") == 3
    assert size(f"{two} require depth(h) == 2 and depth(k) == 1 return k[-1]") == 2


def test_a_list_in_a_node_is_its_own() -> None:
    inner = "nodes k[2] after (earlier[-1]) { return relu(choose one of earlier) } require live(k) == 2 return k[-1]"
    nodes = f"nodes h[2] after (x) {{ {inner} }}"
    assert size(f"{nodes} require depth(h) == 2 and edges(h) == 2 and live(h) == 2 return h[-1]") == 1


def test_what_no_result_depends_on_is_not_live() -> None:
    ignored = "block first(a, b) = a |> relu"
    nodes = "nodes h[2] after (x) { return relu(choose one of earlier) }"
    body = f"{nodes} require live(h) == 1 return first(h[0], h[1])"
    assert loads(f"{ignored} network net(x: vec[4]) -> vec[4] {{ {body} }}").size() == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("nodes h[1] after (x) = relu(x) let n = edges(h) return h[0] |> repeat n { relu }", "misplaced-quantity"),
        ("require edges(x) < 2 return relu(x)", "wrong-kind"),
        ("require live([1, 2]) < 2 return relu(x)", "wrong-kind"),
        ("require present([x]) return relu(x)", "wrong-kind"),
        ("nodes h[3] after (x) = relu(earlier[-1]) require depth(h[0], h[2]) == 2 return h[2]", "wrong-kind"),
        ("nodes h[3] after (x) = relu(earlier[-1]) require depth(h[1:]) == 2 return h[2]", "wrong-kind"),
    ],
)
def test_what_is_no_quantity_is_a_mistake(body: str, code: str) -> None:
    verdict = loads(f"network net(x: vec[4]) -> vec[4] {{ {body} }}").verdict
    assert [diagnostic.code for diagnostic in verdict.diagnostics] == [code]


def test_a_supergraph_is_the_same_with_and_without() -> None:
    free, held = (loads(text_of(own, "edge(e)")) for own in ("true", "edges(h) <= 4"))
    assert free.supergraph() == held.supergraph()
