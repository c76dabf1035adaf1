"""A block with a `depth` may use itself: what cannot end in time is no alternative."""

import pytest
from hypothesis import HealthCheck, given, settings

from archdsl.elaborate.recursion import Recursion
from archdsl.ir import Choose
from archdsl.searchspace import Space, loads
from archdsl.testing import sources
from archdsl.testing.brute_force import BruteForce, brute_force

FINISH = "choice finish(x: t) { r = relu | t = tanh }\n"

SIZES = {
    "a depth of one allows no nesting": ("block b(x: t) depth 1 = x |> choose { leaf = relu | more = b |> b }", 1),
    "each level is one more": ("block b(x: t) depth 3 = x |> choose { leaf = relu | more = b |> b }", 1 + (1 + 1) ** 2),
    "the recursion may go through other definitions": (
        """block b(x: t) depth 3 = x |> choose { leaf = finish | more = other }
        choice other(x: t) { one = relu |> b | two = finish }""",
        3 * (2 + 2),
    ),
    "an alternative is none if all that it leads to is the block again": (
        """block b(x: t) depth 2 = x |> choose { leaf = relu | more = other }
        choice other(x: t) { one = b | two = tanh |> last }
        block last(x: t) { let y = b(x) return x + y }""",
        1 + 2 * 1,
    ),
    "what need not be applied need not be left out": (
        "block b(x: t) depth 2 { let y = choose { more = b | leaf = relu } return tanh(x) }",
        2,
    ),
    "what is given as a static is followed": (
        """block b(x: t) depth 3 = x |> choose { more = twice[b] | leaf = relu }
        choice twice[f](x: t) { once = f | again = f |> f }""",
        1 + (1 + 1 + 1) + (1 + 1 + 1) ** 2,
    ),
    "what is absent is passed over": (
        "block b(x: t) depth 2 = x + ((choose { none = absent | some = relu })(x) |> b)",
        1 + 1,
    ),
    "a choice of several is made among what can end": (
        "block b(x: t) depth 2 = sum(f(x) for f in choose 1..2 of { a = b | r = relu | t = tanh })",
        (3 + 2 * 3) + 3,
    ),
    "the depth may be a static": ("block b[n = 2](x: t) depth n + 1 = x |> choose { leaf = relu | more = b[5] }", 3),
    "each application from outside has the whole depth": (
        """block b(x: t) depth 2 = x |> choose { leaf = relu | more = b }
        block main_part(x: t) = x |> b |> b""",
        2 * 2,
    ),
    "a bound inside of a bound is its own": (
        """block b(x: t) depth 2 = x |> choose { leaf = relu | more = inner }
        block inner(x: t) depth 2 = x |> choose { up = b | down = inner | leaf = tanh }""",
        1 + ((1 + 1) + (1 + 1) + 1),
    ),
}


def space_of(text: str) -> Space:
    use = "main_part" if "main_part" in text else "b"
    return loads(f"{FINISH}{text}\nnetwork net(x: image[2, 4, 4]) -> image[2, 4, 4] {{ return x |> {use} }}")


@pytest.mark.parametrize("law", SIZES)
def test_sizes_worked_out_by_hand(law: str) -> None:
    text, size = SIZES[law]
    space = space_of(text)
    assert space.verdict.kind == "proved", space.verdict.diagnostics
    assert len(brute_force(space.elaborated).keys) == space.size() == size


def without_look_ahead(text: str, patch: pytest.MonkeyPatch) -> BruteForce:
    with patch.context() as patched:
        patched.setattr(Recursion, "recurs", lambda self, alternative: False)
        return brute_force(loads(text).elaborated)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(text=sources(recursive=True))
def test_only_what_cannot_end_is_left_out(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    space = loads(text)
    assert without_look_ahead(text, monkeypatch).keys == brute_force(space.elaborated).keys


@pytest.mark.parametrize("law", SIZES)
def test_only_what_cannot_end_is_left_out_by_hand(law: str, monkeypatch: pytest.MonkeyPatch) -> None:
    space = space_of(SIZES[law][0])
    text = space.elaborated.program.main.module.source.text
    assert without_look_ahead(text, monkeypatch).keys == brute_force(space.elaborated).keys


def test_what_is_left_out_cannot_be_wrong() -> None:
    space = space_of(
        "block b(x: image) depth 2 = x |> choose { leaf = relu | more = two_up }\n"
        'block two_up(x: image[c, h, w]) = x |> max_pool[2, 2, "valid"] |> max_pool[2, 2, "valid"] |> b |> resize[h]'
    )
    assert space.verdict.kind == "proved"
    assert space.choices == {"net.b": ("leaf", "more"), "net.b.more.two_up.b": ("leaf",)}


def test_priors_are_those_of_the_alternatives_that_are_left() -> None:
    space = space_of("block b(x: t) depth 1 = x |> choose { leaf = relu | tip = tanh weight 3 | more = b weight 96 }")
    drawn = [space.sample(seed=seed).decisions["net.b"] for seed in range(400)]
    assert 60 < drawn.count("leaf") < 140


def test_decisions_that_go_too_deep_are_refused() -> None:
    text, _ = SIZES["what is given as a static is followed"]
    space = space_of(text)
    inner = "net.b.more.twice.once.f.b"
    decisions = {
        "net.b": "more",
        "net.b.more.twice": "once",
        inner: "more",
        f"{inner}.more.twice": "once",
        f"{inner}.more.twice.once.f.b": "more",
        f"{inner}.more.twice.once.f.b.more.twice": "once",
    }
    (found,) = space.explain(decisions)
    assert found.code == "beyond-depth"
    assert decisions not in space


def test_a_supergraph_ends_where_its_architectures_do() -> None:
    space = space_of(SIZES["each level is one more"][0])
    labels = [len(node.table) for node in space.supergraph().walk() if isinstance(node, Choose)]
    assert sorted(labels) == [1, 1, 1, 1, 2, 2, 2]


def test_endless_recursion_is_found_wherever_it_is_used() -> None:
    space = space_of(
        "block b(x: t) depth 3 = relu(x) |> (b if true else choose { b |> b | c })\nblock c(x: t) = b(x) + x"
    )
    assert [own.code for own in space.verdict.diagnostics] == ["unproductive-recursion"]


@pytest.mark.parametrize(("depth", "code"), [("0", "wrong-kind"), ("1.5", "wrong-kind"), ("100", "too-large")])
def test_a_depth_is_a_small_number(depth: str, code: str) -> None:
    space = space_of(f"block b(x: t) depth {depth} = x |> choose {{ relu | b }}")
    assert [own.code for own in space.verdict.diagnostics] == [code]
