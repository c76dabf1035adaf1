"""The standard ops keep the contract of ops, and torch's modules run wherever they may be asked to."""

import numpy as np
import pytest
import torch
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode

from archdsl.backends.torch import layers
from archdsl.codegen.lowering import lowered_ops, lowering_of
from archdsl.diagnostics import ArchdslError
from archdsl.ir import Attribute, Type
from archdsl.testing.declared import DECLARED
from archdsl.testing.op_uses import INSTANCES, OpInstance
from tests.contracts.op_contract import OpContract, apply, arguments, build, fill, inputs_of, tensors_of

once = settings(max_examples=1, phases=[Phase.generate])
"""For what takes long or does not depend on the values."""


every_op = pytest.mark.parametrize("op", sorted(DECLARED))


@every_op
class TestStandardOps(OpContract):
    declarations = DECLARED
    instances = INSTANCES


def draw(op: str, data: st.DataObject, dtype: torch.dtype = torch.float32) -> tuple[nn.Module, list[Tensor]]:
    """Draw a use of an op: its module and inputs."""
    instance = data.draw(INSTANCES[op])
    module = build(instance, DECLARED[op].infer(instance.attributes, instance.types))
    inputs = [torch.from_numpy(x) for x in inputs_of(instance, np.random.default_rng(0))]
    return module.to(dtype), [x.to(dtype) if x.is_floating_point() else x for x in inputs]


@pytest.mark.parametrize("backend", ["torch", "numpy"])
def test_each_backend_lowers_every_declared_op_and_no_other(backend: str) -> None:
    standard = {op for op in lowered_ops(backend) if "archdsl" in lowering_of(op, backend).build.__module__}
    assert standard == set(DECLARED)


@every_op
def test_every_op_says_what_it_is(op: str) -> None:
    assert DECLARED[op].doc.strip().endswith((".", "…"))


@every_op
@given(data=st.data())
def test_a_lowering_asks_only_for_statics_and_dims(op: str, data: st.DataObject) -> None:
    instance = data.draw(INSTANCES[op])
    facts = DECLARED[op].infer(instance.attributes, instance.types)
    assert set(instance.attributes) == set(DECLARED[op].statics)
    for backend in ("torch", "numpy"):
        known = {"kind", *instance.attributes, *dict(facts.dims)}
        known |= {"weights", "training"} if backend == "numpy" else set()
        assert set(arguments(op, backend)) <= known


@every_op
@given(data=st.data(), training=st.booleans())
@once
def test_a_module_compiles_without_a_graph_break(op: str, data: st.DataObject, training: bool) -> None:
    module, inputs = draw(op, data)
    module.train(training)
    torch._dynamo.reset()
    compiled = torch.compile(module, fullgraph=True, backend="aot_eager")
    torch.manual_seed(0)
    expected = apply(module, inputs)
    torch.manual_seed(0)
    results = compiled(*inputs)
    for y, other in zip(expected, results if isinstance(results, tuple) else (results,), strict=True):
        assert y.shape == other.shape
        if op not in ("dropout", "channel_dropout", "drop_path"):  # their draws may come in another order
            torch.testing.assert_close(y, other)


@every_op
@given(data=st.data(), training=st.booleans())
@settings(max_examples=10)
def test_a_module_runs_under_autocast(op: str, data: st.DataObject, training: bool) -> None:
    module, inputs = draw(op, data)
    module.train(training)
    with torch.autocast("cpu", torch.bfloat16):
        results = apply(module, inputs)
    assert [y.shape for y in results] == [y.shape for y in apply(module, inputs)]
    if all(x.is_floating_point() for x in inputs) and not list(module.parameters()):
        halved = apply(module, [x.bfloat16() for x in inputs])
        assert all(y.dtype == torch.bfloat16 for y in halved), "half precision went in and did not come out"


