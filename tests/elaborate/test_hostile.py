"""A text that asks for too much gets a diagnostic, in bounded time and memory, and never a traceback."""

import time
from collections.abc import Iterator

import pytest

from tests.elaborate.whole import diagnose, memory, network

SMALL = 400 << 20
SECONDS = 40.0  # far above what is needed: the machine may be busy with other things


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    started = time.process_time()
    with memory(SMALL):
        yield
    assert time.process_time() - started < SECONDS


def errors(text: str) -> set[str]:
    return {diagnostic.code for diagnostic in diagnose(text) if diagnostic.level == "error"}


def codes(text: str) -> set[str]:
    return {d.code for d in diagnose(text)} - {"unused-name", "unused-parameter", "unused-definition", "shadowing"}


def doubled(first: str, step: str, times: int = 60) -> str:
    """Write lets of which each doubles the one before."""
    lets = [f"let a{i + 1} = {step.replace('?', f'a{i}')}" for i in range(times)]
    return f"let a0 = {first} {' '.join(lets)}"


@pytest.mark.parametrize(
    ("first", "step"),
    [
        ("10", "? * ?"),
        ("0 - 10", "? * ?"),
        ("10.5", "? * ?"),
        ('"ab"', "? + ?"),
        ("[1, 2]", "? + ?"),
        ("[1, 2]", "[?, ?]"),
        ("[x, x]", "[?, ?]"),
        ("relu", "? |> ?"),
        ("relu", "[?, ?]"),
        ("relu", "both[?, ?]"),
        ("relu", "choose { ? | tanh |> ? }"),
        ("[relu, tanh]", "[each |> relu for each in ? for again in ?]"),
    ],
)
@pytest.mark.parametrize(
    "use", ["", "let z = a60 == [a60]", "let z = conv[3, pad = a60](x)", "let z = keep[a60](x)", "let z = a60 |> relu"]
)
def test_what_doubles_and_doubles_is_stopped(first: str, step: str, use: str) -> None:
    definitions = "block both[f, g](y: image) = y |> f |> g\nblock keep[f](y: image) = y |> f"
    assert errors(network(f"{doubled(first, step)} {use}", definitions)) & {"too-large", "budget-spent", "not-yet"}


@pytest.mark.parametrize(
    ("definitions", "use"),
    [
        ("fun f[n] = f[n]", "f[1]"),
        ("fun f[n] = f[n + 1] + f[n + 2]", "f[1]"),
        ("fun f[n] = g[n]\nfun g[n] = f[n]", "f[1]"),
        ("let a = a", "a"),
        ("let a = b\nlet b = a", "a"),
        ("let a = f[1]\nfun f[n] = a + n", "a"),
        ("fun f[n] = f[n]\nblock b[n = f[1]](y: image) = y |> conv[n]", "b(x)"),
        ("block b(y: image) = y |> b", "b(x)"),
        ("cell b(y: image) = y |> b", "b(x)"),
        ("block b(y: image) = y |> c\nblock c(y: image) = y |> b", "b(x)"),
        ("block b[n](y: image) = y |> b[n + 1]", "b[1](x)"),
        ("block b[f](y: image) = y |> f[f]", "b[b](x)"),
        ("block b[f](y: image) = y |> b[f |> relu]", "b[relu](x)"),
        ("choice b(y: image) { stop = identity | more = b }", "b(x)"),
        ("op o[k = f[1]](y: image[c, h, w]) -> image[f[k], h, w] { }\nfun f[n] = f[n]", "o(x)"),
    ],
)
def test_a_recursion_without_a_bound_is_told(definitions: str, use: str) -> None:
    assert errors(network(f"let q = {use}", definitions)) == {"unbounded-recursion"}


def test_a_layer_that_doubles_at_each_level_of_a_recursion_is_stopped() -> None:
    definitions = "block b[f](y: image) { let g = f |> f return y |> b[g] }"
    assert errors(network("let q = b[relu](x)", definitions)) & {"too-large", "unbounded-recursion"}


