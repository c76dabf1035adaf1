"""Static functions: what is remembered of their calls changes no meaning."""

import pytest

from archdsl.elaborate import Budget
from archdsl.searchspace import check_space, loads
from tests.elaborate.whole import HEAD, network


def codes(body: str, definitions: str, steps: int = 20_000) -> list[str]:
    verdict, _ = check_space(loads(network(body, definitions)).elaborated, Budget(steps))
    return [diagnostic.code for diagnostic in verdict.diagnostics]


DOWN = "fun down[n] = 0 if n <= 0 else down[n - 1]"


@pytest.mark.parametrize(
    "body",
    [
        "let a = down[60]",
        "let a = down[30] let b = down[60]",
        "let a = [down[n] for n in 0..60]",
        "let k = choose one of [30, 60] let a = down[k]",
    ],
)
def test_a_recursion_that_is_too_deep_is_found_whatever_was_evaluated_before(body: str) -> None:
    assert codes(body, DOWN) == ["unbounded-recursion"]
    assert codes(body.replace("60", "46"), DOWN) == []


def test_a_call_within_a_call_counts_its_depth() -> None:
    twice = f"{DOWN}\nfun deep[n, m] = down[m] if n <= 0 else deep[n - 1, m]"
    assert codes("let a = down[30] let b = deep[10, 30]", twice) == []
    assert codes("let a = down[30] let b = deep[30, 30]", twice) == ["unbounded-recursion"]


def test_a_function_that_calls_itself_twice_is_walked_once_for_each_argument() -> None:
    assert codes("let a = fib[40] require a == 102334155", "fun fib[n] = n if n < 2 else fib[n - 1] + fib[n - 2]") == []


def test_equal_numbers_of_two_kinds_are_two_arguments() -> None:
    halves = "fun size[k] = [0, 1, 2][k]"
    assert codes("let a = size[1] let b = size[1.0]", halves) == ["wrong-kind"]
    assert codes("let a = size[1] let b = size[true]", halves) == ["wrong-kind"]
    assert codes("let a = size[1] let b = size[k = 1]", halves) == []


def test_a_fault_is_one_at_every_call() -> None:
    assert codes("let a = choose one of 1..2 let b = f[0] if a == 1 else f[0]", "fun f[k] = 1 // k") == [
        "division-by-zero"
    ]


def test_layers_and_tensors_are_given_anew_at_every_call() -> None:
    text = f"""
    fun pick[layers, i] = layers[i]
    fun total[xs] = sum(xs)
    {HEAD}
      let y = pick[[relu, tanh], 0](x) + pick[[relu, tanh], 0](x)
      return total[[x, y]] + total[[x, y]]
    }}
    """
    graph = loads(text).sample(seed=0).graph
    assert sorted(node.op for node in graph.nodes) == ["add", "add", "add", "add", "relu", "relu"]
