"""The script that kills searches, for as long as a test may take; `make crash` kills more of them."""

import pytest

from tests.runs.crash import main


def test_three_searches_that_are_killed_lose_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--toy", "--kills", "3"]) == 0
    assert capsys.readouterr().out == "3 kills, 0 finished trials lost, 3 journals equal\n"
