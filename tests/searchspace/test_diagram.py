"""What a space says of the set of its architectures is what brute force finds."""

from functools import cache
from itertools import product as combinations_of

import pytest
from hypothesis import given

from archdsl.elaborate import architecture_graph
from archdsl.ir import Interval, verify
from archdsl.searchspace import Space, loads
from archdsl.searchspace.diagram import Diagram, Literal, Product, Sum
from archdsl.searchspace.explore import Explorer
from archdsl.testing import sources
from archdsl.testing.brute_force import BruteForce, Decisions, brute_force, key_of


def members(diagram: Diagram) -> list[Decisions]:
    """List what a diagram stands for."""
    match diagram:
        case Literal(address=address, label=label):
            assert not isinstance(label, Interval)
            return [{address: label}]
        case Sum(children=children):
            return [member for child in children for member in members(child)]
        case Product(children=children):
            parts = combinations_of(*(members(child) for child in children))
            return [
                {address: label for part in combination for address, label in part.items()} for combination in parts
            ]
    raise AssertionError("a finished diagram has no shifts")


@cache
def known(text: str) -> tuple[Space, BruteForce]:
    """Give a space and what brute force finds of it."""
    space = loads(text)
    return space, brute_force(space.elaborated)


@given(sources())
def test_the_diagram_holds_each_architecture_once(text: str) -> None:
    space, found = known(text)
    if space.verdict.kind == "refuted":
        assert found.faults or not found.members
        return
    listed = members(space.diagram)
    assert {key_of(decisions) for decisions in listed} == found.keys
    assert len(listed) == len(found.members) == space.size()


@given(sources())
def test_samples_are_members_and_their_graphs_are_valid(text: str) -> None:
    space, found = known(text)
    if space.verdict.kind == "refuted":
        return
    for seed in range(min(20, space.size())):
        architecture = space.sample(seed=seed)
        assert key_of(dict(architecture.decisions)) in found.keys
        assert architecture in space
        assert space.explain(architecture.decisions) == ()
        assert verify(architecture.graph, architecture=True) == ()
        assert dict(architecture.decisions) == architecture_graph(space.elaborated, architecture.decisions)[1]


@given(sources())
def test_choices_are_all_labels_that_some_architecture_has(text: str) -> None:
    space, found = known(text)
    if space.verdict.kind == "refuted":
        return
    met = {(address, type(label), label) for decisions in found.members for address, label in decisions.items()}
    assert {(a, type(label), label) for a, labels in space.choices.items() for label in labels} == met


@given(sources(faults=True))
def test_a_space_is_refuted_if_and_only_if_an_architecture_is_wrong(text: str) -> None:
    space, found = known(text)
    assert (space.verdict.kind == "refuted") == (bool(found.faults) or not found.members)
    if found.faults:
        assert {own.code for own in space.verdict.diagnostics} == {own.code for _, own in found.faults}


@given(sources(faults=True))
def test_what_refutes_a_space_happens_under_the_reported_decisions(text: str) -> None:
    space, found = known(text)
    _, whole = Explorer(space.elaborated).explore()
    for failure in whole.failures:
        wanted = key_of(dict(failure.condition))
        hits = [(decisions, own) for decisions, own in found.faults if wanted <= key_of(decisions)]
        assert any(own.code == failure.diagnostic.code for _, own in hits), failure
        for decisions in found.members:
            assert not wanted <= key_of(decisions), "an architecture that is right decides so too"


LAYERS = "choice act(x: t) { r = relu | t = tanh }\nblock twice[f](x: image) { return x |> f |> f }\n"

