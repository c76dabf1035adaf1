"""Genotypes are what papers count; where a paper's way of counting has no meaning, the reason is said."""

from math import comb, prod

import pytest
from hypothesis import assume, given

from archdsl.diagnostics import ArchdslError
from archdsl.elaborate import Budget, BudgetSpent
from archdsl.searchspace import Space, load, loads, shipped
from archdsl.searchspace.genotypes import Genotypes, count_genotypes
from archdsl.testing import sources
from archdsl.testing.brute_force import brute_force
from tests.small import load_small

LEAVES_OUT = ("nas_bench_101",)
"""Spaces of which a wiring tells which ops are chosen."""

LEAVES_A_CELL_OUT = ("codeepneat", "hierarchical")
"""Spaces with cells, species and motifs, that not every network uses."""

PRIMITIVES = """
use std.image: conv_bn, relu_conv_bn, sep_conv
block merge[c](*xs: image[*cs, h, w]) = concat(xs) |> conv_bn[c, 1]
choice primitive(x: image[c, h, w]) {
    none = absent | conv_1x1 = relu_conv_bn[c, 1] | conv_3x3 = relu_conv_bn[c, 3] | sep_3x3 = sep_conv[c, 3]
  | max_3x3 = max_pool[3] | avg_3x3 = avg_pool[3] | skip = identity
}
"""


def hierarchical(motifs: int, nodes: int, top: int, *, none: str = "absent") -> str:
    """Write Liu et al.'s hierarchical space with so many motifs, and nodes in each and in the cell."""
    return f"""{PRIMITIVES.replace("absent", none)}
    cell motif2[m in 0..{motifs - 1}](x: image[c, h, w]) {{
      nodes n[{nodes}] after (x) {{ return merge[c](primitive(e) for e in earlier) }}
      return n[-1]
    }}
    cell motif3(x: image[c, h, w]) {{
      nodes n[{top}] after (x) {{
        return merge[c]((choose {{ none = absent | motif2[m] for m in 0..{motifs - 1} }})(e) for e in earlier)
      }}
      return n[-1]
    }}
    network hierarchical[c = 16](x: image[3, 32, 32]) -> vec[10] {{
      let stem = x |> conv_bn[c, 3]
      return stem + motif3(stem) |> global_avg_pool |> linear[10]
    }}
    """


@pytest.mark.parametrize("none", ["absent", "zero"])
def test_the_hierarchical_space_has_as_many_genotypes_as_the_paper_says(none: str) -> None:
    genotypes = loads(hierarchical(6, 3, 4, none=none)).genotypes()
    assert genotypes.number == 7 ** (6 * 6 + 10) == 7**46
    assert genotypes.kind == "exact"


@pytest.mark.parametrize("none", ["absent", "zero"])
def test_a_motif_that_is_not_used_is_a_part_of_the_genotype_alone(none: str) -> None:
    space = loads(hierarchical(2, 1, 2, none=none))
    assert space.genotypes().number == 7**2 * 3**3
    found = brute_force(space.elaborated)
    assert space.size() == len(found.members) < 7**2 * 3**3


@pytest.mark.parametrize("name", [name for name in shipped() if name not in (*LEAVES_OUT, *LEAVES_A_CELL_OUT)])
def test_a_shipped_space_whose_cells_are_all_used_has_a_genotype_for_each_architecture(name: str) -> None:
    space = load_small(name)
    assert space.genotypes().number == space.size()


@pytest.mark.parametrize("name", LEAVES_OUT)
def test_a_shipped_space_that_leaves_choices_out_has_no_number_of_genotypes(name: str) -> None:
    found = load_small(name).genotypes()
    assert found.number is None
    assert "is left out where what it is applied to is absent" in found.reason


