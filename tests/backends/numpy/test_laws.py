"""The standard ops keep the laws that they declare, and declare those that they keep."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from archdsl.backends.numpy import run
from archdsl.ir import CHANNELS, INPUT, LAWS, Facts, Graph, Input, Node, Output, Type, Value
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
        self.weights = {
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