@every_op
@given(data=st.data())
@settings(max_examples=10)
def test_a_module_does_not_care_for_the_memory_format(op: str, data: st.DataObject) -> None:
    module, inputs = draw(op, data, torch.float64)
    module.eval()
    turned = [x.to(memory_format=torch.channels_last) if x.dim() == 4 else x for x in inputs]
    for y, other in zip(apply(module, inputs), apply(module, turned), strict=True):
        torch.testing.assert_close(y, other)


@every_op
@given(data=st.data(), training=st.booleans())
@settings(max_examples=10)
def test_a_module_stays_on_the_device_of_its_inputs(op: str, data: st.DataObject, training: bool) -> None:
    module, inputs = draw(op, data)
    # Torch itself cannot update running statistics on a device that is not there.
    module.train(training and not isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)))

    def moved(x: Tensor) -> Tensor:
        return torch.empty(x.shape, dtype=x.dtype, device="cuda")

    with FakeTensorMode():
        state = {name: moved(tensor) for name, tensor in all_tensors(module).items()}
        results = torch.func.functional_call(module, state, tuple(moved(x) for x in inputs))
    for y in results if isinstance(results, tuple) else (results,):
        assert y.device.type == "cuda"


def all_tensors(module: nn.Module) -> dict[str, Tensor]:
    return {**dict(module.named_parameters()), **dict(module.named_buffers())}


@pytest.mark.parametrize(
    ("op", "attributes", "dims"),
    [
        ("conv", {"out": 6, "groups": 4}, (8, 4, 4)),
        ("conv", {"kernel": 2}, (8, 9)),
        ("conv", {"kernel": (3, 3)}, (8, 9)),
        ("conv", {"kernel": 11, "pad": "valid"}, (8, 9)),
        ("conv", {"groups": 3}, (8, 9)),
        ("conv", {"dilation": 0}, (8, 9)),
        ("conv", {"kernel": (3, 3)}, (8, 4, 4, 4)),
        ("conv", {"kernel": (3, 2, 3)}, (8, 4, 4, 4)),
        ("conv", {"kernel": (1, 1, 5), "pad": "valid"}, (8, 4, 4, 4)),
        ("conv", {"stride": (1, 1, 0)}, (8, 4, 4, 4)),
        ("conv", {"pad": (0, -1, 0)}, (8, 4, 4, 4)),
        ("max_pool", {"kernel": 2, "pad": "same"}, (8, 9)),
        ("avg_pool", {"kernel": 3, "pad": 2}, (8, 9)),
        ("max_pool", {"kernel": (3, 3, 2)}, (8, 4, 4, 4)),
        ("avg_pool", {"kernel": (3, 3, 1), "pad": 1}, (8, 4, 4, 4)),
        ("zero", {"stride": 0}, (8, 9)),
        ("zero", {"stride": (1, 2)}, (8, 4, 4, 4)),
        ("channel_shuffle", {"groups": 3}, (8, 9)),
        ("conv", {"out": 8, "groups": 4}, (6, 4, 4)),
        ("conv", {"out": 0}, (8, 4, 4)),
        ("conv", {"kernel": 2}, (8, 4, 4)),
        ("conv", {"kernel": 0, "pad": "valid"}, (8, 4, 4)),
        ("conv", {"kernel": (3, 2)}, (8, 4, 4)),
        ("conv", {"kernel": 5, "pad": "valid"}, (8, 4, 4)),
        ("conv", {"kernel": (1, 5), "pad": 0}, (8, 4, 4)),
        ("conv", {"stride": 0}, (8, 4, 4)),
        ("conv", {"dilation": (1, 0)}, (8, 4, 4)),
        ("conv", {"pad": -1}, (8, 4, 4)),
        ("conv", {"pad": "full"}, (8, 4, 4)),
        ("max_pool", {"kernel": 2, "pad": "same"}, (8, 4, 4)),
        ("avg_pool", {"kernel": 3, "pad": 2}, (8, 4, 4)),
        ("max_pool", {"kernel": 5, "pad": "valid"}, (8, 4, 5)),
        ("split", {"n": 8}, (8, 4, 4)),
        ("split", {"n": 0}, (8, 4, 4)),
        ("crop", {"out": 9}, (8, 4, 4)),
        ("widen", {"out": 7}, (8, 4, 4)),
        ("center_crop", {"size": (4, 5)}, (8, 4, 4)),
        ("zero_pad", {"border": -1}, (8, 4, 4)),
        ("resize", {"size": 0}, (8, 4, 4)),
        ("channel_shuffle", {"groups": 3}, (8, 4, 4)),
        ("zero", {"stride": (1, 0)}, (8, 4, 4)),
        ("dropout", {"rate": 1}, (8, 4, 4)),
        ("drop_path", {"rate": -0.5}, (8, 4, 4)),
        ("bn", {"eps": 0}, (8, 4, 4)),
    ],
)
def test_what_cannot_run_is_illegal(op: str, attributes: dict[str, Attribute], dims: tuple[int, ...]) -> None:
    all_usual: dict[str, dict[str, Attribute]] = {
        "conv": {"out": 8, "kernel": 3, "stride": 1, "dilation": 1, "groups": 1, "bias": False, "pad": "same"},
        "max_pool": {"kernel": 3, "stride": 1, "pad": "same"},
        "avg_pool": {"kernel": 3, "stride": 1, "pad": "same"},
        "bn": {"affine": True, "eps": 1e-5, "momentum": 0.1},
    }
    usual = all_usual.get(op, {})
    types = (Type({2: "signal", 3: "image", 4: "volume"}[len(dims)], dims),)
    if usual:
        DECLARED[op].infer(usual, types)
    with pytest.raises(ArchdslError):
        DECLARED[op].infer({**usual, **attributes}, types)