EXACT = {
    "a requirement is disregarded": (
        """network n(x: vec[4]) -> vec[4] {
          let widths = [choose one of [2, 4, 8] for i in 0..1]
          require sum(widths) <= 8
          return x |> linear[widths[0]] |> linear[widths[1]] |> linear[4]
        }""",
        9,
        4,
    ),
    "what a requirement asks of costs is disregarded": (
        """cell g(x: vec[d]) -> vec[d] {
          require params <= 12
          return x |> choose { one = linear[d] | none = relu | two = linear[d] |> linear[d] }
        }
        network n(x: vec[3]) -> vec[3] { require macs < 10 return x |> g |> choose { relu | linear[3] } }""",
        3 * 2,
        2 + 1,
    ),
    "what a requirement asks of a wiring is disregarded": (
        """cell g(x: vec[d]) -> vec[d] {
          nodes h[2] after (x) { return sum(relu(e) for e in choose 1.. of earlier) }
          require edges(h) < 3
          return h[-1]
        }
        network n(x: vec[3]) -> vec[3] { return x |> g |> choose { relu | tanh } }""",
        3 * 2,
        2 * 2,
    ),
    "a cell that a decision leads to is decided in any case": (
        """cell a(x: t) { return x |> choose { relu | tanh | sigmoid } }
        network n(x: vec[4]) -> vec[4] { return x |> choose { a | b = relu } }""",
        2 * 3,
        3 + 1,
    ),
    "a cell is decided in the context of its first use": (
        """cell step[s](x: image[c, h, w]) {
          return x |> choose { skip = identity when s == 1 | conv = conv[c, 3, s] | pool = max_pool[3, s] }
        }
        network n(x: image[8, 8, 8]) -> image[8, 4, 4] { return x |> step[1] |> step[2] }""",
        3,
        2,
    ),
    "nothing depends on the type that a cell gives": (
        """cell wide(x: vec[d]) { return x |> choose { linear[4] | linear[8] } }
        network n(x: vec[4]) -> vec[2] { return x |> wide |> wide |> linear[2] }""",
        2,
        2,
    ),
    "a cell inside a cell is decided once, too": (
        """cell a(x: t) { return x |> choose { relu | tanh } }
        cell b(x: t) { return x |> choose { a | twice = a |> a | no = relu } }
        network n(x: vec[4]) -> vec[4] { return x |> b |> b }""",
        2 * 3,
        2 + 2 + 1,
    ),
    "a member of a family that nothing can use is none": (
        """cell m[i in 0..9](x: t) { return x |> choose { relu | tanh } }
        network n(x: vec[4]) -> vec[4] { return x |> m[0] |> choose { m[1] | m[2] } }""",
        2 * 2**3,
        2 * 2 * 2,
    ),
    "what may be absent is taken as present": (
        """choice act(x) { relu | tanh }
        network n(x: vec[4]) -> vec[4] {
          nodes h[2] after (x) as i { return choose { none = absent | some = act(x) } if i == 0 else act(earlier[1]) }
          return x + h[0] + h[1]
        }""",
        3 * 2,
        1 + 2 * 2,
    ),
    "an operand of a sum may be left out": (
        """choice act(x) { relu | tanh }
        network n(x: vec[4]) -> vec[4] {
          let y = choose { none = absent | some = act(x) }
          return x + y
        }""",
        3,
        3,
    ),
    "a subset decides what is chosen alone": (
        """choice act(x) { relu | tanh }
        network n(x: vec[4]) -> vec[4] {
          nodes h[2] after (x) { return sum(act(e) for e in choose 1.. of earlier) }
          return h[-1]
        }""",
        2 * (2 + 2 + 4),
        2 * (2 + 2 + 4),
    ),
    "a cell that gives a layer is decided once, where it is made and where it is applied": (
        """choice act(x) { relu | tanh }
        cell make[s] { let k = choose one of 0..2 return act }
        network n(x: vec[4]) -> vec[4] { let f = make[1] return x |> choose { f() | no = relu } }""",
        2 * 3 * 2,
        None,
    ),
    "a tied layer is decided where it is made": (
        """choice act(x) { relu | tanh }
        cell a(x: t) { let f = tied act return x |> f |> f |> choose { act | no = relu } }
        network n(x: vec[4]) -> vec[4] { return x |> a |> a }""",
        2 * 3,
        2 * 3,
    ),
    "without a cell there is one way to count": (
        """network n(x: vec[4]) -> vec[4] {
          return x |> repeat choose one of 1..3 { choose { relu | deep = choose { tanh | sigmoid } } }
        }""",
        3 + 9 + 27,
        3 + 9 + 27,
    ),
}


