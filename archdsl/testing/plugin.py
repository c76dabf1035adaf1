"""The pytest plugin: `--archdsl-effort` and `--archdsl-seed`, for all batteries of a test run.

It is loaded with every pytest of an environment that archdsl is installed in, so it imports nothing.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

OPTIONS = {"archdsl_effort": "ARCHDSL_EFFORT", "archdsl_seed": "ARCHDSL_SEED"}
"""What each option sets: the batteries read the environment, which the workers of a parallel run inherit."""


def pytest_addoption(parser: "pytest.Parser") -> None:
    """Add the options."""
    group = parser.getgroup("archdsl", "batteries of archdsl.testing")
    group.addoption(
        "--archdsl-effort",
        choices=("quick", "normal", "deep"),
        help="how hard the batteries of archdsl.testing try (normal)",
    )
    group.addoption("--archdsl-seed", type=int, metavar="N", help="from what the batteries of archdsl.testing draw (0)")


def pytest_configure(config: "pytest.Config") -> None:
    """Let the batteries know."""
    import os

    for option, variable in OPTIONS.items():
        value = config.getoption(option, None)
        if value is not None:
            os.environ[variable] = str(value)