SIZES = {
    "a tied layer that is passed to a block decides where it was made": (
        "block outer(x: image) { let f = tied act  return x |> f |> twice[f] }",
        "x |> outer |> outer",
        2 * 2,
    ),
    "a tied layer that is passed to a cell decides where it was made": (
        """cell inner[f](x: image) { return x |> f |> act }
        block outer(x: image) { let f = tied act  return x |> f |> inner[f] |> inner[f] }""",
        "x |> outer",
        2 * 2,
    ),
    "a tied layer inside a tied layer decides where it was made": (
        "block outer(x: image) { let f = tied act  let g = tied twice[f] return x |> g |> f |> g }",
        "x |> outer",
        2,
    ),
    "a block that gives a layer decides at each use of the block": (
        "block pick = choose { a = relu | b = act }",
        "let f = pick() return x |> f |> f |> pick()",
        (1 + 2 * 2) * (1 + 2),
    ),
    "a cell that gives a layer decides once, in it and in what it gives": (
        "cell pick = choose { a = relu | b = act }",
        "let f = pick() return x |> f |> f |> pick()",
        1 + 2,
    ),
    "a tied layer that a block gives decides once for each use of the block": (
        "block pick { let f = tied act return f |> f }",
        "let f = pick() return x |> f |> f |> pick()",
        2 * 2,
    ),
    "a member that a decision took is not loose": (
        """cell k(x: image[2, h, w]) {
          nodes n[2] after (x) { return relu(choose one of earlier) }
          let l = loose(n)
          return sum(l) |> (act if len(l) == 2 else relu)
        }""",
        "x |> k |> k",
        2 + 1,
    ),
    "an input that a decision took is not loose": (
        """cell k(x: image[2, h, w]) {
          nodes n[2] after (x) { return relu(choose one of earlier) }
          let l = loose(x, n)
          return sum(l) |> (act if len(l) == 2 else relu)
        }""",
        "x |> k |> k",
        2 + 1,
    ),
    "a node that is another node itself is loose where no decision took it": (
        """block k(x: image[2, h, w]) {
          nodes n[3] after (x) { return choose one of earlier }
          return sum(loose(n)) |> repeat len(loose(n)) { act }
        }""",
        "k(x)",
        # The sources of the second and the third: the third is loose, and of the others those that nothing took.
        2**3 + 2**2 + 2**2 + 2**2 + 2**2 + 2**1,
    ),
    "an input that no decision took is loose": (
        """block k(*xs: image[2, h, w]) {
          nodes n[1] after (xs) { return relu(choose one of earlier) }
          return sum(xs) |> repeat len(loose(xs)) { act }
        }""",
        "k(x, relu(x), tanh(x))",
        3 * 2**2,
    ),
    "the node list of a block is not one of who uses it": (
        "block b(x: image) { nodes n[2] after (x) { return relu(choose one of earlier) } return sum(loose(n)) }",
        "(x |> b) |> act",
        2 * 2,
    ),
    "an alternative and a `let` of one name have addresses of their own": (
        "",
        "let a = x |> act  return a |> choose { a = act | b = relu }",
        2 * (2 + 1),
    ),
    "an alternative and a block of one name have addresses of their own": (
        "block b(x: image) { return x |> act }",
        "x |> b |> choose { b = act | c = relu }",
        2 * (2 + 1),
    ),
    "what is absent decides nothing": (
        "",
        "x + act((choose { none = absent | some = act })(x))",
        1 + 2 * 2,
    ),
    "an absent layer gives nothing, composed or repeated": (
        "",
        """let f = relu |> choose { none = absent | some = act }
        let g = repeat 2 { choose { no = absent | yes = act } }
        return x + f(x) + g(x)""",
        (1 + 2) * (1 * 2 + 2 * (1 + 2)),
    ),
    "the sum of no chosen tensor is absent": (
        "",
        "return x + sum(act(e) for e in choose any of [x, tanh(x)])",
        1 + 2 + 2 + 4,
    ),
    "a list of tensors stays one where nothing of it is left": (
        "block joined(*xs) = sum(xs)",
        """nodes h[choose one of 0..1] after () { return relu(x) + sum(earlier) + sum(loose(earlier)) }
        let some = [tanh(e) for e in choose any of h]
        return x + sum(h) + sum(some) + sum(some[1:]) + sum(some[2:] + []) + joined()""",
        1 + 2,
    ),
    "of no number the sum is 0": (
        "",
        """let some = choose any of 0..1
        nodes h[1] after (x) { return relu(earlier[0]) }
        return x |> repeat sum(e.index for e in choose any of h) + sum(3 for i in some) { tanh }""",
        4 * 2,
    ),
    "a comprehension over numbers holds tensors where its element is one": (
        "",
        "let some = choose any of 0..1  return x + sum(act(x) if i == 0 else tanh(x) for i in some)",
        (1 + 2) * 2,
    ),
    "one of several alternatives may be chosen by `choose one of`": (
        "",
        "x |> choose one of { a = relu | b = tanh | c = act }",
        1 + 1 + 2,
    ),
}


def space_by_hand(law: str) -> tuple[Space, BruteForce]:
    """Give one of these spaces, and what brute force finds of it."""
    definitions, body, _ = SIZES[law]
    body = body if "return" in body else f"return {body}"
    return known(f"{LAYERS}{definitions}\nnetwork net(x: image[2, 4, 4]) -> image[2, 4, 4] {{ {body} }}")


@pytest.mark.parametrize("law", SIZES)
def test_sizes_worked_out_by_hand(law: str) -> None:
    space, found = space_by_hand(law)
    assert space.verdict.kind == "proved", space.verdict.diagnostics
    assert len(found.keys) == space.size() == SIZES[law][2]
    for decisions in found.members:
        assert verify(space.architecture(decisions).graph, architecture=True) == ()