@pytest.mark.parametrize(
    "use",
    [
        "let q = [i for i in 0..1000000000]",
        "let q = [i for i in 0.0..1e308 step 1e-300]",
        "let q = [i for i in 0..1 step 1e-320]",
        "let q = [i + j + k for i in 0..999 for j in 0..999 for k in 0..999]",
        "let q = [[j for j in 0..999] for i in 0..999]",
        "let q = choose { conv[3, k] for k in 1..9999 for j in 1..9999 }",
        "let q = x |> repeat 10000000 { relu }",
        "nodes h[10000000] after (x) { return earlier[-1] }",
        "let q = round_to(1e308, 1e-300)",
        "let q = sum([1e308, 1e308])",
        "let q = 1e308 // 1e-300",
    ],
)
def test_what_is_too_large_is_told(use: str) -> None:
    assert errors(network(use)) & {"too-large", "budget-spent", "duplicate-label"}


@pytest.mark.parametrize(
    "use",
    [
        "let q = x |> repeat 10000 { repeat 10000 { relu } }",
        "let q = x |> repeat 10000 { repeat 10000 { choose { relu | tanh } } }",
        "nodes h[10000] after (x) { nodes g[10000] after (x) { return relu(earlier[-1]) } return g[-1] }",
        "nodes h[3000] after (x) { return sum(relu(e) for e in earlier) }",
        "let q = f[60]",
        "let q = b[60](x)",
        "let q = d[20](x)",
        "let q = choose 500 of 0..1000",
        "let q = [choose any of 0..30 for i in 0..30]",
    ],
)
def test_what_takes_too_long_ends_with_the_budget(use: str) -> None:
    definitions = (
        "fun f[n] = 1 if n == 0 else f[n - 1] + f[n - 1]\n"
        "block b[n](y: image) { let p = b[n - 1](y) if n > 0 else y"
        " let q = b[n - 1](y) if n > 0 else relu(y) return p + q }\n"
        "block d[n](y: image) { let p = d[n - 1](y) if n > 0 else y |> choose { relu | tanh }"
        " let q = d[n - 1](y) if n > 0 else y return p + q }"
    )
    assert codes(network(use, definitions)) & {"budget-spent", "unbounded-recursion"}


def test_many_choices_of_many_alternatives_end_with_the_budget() -> None:
    many = " | ".join(f"l{i} = conv[{i + 1}, 3]" for i in range(5000))
    assert codes(network(f"let q = choose {{ {many} }}")) <= {"budget-spent", "too-large"}


def test_many_lets_and_many_unknown_names_are_read_in_time() -> None:
    many = " ".join(f"let a{i + 1} = a{i} + 1" for i in range(9000))
    assert codes(network(f"let a0 = 1 {many}")) <= {"budget-spent"}
    unknown = " ".join(f"let a{i} = rela{i}(x)" for i in range(9000))
    assert "unknown-name" in codes(network(unknown))


def test_a_body_that_binds_too_many_names_is_refused() -> None:
    many = " ".join(f"let a{i} = 1" for i in range(20000))
    assert errors(network(many)) == {"too-large"}


def test_a_long_chain_of_layers_is_walked_or_refused() -> None:
    chain = " ".join(f"let a{i + 1} = a{i} |> relu" for i in range(3000))
    assert errors(network(f"let a0 = relu {chain} let q = a3000(x)")) <= {"too-deep", "too-large", "budget-spent"}
    names = " ".join(f"let a{i + 1} = a{i}" for i in range(9000))
    assert errors(network(f"let a0 = relu {names} let q = a9000(x)")) <= {"too-deep", "budget-spent"}


def test_deep_expressions_in_deep_calls_are_refused() -> None:
    deep = "(" * 80 + "f[n - 1]" + ")" * 80
    plus = "1 + (" * 45 + "f[n - 1]" + ")" * 45
    for body in (deep, plus):
        assert errors(network("let q = f[46]", f"fun f[n] = 0 if n == 0 else {body}")) <= {"too-deep"}
