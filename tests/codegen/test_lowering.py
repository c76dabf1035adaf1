"""Lowerings are registered once, and held to what their op declares."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from archdsl.codegen import load_backend, lowered_ops, lowering, lowering_of, lowers
from archdsl.diagnostics import ArchdslError, Diagnostic, UsageError
from archdsl.searchspace import Architecture, loads

TEXT = """
op mine[out: int, slope = 0.5](x: image[c, h, w]) -> image[out, h, w] FACTS
network net(x: image[3, 8, 8]) -> image[4, 8, 8] { return x |> mine[4] }
"""


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test register what it likes."""
    load_backend("torch")
    monkeypatch.setitem(lowering._registry, "torch", dict(lowering._registry["torch"]))


def architecture(facts: str = "") -> Architecture:
    return loads(TEXT.replace("FACTS", f"{{ {facts} }}")).sample(seed=0)


def compiled(facts: str = "") -> Any:
    return load_backend("torch").compile(architecture(facts).graph)


def refused(facts: str = "") -> Diagnostic:
    """Compile, and give the one diagnostic that says why it cannot be."""
    with pytest.raises(ArchdslError) as raised:
        compiled(facts)
    (diagnostic,) = raised.value.diagnostics
    return diagnostic


def here(function: Callable[..., object]) -> str:
    return f"{__file__}:{function.__code__.co_firstlineno}"


def test_a_lowering_takes_the_statics_and_dims_that_it_names() -> None:
    @lowers("mine")
    def build(c: int, out: int, h: int, slope: float, own: int = 7) -> nn.Module:
        assert (c, out, h, slope, own) == (3, 4, 8, 0.5, 7)
        return nn.Conv2d(c, out, 1)

    network = compiled()
    assert network(torch.zeros(2, 3, 8, 8)).shape == (2, 4, 8, 8)
    assert list(network.state_dict()) == ["mine.weight", "mine.bias"]


def test_a_lowering_may_take_all() -> None:
    @lowers("mine")
    def build(**known: int) -> nn.Module:
        assert known == {"c": 3, "h": 8, "w": 8, "out": 4, "slope": 0.5}
        return nn.Conv2d(known["c"], known["out"], 1)

    compiled()


def test_a_class_or_another_callable_may_be_a_lowering() -> None:
    @lowers("mine")
    class Mine(nn.Conv2d):
        def __init__(self, c: int, out: int) -> None:
            super().__init__(c, out, 1)

    compiled()
    assert lowering_of("mine", "torch").place == f"{__name__}.{Mine.__qualname__}"
    with pytest.raises(ArchdslError, match=r"functools\.partial"):
        lowers("mine")(partial(nn.Conv2d, kernel_size=1))


def test_the_costs_that_an_op_does_not_declare_are_measured() -> None:
    lowers("mine")(lambda c, out: nn.Conv2d(c, out, 1))
    assert architecture().params == 3 * 4 + 4
    assert architecture().macs == 8 * 8 * 3 * 4


def test_a_second_lowering_of_an_op_is_refused_with_both_places() -> None:
    def first() -> nn.Module:
        return nn.Identity()

    def second() -> nn.Module:
        return nn.Identity()

    lowers("mine")(first)
    lowers("mine")(first)  # a file that is imported again says nothing new
    with pytest.raises(ArchdslError) as raised:
        lowers("mine")(second)
    (diagnostic,) = raised.value.diagnostics
    assert diagnostic.code == "duplicate-lowering"
    assert here(first) in diagnostic.message
    assert here(second) in diagnostic.message
    with pytest.raises(ArchdslError, match="duplicate-lowering"):
        lowers("conv")(first)


def test_the_backends_have_lowerings_of_their_own() -> None:
    lowers("mine")(lambda: nn.Identity())
    assert "mine" in lowered_ops("torch")
    assert "mine" not in lowered_ops("numpy")


def test_an_op_without_a_lowering_is_named_with_what_is_near() -> None:
    lowers("mime")(lambda: nn.Identity())
    diagnostic = refused()
    assert diagnostic.code == "missing-lowering"
    assert "`mine`" in diagnostic.message
    assert "`mime`" in diagnostic.notes[0]
    assert __file__ in diagnostic.notes[0]
    assert diagnostic.help is not None
    assert '@archdsl.lowers("mine")' in diagnostic.help


