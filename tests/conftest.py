"""What every test runs under: one thread a worker, and a Hypothesis profile."""

import os
import sys

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

# Two workers share two cores. Numeric libraries read these once, when they are imported.
for _variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_variable] = "1"
if "torch" in sys.modules:  # a plug-in was faster
    sys.modules["torch"].set_num_threads(1)

# How long an example takes depends on who else is on the machine, so no test fails for being slow.
_UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("quick", _UNTIMED, max_examples=50, derandomize="CI" in os.environ)
settings.register_profile("deep", _UNTIMED, max_examples=2000)
_PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "quick")
settings.load_profile(_PROFILE)
os.environ.setdefault("ARCHDSL_EFFORT", _PROFILE)  # the batteries of the kit try as hard


def pytest_configure() -> None:
    from archdsl.elaborate.limits import allow_deep_calls

    # Before Hypothesis looks: it does not like the limit to change while a test runs.
    allow_deep_calls()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and is_hypothesis_test(item.obj):
            item.add_marker(pytest.mark.properties)
