"""The standard ops keep the laws that they declare, and declare those that they keep."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from archdsl.backends.numpy import run
from archdsl.ir import CHANNELS, INPUT, LAWS, Facts, Graph, Input, Node, Output, Type, Value
from archdsl.operators import channels, windows
from archdsl.testing.declared import DECLARED
from archdsl.testing.op_uses import INSTANCES, OpInstance
from tests.contracts.op_contract import inputs_of

Array = NDArray[np.floating]
Draw = st.DataObject


class Use:
    """An op in its use, with weights and inputs of its own."""

    def __init__(self, instance: OpInstance, rng: np.random.Generator) -> None:
        self.instance = instance
        self.facts = self.infer(instance.types)
        self.inputs = inputs_of(instance, rng)
        self.weights: dict[str, Array] = {
            own.name: 0.5 + rng.random(own.shape) if own.name == "var" else rng.standard_normal(own.shape)
            for own in self.facts.weights or ()
        }

    def infer(self, types: Sequence[Type]) -> Facts:
        return DECLARED[self.instance.op].infer(self.instance.attributes, tuple(types))

    def __call__(self, *inputs: Array, training: bool = False) -> list[Array]:
        types = [
            own if x.shape[1:] == own.dims else Type(own.kind, x.shape[1:])
            for x, own in zip(inputs, (*self.instance.types, *self.instance.types), strict=False)
        ]
        facts = self.infer(types)
        values = tuple(Value(INPUT, index) for index in range(len(types)))
        node = Node(0, self.instance.op, tuple(self.instance.attributes.items()), values, facts, "op", "op")
        ports = tuple(Input(f"x{index}", type_) for index, type_ in enumerate(types))
        outputs = tuple(Output(Value(0, index)) for index in range(len(facts.types)))
        return run(Graph("alone", ports, (node,), outputs), inputs, {"op": self.weights}, training=training)

    @property
    def modes(self) -> tuple[bool, ...]:
        """Training and evaluation; the reference runs what draws at random in evaluation only."""
        return (False,) if self.instance.attributes.get("rate", 0) else (False, True)


def equal(found: Sequence[Array], expected: Sequence[Array]) -> bool:
    return len(found) == len(expected) and all(
        x.shape == y.shape and np.allclose(x, y, rtol=1e-10, atol=1e-10) for x, y in zip(found, expected, strict=True)
    )


def is_zero(results: Sequence[Array]) -> bool:
    return all(not y.any() for y in results)


# ---------------------------------------------------------------- one test of each law


def is_pure(use: Use, rng: np.random.Generator) -> bool:
    if any(own.kind == "buffer" for own in use.facts.weights or ()) or use.modes == (False,):
        return False
    return equal(use(*use.inputs, training=True), use(*use.inputs))


def is_identity(use: Use, rng: np.random.Generator) -> bool:
    return all(equal(use(use.inputs[0], training=mode), use.inputs[:1]) for mode in use.modes)


def gives_zero(use: Use, rng: np.random.Generator) -> bool:
    return all(is_zero(use(*use.inputs, training=mode)) for mode in use.modes)


def keeps_zero(use: Use, rng: np.random.Generator) -> bool:
    return all(is_zero(use(*map(np.zeros_like, use.inputs), training=mode)) for mode in use.modes)


def absorbs_zero(use: Use, rng: np.random.Generator) -> bool:
    place = rng.integers(len(use.inputs))
    inputs = [np.zeros_like(x) if i == place else x for i, x in enumerate(use.inputs)]
    return all(is_zero(use(*inputs, training=mode)) for mode in use.modes)


def skips_zero(use: Use, rng: np.random.Generator) -> bool:
    place = rng.integers(len(use.inputs) + 1)
    more = [*use.inputs[:place], np.zeros_like(use.inputs[0]), *use.inputs[place:]]
    return all(equal(use(*more, training=mode), use(*use.inputs, training=mode)) for mode in use.modes)


def is_commutative(use: Use, rng: np.random.Generator) -> bool:
    others = [use.inputs[i] for i in rng.permutation(len(use.inputs))]
    return all(equal(use(*others, training=mode), use(*use.inputs, training=mode)) for mode in use.modes)


def is_associative(use: Use, rng: np.random.Generator) -> bool:
    start, stop = sorted(rng.choice(len(use.inputs) + 1, 2, replace=False))
    for mode in use.modes:
        inner = use(*use.inputs[start:stop], training=mode)
        nested = use(*use.inputs[:start], *inner, *use.inputs[stop:], training=mode)
        if not equal(nested, use(*use.inputs, training=mode)):
            return False
    return True


def is_norm(use: Use, rng: np.random.Generator) -> bool:
    """A constant: each channel has one value, whatever the size of the zeros."""
    results = [use(*map(np.zeros_like, use.inputs), training=mode) for mode in use.modes]
    channels = 1 + CHANNELS[use.instance.kind]
    return all(np.ptp(y, axis=tuple(i for i in range(y.ndim) if i != channels)).max() == 0 for (y,) in results)


def is_idempotent(use: Use, rng: np.random.Generator) -> bool:
    return all(
        equal(use(*use(use.inputs[0], training=mode), training=mode), use(use.inputs[0], training=mode))
        for mode in use.modes
    )


def remade(use: Use, other: channels.Use, weights: Mapping[str, Array]) -> Use:
    """Give a use with other statics and weights."""
    instance = OpInstance(use.instance.op, dict(other.attributes), other.types)
    again = Use(instance, np.random.default_rng(0))
    assert {name: own.shape for name, own in again.weights.items()} == {n: w.shape for n, w in weights.items()}
    again.weights = dict(weights)
    return again


def asked(use: Use) -> channels.Use:
    instance = use.instance
    return channels.Use(DECLARED[instance.op], tuple(instance.attributes.items()), instance.types)


def taken(array: Array, axis: int | None, places: NDArray[np.integer], width: int) -> Array:
    """Take channels, each a block of places where the axis has more of them."""
    if axis is None:
        return array
    block = array.shape[axis] // width
    y: Array = np.take(array, (places[:, None] * block + np.arange(block)).ravel(), axis)
    return y


def is_channelwise(use: Use, rng: np.random.Generator) -> bool:
    """Channels in another order, some of them twice, give such results."""
    width = channels.width_of(use.instance.types[0])
    assert width is not None
    places = rng.integers(width, size=width + rng.integers(3))
    other = channels.carried(asked(use), len(places))
    assert other is not None
    probe = channels.carried(asked(use), 2 * width)
    axes = channels.axes_between(use.facts, probe.facts) if probe else None
    assert axes is not None
    again = remade(use, other, {name: taken(own, axes[name], places, width) for name, own in use.weights.items()})
    inputs = [
        taken(x, 1 + CHANNELS[t.kind], places, width) for x, t in zip(use.inputs, use.instance.types, strict=True)
    ]
    for mode in use.modes:
        results = use(*use.inputs, training=mode)
        expected = [
            taken(y, 1 + CHANNELS[t.kind], places, width) for y, t in zip(results, use.facts.types, strict=True)
        ]
        if not equal(again(*inputs, training=mode), expected):
            return False
    return True


def makes_channels(use: Use, rng: np.random.Generator) -> bool:
    """Channels of its results in another order, some of them twice; each stays in its group."""
    (type_,) = use.facts.types
    width, groups = channels.width_of(type_), channels.groups_of(asked(use)) or 1
    assert width is not None
    part = width // groups
    local = rng.integers(part, size=part + rng.integers(3))
    places = np.concatenate([group * part + local for group in range(groups)])
    other, probe = channels.made(asked(use), len(places)), channels.made(asked(use), 2 * width)
    assert other is not None
    axes = channels.axes_between(use.facts, probe.facts) if probe else None
    assert axes is not None
    again = remade(use, other, {name: taken(own, axes[name], places, width) for name, own in use.weights.items()})
    (y,) = use(*use.inputs)
    return equal(again(*use.inputs), [taken(y, 1 + CHANNELS[type_.kind], places, width)])


def sums_channels(use: Use, rng: np.random.Generator) -> bool:
    """Channels of the input twice, their weights parted between the two."""
    (type_,) = use.instance.types
    width, groups = channels.width_of(type_), channels.groups_of(asked(use))
    assert width is not None
    assert groups is not None
    part = width // groups
    local = np.concatenate([np.arange(part), rng.integers(part, size=rng.integers(1, 3))])
    places = np.concatenate([group * part + local for group in range(groups)])
    other, probe = channels.summed(asked(use), len(places)), channels.summed(asked(use), 2 * width)
    assert other is not None
    axes = channels.axes_between(use.facts, probe.facts) if probe else None
    assert axes is not None
    shares = 1 / np.bincount(local)[local]
    weights = {}
    for name, own in use.weights.items():
        axis = axes[name]
        parted = taken(own, axis, local, part)
        weights[name] = (
            own if axis is None else parted * shares.reshape([-1 if i == axis else 1 for i in range(own.ndim)])
        )
    again = remade(use, other, weights)
    return equal(again(taken(use.inputs[0], 1 + CHANNELS[type_.kind], places, width)), use(*use.inputs))


def joins_channels(use: Use, rng: np.random.Generator) -> bool:
    axis = 1 + CHANNELS[use.instance.kind]
    return equal(use(*use.inputs), [np.concatenate(use.inputs, axis)])


def sums_windows(use: Use, rng: np.random.Generator) -> bool:
    """A frame of zeros around the kernel, and around the input where it has a frame: the same results."""
    other = windows.grown(asked(use), 1)
    assert other is not None
    weights = dict(use.weights)
    for own, new in zip(use.facts.weights or (), other.facts.weights or (), strict=True):
        around = [((b - a) // 2, (b - a) // 2) for a, b in zip(own.shape, new.shape, strict=True)]
        weights[own.name] = np.pad(weights[own.name], around)
    return equal(remade(use, other, weights)(*use.inputs), use(*use.inputs))


def is_linear_in_weights(use: Use, rng: np.random.Generator) -> bool:
    trained = {own.name for own in use.facts.weights or () if own.kind == "weight"}
    first, second = ({name: rng.standard_normal(use.weights[name].shape) for name in sorted(trained)} for _ in range(2))
    both = {name: 2 * first[name] - 3 * second[name] for name in trained}
    kept = use.weights
    for mode in use.modes:
        results = []
        for own in (first, second, both):
            use.weights = {**kept, **own}
            results.append(use(*use.inputs, training=mode))
        if not equal(results[2], [2 * x - 3 * y for x, y in zip(results[0], results[1], strict=True)]):
            return False
    use.weights = kept
    return bool(trained)


KEPT: dict[str, Callable[[Use, np.random.Generator], bool]] = {
    "pure": is_pure,
    "identity": is_identity,
    "zero": gives_zero,
    "keeps_zero": keeps_zero,
    "absorbs_zero": absorbs_zero,
    "skips_zero": skips_zero,
    "commutative": is_commutative,
    "associative": is_associative,
    "norm": is_norm,
    "idempotent": is_idempotent,
    "channelwise": is_channelwise,
    "makes_channels": makes_channels,
    "sums_channels": sums_channels,
    "joins_channels": joins_channels,
    "sums_windows": sums_windows,
    "linear_in_weights": is_linear_in_weights,
}

every_op = pytest.mark.parametrize("op", sorted(DECLARED))


def draw(op: str, data: Draw) -> tuple[Use, np.random.Generator]:
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    return Use(data.draw(INSTANCES[op]), rng), rng


def test_every_law_has_a_test() -> None:
    assert KEPT.keys() == LAWS.keys()


@every_op
@given(data=st.data())
@settings(max_examples=20)
def test_an_op_keeps_the_laws_that_it_declares(op: str, data: Draw) -> None:
    use, rng = draw(op, data)
    for law in sorted(use.facts.laws):
        assert KEPT[law](use, rng), law


IMPLIED = {"keeps_zero": {"keeps_zero", "absorbs_zero", "zero"}, "pure": {"pure"}}


@every_op
@pytest.mark.parametrize("law", IMPLIED)
@given(data=st.data())
@settings(max_examples=10)
def test_an_op_declares_the_laws_that_it_keeps(op: str, law: str, data: Draw) -> None:
    use, rng = draw(op, data)
    if op == "drop_path":
        assert "pure" not in use.facts.laws, "a schedule may set another rate"
    elif not use.facts.laws & IMPLIED[law]:
        assert not KEPT[law](use, rng)
