"""Elements that nothing after a choice tells apart are walked as one, and still are members of their own."""

import pytest

from archdsl.searchspace import loads

from .test_diagram import known
from .test_order import check_order

HEAD = "network net(x: image[8, 4, 4]) -> image[8, 4, 4] {{ {} }}"
JOINED = {
    "a join": "let s = choose any of given return sum([x, sum(s)])",
    "a join of the choice": "return sum([x, sum(choose any of given)])",
    "a call": "let s = choose 1.. of given return concat(s) |> conv[8, 1]",
    "a list that is joined": "let s = choose any of given return concat([x] + [e for e in s]) |> conv[8, 1]",
    "its length": "let s = choose 2 of given return x |> conv[8 * len(s), 1] |> conv[8, 1]",
    "both": "let s = choose 1..3 of given return sum(s) + (concat(s) |> conv[8, 1])",
}
TOLD_APART = {
    "a layer for each element": "let s = choose any of given return sum([x, sum(conv[8, 1](e) for e in s)])",
    "a choice for each": "return sum([x, sum((choose { a = relu | b = tanh })(e) for e in choose any of given)])",
    "used in both ways": "let s = choose any of given return sum([x, sum(s), sum(relu(e) for e in s)])",
}


def text_of(body: str) -> str:
    """Write a space that chooses from a list of tensors of one type, which are no members of a node list."""
    return f"block pick(x: image, *given: image) {{ {body} }}\n" + HEAD.format(
        "return pick(x, x, x |> relu, x |> tanh, x)"
    )


@pytest.mark.parametrize("law", [*JOINED, *TOLD_APART])
def test_all_members_are_there_in_their_order(law: str) -> None:
    space, found = known(text_of((JOINED | TOLD_APART)[law]))
    check_order(space, found.members)


def walks(body: str) -> int:
    return loads(text_of(body)).verdict.walks


@pytest.mark.parametrize("law", JOINED)
def test_what_is_joined_is_walked_once_for_each_number_of_operands(law: str) -> None:
    assert walks(JOINED[law]) <= 12


def test_one_case_for_each_number_out_of_many() -> None:
    space = loads("block pick(*given: image) { let s = choose 1.. of given return sum(s) }\n"
                  "network net(x: image[8, 4, 4]) -> image[8, 4, 4] { return pick(x for i in 1..16) }")  # fmt: skip
    assert space.size() == 2**16 - 1
    assert space.verdict.walks < 50


def test_a_mistake_of_one_number_is_told_of_all_sets_of_that_number() -> None:
    verdict = loads(text_of("let s = choose 1.. of given return x |> conv[8, 3, len(s) // 4 + 1]")).verdict
    assert [own.code for own in verdict.diagnostics] == ["shape-mismatch"]
    assert "1 of the 15 alternatives" in "".join(verdict.diagnostics[0].notes)
