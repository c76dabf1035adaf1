"""Whatever is done to a program, diagnostics come of it and nothing else."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.diagnostics import Diagnostic
from tests.elaborate.mangle import scrambled, spliced, texts
from tests.elaborate.whole import diagnose

TEXTS = texts()


def hold(text: str) -> None:
    for diagnostic in diagnose(text):
        assert_sound(diagnostic)


def assert_sound(diagnostic: Diagnostic) -> None:
    assert diagnostic.message == diagnostic.message.strip() != ""
    assert "Traceback" not in diagnostic.message
    assert diagnostic.primary is not None
    for label in (diagnostic.primary, *diagnostic.secondary):
        assert 0 <= label.span.start <= label.span.end <= len(label.span.source.text)


@given(st.sampled_from(TEXTS), st.integers(0, 2**32), st.integers(1, 3))
def test_parts_in_wrong_places_give_diagnostics(text: str, seed: int, times: int) -> None:
    hold(spliced(text, Random(seed), times))


@given(st.sampled_from(TEXTS), st.integers(0, 2**32), st.integers(1, 4))
def test_words_in_wrong_places_give_diagnostics(text: str, seed: int, times: int) -> None:
    hold(scrambled(text, Random(seed), times))


@pytest.mark.parametrize("text", TEXTS)
def test_a_shipped_space_has_no_mistakes(text: str) -> None:
    assert [d for d in diagnose(text) if d.code != "budget-spent"] == []