@pytest.mark.parametrize("law", EXACT)
def test_genotypes_worked_out_by_hand(law: str) -> None:
    text, genotypes, size = EXACT[law]
    space = loads(text)
    assert space.genotypes().number == genotypes, space.genotypes()
    if size is not None:
        assert space.size() == size


NOT_DEFINED = {
    "what others may decide depends on the type that a cell gives": (
        """cell wide(x: vec[d]) { return x |> choose { linear[4] | linear[8] } }
        choice fit(x: vec[d]) { cut = linear[4] | skip = identity when d == 4 }
        network n(x: vec[4]) -> vec[2] { return x |> wide |> fit |> linear[2] }""",
        "what is decided in `wide` decides what it gives",
    ),
    "a definition that decides is left out": (
        """choice act(x) { relu | tanh }
        network n(x: vec[4]) -> vec[4] {
          let y = choose { none = absent | some = x }
          return x + act(y)
        }""",
        "`act` is left out where what it is applied to is absent",
    ),
    "a requirement keeps a mistake away": (
        """network n(x: vec[4]) -> vec[4] {
          let k = choose one of 1..2
          require k == 2
          return x |> linear[8 // (k - 1)] |> linear[4]
        }""",
        "where no `require` is heeded, the right of `//` is 0",
    ),
    "a tied layer is made elsewhere": (
        """choice act(x) { relu | tanh }
        cell twice[f](x: t) { return x |> f |> f }
        network n(x: vec[4]) -> vec[4] { let f = tied act return x |> f |> twice[f] }""",
        "`twice` applies a tied layer that is made elsewhere",
    ),
}


@pytest.mark.parametrize("law", NOT_DEFINED)
def test_genotypes_are_not_defined_where(law: str) -> None:
    text, reason = NOT_DEFINED[law]
    space = loads(text)
    assert space.verdict.kind == "proved"
    genotypes = space.genotypes()
    assert genotypes.kind == "not defined"
    assert genotypes.number is None
    assert reason in genotypes.reason
    assert str(genotypes) == f"not defined: {genotypes.reason}"


@given(sources())
def test_without_cells_requirements_and_absent_tensors_genotypes_are_architectures(text: str) -> None:
    assume(not any(word in text for word in ("cell", "require", "absent")))
    space = loads(text)
    if space.verdict.kind == "proved":
        assert space.genotypes().number == space.size()


def counted_anew(space: Space) -> Genotypes | str:
    try:
        return count_genotypes(space.elaborated)
    except ArchdslError as error:
        return str(error)


def counted_after_the_walk(space: Space) -> Genotypes | str:
    assert space.verdict is not None
    try:
        return space.genotypes()
    except ArchdslError as error:
        return str(error)


@given(sources())
def test_what_the_walk_of_the_architectures_knows_changes_no_count(text: str) -> None:
    space = loads(text)
    assert counted_after_the_walk(space) == counted_anew(space)


@pytest.mark.parametrize("name", ["einspace", "genetic_cnn", "codeepneat", "digits_cells", "enas_macro", "darts"])
def test_what_the_walk_of_a_shipped_space_knows_changes_no_count(name: str) -> None:
    space = load_small(name)
    assert counted_after_the_walk(space) == counted_anew(space)


LEFT_OUT = """
block inner(x: vec[4]) = x |> choose { relu | tanh }
block outer[there](x: vec[4]) { return inner(x if there else absent) }
network n(x: vec[4]) -> vec[4] { return x + outer[choose { true | false }](x) }
"""


def test_where_a_part_is_left_out_every_part_is_walked_again() -> None:
    space = loads(LEFT_OUT)
    assert counted_after_the_walk(space) == counted_anew(space)


def test_a_spent_budget_counts_nothing() -> None:
    space = load("darts")
    with pytest.raises(BudgetSpent):
        count_genotypes(space.elaborated, Budget(steps=100))


def test_published_genotypes() -> None:
    assert load("darts").genotypes().number == prod(comb(2 + i, 2) * 7**2 for i in range(4)) ** 2
    assert load("nas_bench_201").genotypes().number == 5**6