def test_drop_path_drops_whole_examples_and_keeps_the_mean() -> None:
    module = layers.DropPath(0.25).train()
    torch.manual_seed(0)
    y = module(torch.ones(4000, 2, 3, 3))
    kept = y[:, 0, 0, 0] != 0
    assert torch.equal(y, kept[:, None, None, None].expand_as(y) / torch.tensor(0.75))
    assert abs(kept.float().mean() - 0.75) < 0.03


def test_a_schedule_sets_the_rate_of_drop_path_and_no_checkpoint_holds_it() -> None:
    module = layers.DropPath().train()
    x = torch.randn(64, 3)
    assert torch.equal(module(x), x)
    module.rate.fill_(0.5)
    assert not torch.equal(module(x), x)
    assert torch.equal(module.eval()(x), x)
    assert not module.state_dict()


@pytest.mark.parametrize("type_", [Type("image", (3, 4, 5)), Type("vec", (3,))], ids=str)
@given(momentum=st.floats(0, 1))
@settings(max_examples=10)
def test_momentum_is_the_weight_of_the_newest_batch(type_: Type, momentum: float) -> None:
    instance = OpInstance("bn", {"affine": False, "eps": 1e-5, "momentum": momentum}, (type_,))
    facts = DECLARED["bn"].infer(instance.attributes, instance.types)
    module, rng = build(instance, facts).train(), np.random.default_rng(0)
    before = fill(module, instance, facts, rng)
    (x,) = inputs_of(instance, rng)
    apply(module, [torch.from_numpy(x)])
    axes = tuple(axis for axis in range(x.ndim) if axis != 1)
    batch = {"mean": x.mean(axes), "var": x.var(axes, ddof=1)}
    for name, tensor in tensors_of(module, instance, facts).items():
        np.testing.assert_allclose(tensor.numpy(), (1 - momentum) * before[name] + momentum * batch[name])


def test_zero_hides_what_is_not_finite() -> None:
    x = torch.full((1, 1, 3, 3), torch.inf)
    assert torch.equal(layers.Zero((2, 2))(x), torch.zeros(1, 1, 2, 2))