def held_to_both_places(diagnostic: Diagnostic, build: Callable[..., object]) -> None:
    assert diagnostic.code == "wrong-lowering"
    assert diagnostic.primary is not None
    assert diagnostic.primary.span.text == "mine"
    assert diagnostic.notes[0] == f"lowered at {here(build)}"


def test_a_lowering_that_asks_for_what_the_op_lacks_is_refused() -> None:
    @lowers("mine")
    def build(channels: int) -> nn.Module:
        return nn.Identity()

    diagnostic = refused()
    held_to_both_places(diagnostic, build)
    assert "asks for `channels`" in diagnostic.message
    assert diagnostic.notes[1] == "its statics and dims are `c`, `h`, `w`, `out`, `slope`"


def test_a_lowering_that_gives_no_module_is_refused() -> None:
    @lowers("mine")
    def build(c: int) -> int:
        return c

    diagnostic = refused()
    held_to_both_places(diagnostic, build)
    assert "gives a int, not an `nn.Module`" in diagnostic.message


def test_a_module_that_cannot_run_is_refused() -> None:
    @lowers("mine")
    def build(c: int, out: int) -> nn.Module:
        return nn.Conv2d(c + 1, out, 1)

    diagnostic = refused()
    held_to_both_places(diagnostic, build)
    assert "fails on image[3, 8, 8]" in diagnostic.message


@pytest.mark.parametrize("facts", ["", "weight kernel[out, c, 1, 1] macs = out * c * h * w"])
def test_a_module_that_gives_another_shape_is_refused(facts: str) -> None:
    @lowers("mine", weights={"kernel": "weight"})
    def build(c: int, out: int) -> nn.Module:
        return nn.Conv2d(c, out, 1, 2, bias=False)

    diagnostic = refused(facts)
    held_to_both_places(diagnostic, build)
    assert "declared to give image[4, 8, 8], its module gives [4, 4, 4]" in diagnostic.message


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ("weight kernel[out, c, 1, 1]", "trains `bias`, which the op does not declare"),
        (
            "weight kernel[out, c, 3, 3] weight bias[out]",
            "declares `kernel` as [4, 3, 3, 3], its module has [4, 3, 1, 1]",
        ),
        ("weight kernel[out, c, 1, 1] weight bias[out] buffer steps[1]", "its module has no `steps`"),
    ],
)
def test_a_module_whose_weights_are_not_the_declared_ones_is_refused(facts: str, message: str) -> None:
    @lowers("mine", weights={"kernel": "weight"})
    def build(c: int, out: int) -> nn.Module:
        return nn.Conv2d(c, out, 1)

    diagnostic = refused(facts)
    held_to_both_places(diagnostic, build)
    assert message in diagnostic.message


def test_an_op_in_an_alternative_is_held_to_its_declaration_too() -> None:
    @lowers("mine", weights={"kernel": "weight"})
    def build(c: int, out: int) -> nn.Module:
        return nn.Conv2d(c, out, 1, bias=False)

    text = TEXT.replace("FACTS", "{ weight kernel[out, c, SIZE, SIZE] }")
    text = text.replace("return x |> mine[4]", "return x |> choose { a = relu |> conv[2] |> mine[4] | b = conv[4] }")
    load_backend("torch").compile(loads(text.replace("SIZE", "1")).supergraph())
    with pytest.raises(ArchdslError, match=r"declares `kernel` as \[4, 2, 3, 3\]"):
        load_backend("torch").compile(loads(text.replace("SIZE", "3")).supergraph())


def test_declared_weights_make_the_cost_of_an_architecture() -> None:
    @lowers("mine", weights={"kernel": "weight"})
    class Mine(nn.Module):
        def __init__(self, c: int, out: int) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(out, c))

        def forward(self, x: Tensor) -> Tensor:
            return torch.einsum("oc,bchw->bohw", self.weight, x)

    facts = "weight kernel[out, c] macs = 2 * out * c"
    assert sum(p.numel() for p in compiled(facts).parameters()) == architecture(facts).params == 12
    assert architecture(facts).macs == 24


def test_an_unknown_backend_is_misuse() -> None:
    with pytest.raises(UsageError, match="unknown-backend"):
        load_backend("jax")
