"""What the declaration of an op and its lowerings owe each other: one class, for the standard ops and a user's own."""

from collections.abc import Mapping
from inspect import Parameter, signature
from typing import Any, ClassVar, cast

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor, nn

from archdsl.backends.torch import layers, lowerings
from archdsl.codegen.lowering import lowering_of
from archdsl.ir import NUMERIC, Facts, OpDeclaration, Type
from archdsl.testing import check_lowering
from archdsl.testing.op_uses import OpInstance

BATCH = 3

LOWERINGS = lowerings
"""Imported so that the standard lowerings are registered."""

Array = NDArray[np.float64]
Draw = st.DataObject


def arguments(op: str, backend: str) -> tuple[str, ...]:
    """Give the names of the statics and dims that a lowering asks for."""
    parameters = signature(lowering_of(op, backend).build).parameters.values()
    tensors = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.VAR_POSITIONAL) if backend == "numpy" else ()
    return tuple(parameter.name for parameter in parameters if parameter.kind not in tensors)


def build(instance: OpInstance, facts: Facts) -> nn.Module:
    """Build the op's module, in float64."""
    known = {"kind": instance.kind, **dict(facts.dims), **instance.attributes}
    module = lowering_of(instance.op, "torch").build(**{name: known[name] for name in arguments(instance.op, "torch")})
    assert isinstance(module, nn.Module)
    return module.double()


def tensors_of(module: nn.Module, instance: OpInstance, facts: Facts) -> dict[str, Tensor]:
    """Give the module's parameters and buffers by their declared names."""
    names = lowering_of(instance.op, "torch").weights
    state = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    return {weight.name: state[names.get(weight.name, weight.name)] for weight in facts.weights or ()}


def fill(module: nn.Module, instance: OpInstance, facts: Facts, rng: np.random.Generator) -> dict[str, Array]:
    """Give every weight a random value, positive ones to variances; they are shared with the arrays given back."""
    arrays: dict[str, Array] = {}
    for name, tensor in tensors_of(module, instance, facts).items():
        value = rng.standard_normal(tuple(tensor.shape))
        arrays[name] = value**2 + 0.1 if name == "var" else value
        with torch.no_grad():
            tensor.copy_(torch.from_numpy(arrays[name]))
    return arrays


def inputs_of(instance: OpInstance, rng: np.random.Generator) -> list[Array]:
    """Draw the op's inputs; tokens are indices of words."""
    return [_input(type_, instance.words, rng) for type_ in instance.types]


def _input(type_: Type, words: int, rng: np.random.Generator) -> Array:
    shape = (BATCH, *type_.dims)
    drawn: Any = 3 * rng.standard_normal(shape) if type_.kind in NUMERIC else rng.integers(words, size=shape)
    return cast(Array, drawn)


def apply(module: nn.Module, inputs: list[Tensor]) -> tuple[Tensor, ...]:
    """Give the module's results, a single one too as a tuple."""
    results = module(*inputs)
    return results if isinstance(results, tuple) else (results,)


class OpContract:
    """The laws; a subclass gives the declarations, and for each op a strategy that draws its uses.

    It is marked with `pytest.mark.parametrize("op", …)`.
    """

    declarations: ClassVar[Mapping[str, OpDeclaration]]
    instances: ClassVar[Mapping[str, st.SearchStrategy[OpInstance]]]

    def draw(self, op: str, data: Draw) -> tuple[OpInstance, Facts]:
        instance = data.draw(self.instances[op])
        return instance, self.declarations[op].infer(instance.attributes, instance.types)

    @pytest.mark.properties
    def test_its_lowering_keeps_the_laws_of_lowerings(self, op: str) -> None:
        check_lowering("torch", op, uses=self.instances[op])

    @given(data=st.data(), seed=st.integers(0, 1000))
    def test_its_repr_makes_it_again(self, op: str, data: Draw, seed: int) -> None:
        instance, facts = self.draw(op, data)
        module = build(instance, facts).eval()
        rng = np.random.default_rng(seed)
        fill(module, instance, facts, rng)
        again: nn.Module = eval(repr(module), {**vars(nn), **vars(layers)})
        assert type(again) is type(module)
        assert repr(again) == repr(module)
        again.double().eval().load_state_dict(module.state_dict())
        inputs = [torch.from_numpy(x) for x in inputs_of(instance, rng)]
        for result, other in zip(apply(module, inputs), apply(again, inputs), strict=True):
            assert torch.equal(result, other)
