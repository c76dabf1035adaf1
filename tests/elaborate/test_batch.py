"""What a batch computes for all cases is what the interpreter computes for each."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.diagnostics import Source
from archdsl.elaborate import Fault, Interpreter, load_program
from archdsl.elaborate.addresses import NOWHERE
from archdsl.elaborate.batch import Batch, Column, Unfit, Varying, codes_of
from archdsl.elaborate.handlers import Static
from archdsl.elaborate.values import Any_, Env, Subset, identity_of
from archdsl.syntax import ast

FUNCTIONS = """
fun reach[inputs, v] = v == 0 or any([reach[inputs, s] for s in inputs[v - 1]])
fun fed[inputs, v] = [t for t in v + 1..3 if v in inputs[t - 1]]
fun width[inputs, total, v] = total // len(inputs[2]) if v in inputs[2]
  else max([width[inputs, total, t] for t in fed[inputs, v]])
"""
LISTS = st.lists(st.tuples(*(st.sets(st.integers(0, v)).map(sorted) for v in range(3))), min_size=1, max_size=6)


def numbers(depth: int) -> st.SearchStrategy[str]:
    leaves = st.sampled_from(["len(inputs[0])", "len(inputs[2])", "2", "7", "sum([len(s) for s in inputs])"])
    if not depth:
        return leaves
    inner, truth = numbers(depth - 1), truths(depth - 1)
    return st.one_of(
        leaves,
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "//", "%"]), inner),
        st.builds("({} if {} else {})".format, inner, truth, inner),
        st.builds("sum([t * {} for t in inputs[2] if {}])".format, inner, truth),
        st.builds("{}([{}, {}])".format, st.sampled_from(["min", "max"]), inner, inner),
        st.sampled_from(["max([v for v in inputs[2]])", "width[inputs, 12, 0]", "width[inputs, 12, 2]"]),
        st.builds("len(fed[inputs, {}])".format, st.integers(0, 2)),
    )


def truths(depth: int) -> st.SearchStrategy[str]:
    leaves = st.one_of(
        st.builds("({} in inputs[{}])".format, st.integers(0, 2), st.integers(0, 2)),
        st.builds("reach[inputs, {}]".format, st.integers(0, 3)),
    )
    if not depth:
        return leaves
    inner = truths(depth - 1)
    return st.one_of(
        leaves,
        st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner),
        st.builds("(not {})".format, inner),
        st.builds("({} {} {})".format, numbers(depth - 1), st.sampled_from(["<", "==", ">="]), numbers(depth - 1)),
    )


def lists() -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("[t + {} for t in inputs[2] if {}]".format, numbers(1), truths(1)),
        st.builds("([v for v in inputs[1]] if {} else fed[inputs, 0])".format, truths(1)),
        st.builds("[[s, t] for s in inputs[1] for t in inputs[2] if {}]".format, truths(1)),
    )


def expression(text: str) -> tuple[Interpreter, ast.Expr]:
    program = load_program(Source("space.nas", f"{FUNCTIONS}\nfun asked[inputs] = {text}"))
    assert not program.diagnostics
    definition = program.main.definitions["asked"]
    assert isinstance(definition, ast.Function)
    return Interpreter(program, Static()), definition.value


def one_by_one(text: str, cases: Sequence[tuple[list[int], ...]]) -> list[object]:
    """Give the value in each case, None where there is none."""
    interpreter, tree = expression(text)
    found: list[object] = []
    for case in cases:
        names: dict[str, Any_] = {"inputs": tuple(Subset(tuple(own), tuple(own)) for own in case)}
        try:
            found.append(identity_of(interpreter.evaluate(tree, Env(interpreter.program.main, names, NOWHERE))))
        except Fault:
            found.append(None)
    return found


def in_case(value: object, case: int) -> object:
    """Give what a batch computed for one case, None where there is no value."""
    match value:
        case Column(values=values, wrong=wrong):
            return None if wrong is not None and wrong[case] else identity_of(values[case].item())
        case Varying(items=items, wrong=wrong):
            found = [in_case(item, case) for item, there in items if there is None or there[case]]
            return None if (wrong is not None and wrong[case]) or None in found else tuple(found)
        case tuple():
            own = [in_case(item, case) for item in value]
            return None if None in own else tuple(own)
        case _:
            return identity_of(value)  # type: ignore[arg-type]


def batched(text: str, cases: Sequence[tuple[list[int], ...]]) -> object:
    interpreter, tree = expression(text)
    inputs = tuple(
        Varying(tuple((item, np.array([item in case[v] for case in cases])) for item in range(v + 1))) for v in range(3)
    )
    return Batch(interpreter, len(cases)).evaluate(tree, interpreter.program.main, {"inputs": inputs})


@given(st.one_of(numbers(3), truths(3), lists()), LISTS)
def test_a_batch_computes_what_the_interpreter_computes(text: str, cases: list[tuple[list[int], ...]]) -> None:
    try:
        value = batched(text, cases)
    except Unfit:
        return
    expected = one_by_one(text, cases)
    assert [in_case(value, case) for case in range(len(cases))] == expected
    codes = [tuple(column[case] for column in codes_of(value)) for case in range(len(cases))]
    for a, first in enumerate(expected):
        for b, second in enumerate(expected):
            if first is not None and second is not None:
                if codes[a] == codes[b]:
                    assert first == second
                elif isinstance(value, Column):
                    assert first != second


@pytest.mark.parametrize("text", ["reach[inputs, 3]", "width[inputs, 12, 0]", "[v for v in inputs[2] if v > 0]"])
def test_what_wirings_are_asked_is_fit_for_a_batch(text: str) -> None:
    cases = [([0], [0, 1], [0, 2]), ([], [1], [1]), ([0], [0], [2])]
    value = batched(text, cases)
    assert [in_case(value, case) for case in range(3)] == one_by_one(text, cases)


def test_what_is_too_large_for_a_column_is_left_to_the_interpreter() -> None:
    with pytest.raises(Unfit):
        batched("len(inputs[0]) * 4000000000", [([0], [], []), ([], [], [])])


def test_a_recursion_that_the_cases_bound_is_left_to_the_interpreter() -> None:
    program = load_program(Source("space.nas", "fun f[n] = 0 if n < 1 else f[n - 1]\nfun asked[n] = f[n]"))
    tree = program.main.definitions["asked"]
    assert isinstance(tree, ast.Function)
    with pytest.raises(Unfit):
        Batch(Interpreter(program, Static()), 2).evaluate(tree.value, program.main, {"n": Column(np.array([1, 2]))})
