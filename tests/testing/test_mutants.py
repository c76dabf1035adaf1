"""Faults are made where they are said to be made, and nowhere else."""

from .mutants.__main__ import SURVIVORS, known_survivors
from .mutants.faults import faults_of
from .mutants.targets import ROOT, targets

TEXT = """
class Drawn:
    def apply(self, architecture, space, rng):
        number: int = len(architecture.decisions) - 1
        if number < 0:
            raise ValueError(f"{number + 1}")
        return rng.choice(list(space), key=number)

def keeps(x):
    return x
"""


def test_faults_are_those_that_are_named() -> None:
    made = {str(fault): fault.code for fault in faults_of("<made>", TEXT)}
    assert {*made} == {
        "Drawn.apply: flip: number < 0 -> number >= 0",
        "Drawn.apply: off by one: 1 -> 2",
        "Drawn.apply: off by one: 0 -> 1",
        "Drawn.apply: other operator: len(architecture.decisions) - 1 -> len(architecture.decisions) + 1",
        "Drawn.apply: first only: rng.choice(list(space), key=number) -> list(space)[0]",
        "Drawn.apply: no copy: list(space) -> space",
        "Drawn.apply: lost keyword: rng.choice(list(space), key=number) -> rng.choice(list(space))",
        "Drawn.apply: ignore rng",
        "Drawn.apply: return the parent",
        "Drawn.apply: mutate in place",
        "keeps: mutate in place",
    }
    assert made["Drawn.apply: return the parent"].co_varnames[:4] == ("self", "architecture", "space", "rng")


def test_a_fault_changes_what_the_function_does() -> None:
    names: dict[str, object] = {}
    exec("def f(n):\n    return n + 2\n", names)
    function = names["f"]
    assert callable(function)
    assert function(1) == 3
    (fault,) = (own for own in faults_of("<made>", "def f(n):\n    return n + 2\n") if "off by one" in own.what)
    function.__code__ = fault.code  # type: ignore[attr-defined]
    assert function(1) == 4


def test_every_survivor_has_a_reason_and_is_a_fault_that_is_made() -> None:
    made = {
        f"{target.path} {fault}"
        for target in targets()
        for fault in faults_of(target.path, (ROOT / target.path).read_text(encoding="utf-8"))
    }
    known = known_survivors()
    assert all(known.values()), SURVIVORS
    assert {*known} <= made
