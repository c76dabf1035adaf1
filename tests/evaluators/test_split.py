"""How samples are split."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.evaluators.data.split import stratified, validation_size
from tests.evaluators.raises import raises


@st.composite
def labels_and_size(draw: st.DrawFn) -> tuple[np.ndarray, int]:
    """Labels of up to 6 classes, some of which may have no sample, and a size that leaves each class a sample."""
    counts = draw(st.lists(st.integers(0, 20), min_size=1, max_size=6).filter(any))
    labels = np.repeat(np.arange(len(counts)), counts)
    order = draw(st.permutations(range(len(labels))))
    size = draw(st.integers(0, len(labels) - len(set(labels))))
    return labels[list(order)], size


@given(labels_and_size(), st.integers())
def test_a_split_is_disjoint_and_covers_everything(case: tuple[np.ndarray, int], seed: int) -> None:
    labels, size = case
    first, second = stratified(labels, size, seed=seed)
    assert len(second) == size
    assert sorted([*first, *second]) == list(range(len(labels)))


@given(labels_and_size(), st.integers())
def test_a_split_leaves_every_class_a_sample(case: tuple[np.ndarray, int], seed: int) -> None:
    labels, size = case
    first, _ = stratified(labels, size, seed=seed)
    assert set(labels[first]) == set(labels)


@given(st.lists(st.integers(10, 40), min_size=1, max_size=6), st.floats(0, 0.8), st.integers())
def test_a_split_has_classes_in_proportion(counts: list[int], share: float, seed: int) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    size = int(share * len(labels))
    _, second = stratified(labels, size, seed=seed)
    exact = np.array(counts) * size / len(labels)
    assert (np.abs(np.bincount(labels[second], minlength=len(counts)) - exact) < 1).all()


@given(labels_and_size(), st.integers())
def test_a_split_depends_on_the_seed_alone(case: tuple[np.ndarray, int], seed: int) -> None:
    labels, size = case
    for a, b in zip(stratified(labels, size, seed=seed), stratified(labels, size, seed=seed), strict=True):
        assert a.tolist() == b.tolist()


def test_another_seed_gives_another_split() -> None:
    labels = np.arange(1000) % 10
    assert stratified(labels, 100, seed=0)[1].tolist() != stratified(labels, 100, seed=1)[1].tolist()


def test_a_split_is_the_same_on_every_machine() -> None:
    assert stratified(np.arange(40) % 4, 8, seed=7)[1].tolist() == [3, 6, 8, 11, 21, 24, 33, 34]


def test_a_size_is_a_number_or_a_share() -> None:
    labels = np.arange(100) % 4
    assert validation_size(7, labels, "x") == 7
    assert validation_size(0, labels, "x") == 0
    assert validation_size(0.25, labels, "x") == 25


@pytest.mark.parametrize("asked", [-1, 1.0, 1.5, -0.2, True, float("nan")])
def test_a_size_must_be_meant(asked: float) -> None:
    with raises("bad-option", f"expected a number of samples or a share below 1 for `validation`, got {asked!r}"):
        validation_size(asked, np.arange(100) % 4, "x")


def test_a_size_leaves_something_to_train_on() -> None:
    message = "cannot take 97 validation samples from the 100 of `x`: at most 96 leave one of each class to train on"
    with raises("bad-option", message):
        validation_size(97, np.arange(100) % 4, "`x`")
