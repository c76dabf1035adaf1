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
from torch.utils.flop_counter import FlopCounterMode

from archdsl.backends.numpy import run
from archdsl.backends.torch import layers, lowerings
from archdsl.codegen.lowering import lowering_of
from archdsl.ir import INPUT, NUMERIC, Facts, Graph, Input, Node, OpDeclaration, Output, Type, Value
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


def as_graph(instance: OpInstance, facts: Facts) -> Graph:
    """Give the graph of the op alone."""
    values = tuple(Value(INPUT, index) for index in range(len(instance.types)))
    node = Node(0, instance.op, tuple(instance.attributes.items()), values, facts, "op", "op")
    ports = tuple(Input(f"x{index}", type_) for index, type_ in enumerate(instance.types))
    return Graph("alone", ports, (node,), tuple(Output(Value(0, index)) for index in range(len(facts.types))))


def count_macs(module: nn.Module, inputs: list[Tensor]) -> int:
    """Count the multiply-accumulates of one example as torch itself does: two operations each, in matrix products."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        module(*inputs)
    macs, rest = divmod(counter.get_total_flops(), 2 * BATCH)
    assert not rest
    return int(macs)


class OpContract:
    """The laws; a subclass gives the declarations, and for each op a strategy that draws its uses.

    It is marked with `pytest.mark.parametrize("op", …)`.
    """

    declarations: ClassVar[Mapping[str, OpDeclaration]]
    instances: ClassVar[Mapping[str, st.SearchStrategy[OpInstance]]]

    def draw(self, op: str, data: Draw) -> tuple[OpInstance, Facts]:
        instance = data.draw(self.instances[op])
        return instance, self.declarations[op].infer(instance.attributes, instance.types)

    @given(data=st.data())
    def test_the_declaration_tells_the_truth_about_the_module(self, op: str, data: Draw) -> None:
        instance, facts = self.draw(op, data)
        module = build(instance, facts)
        inputs = [torch.from_numpy(x) for x in inputs_of(instance, np.random.default_rng(0))]

        shapes = [tuple(y.shape) for y in apply(module, inputs)]
        assert shapes == [(BATCH, *type_.dims) for type_ in facts.types]

        declared = facts.weights or ()
        tensors = tensors_of(module, instance, facts)
        assert {own.name: own.shape for own in declared} == {name: tuple(t.shape) for name, t in tensors.items()}
        trained = {id(parameter) for parameter in module.parameters()}
        assert trained == {id(tensors[own.name]) for own in declared if own.kind == "weight"}
        kept = {id(buffer) for name, buffer in module.state_dict(keep_vars=True).items() if buffer.dim() > 0}
        assert kept == {id(tensor) for tensor in tensors.values()}
        assert sum(p.numel() for p in module.parameters()) == sum(o.size for o in declared if o.kind == "weight")

        assert facts.macs == count_macs(module, inputs)

    @given(data=st.data(), training=st.booleans(), seed=st.integers(0, 1000))
    def test_the_module_computes_what_the_reference_computes(
        self, op: str, data: Draw, training: bool, seed: int
    ) -> None:
        instance, facts = self.draw(op, data)
        module = build(instance, facts).train(training)
        rng = np.random.default_rng(seed)
        arrays, inputs = fill(module, instance, facts, rng), inputs_of(instance, rng)
        if training and instance.attributes.get("rate", 0):
            with pytest.raises(ValueError, match="cannot draw"):
                run(as_graph(instance, facts), inputs, {"op": arrays}, training=True)
            return
        expected = run(as_graph(instance, facts), inputs, {"op": arrays}, training=training)
        results = apply(module, [torch.from_numpy(x) for x in inputs])
        for result, array in zip(results, expected, strict=True):
            np.testing.assert_allclose(result.detach().numpy(), array, rtol=1e-10, atol=1e-10)

    @given(data=st.data(), training=st.booleans(), seed=st.integers(0, 1000))
    def test_gradients_reach_every_input_and_weight(self, op: str, data: Draw, training: bool, seed: int) -> None:
        instance, facts = self.draw(op, data)
        module = build(instance, facts).train(training)
        rng = np.random.default_rng(seed)
        inputs = [torch.from_numpy(x) for x in inputs_of(instance, rng)]
        trained = [*(x.requires_grad_() for x in inputs if x.is_floating_point()), *module.parameters()]
        results = apply(module, inputs)
        if not trained:
            return
        if not any(y.requires_grad for y in results):
            others = apply(module, [torch.from_numpy(x) for x in inputs_of(instance, rng)])
            assert all(torch.equal(y, other) for y, other in zip(results, others, strict=True)), "not a constant"
            return
        loss = torch.stack([(y * torch.from_numpy(rng.standard_normal(y.shape))).sum() for y in results]).sum()
        for gradient in torch.autograd.grad(loss, trained):
            assert gradient.isfinite().all()

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
