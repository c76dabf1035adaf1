"""Devices and seeds."""

from unittest.mock import patch

import pytest
import torch

from archdsl.backends.torch.device import available_devices, derive_seed, own_randomness, select_device
from tests.evaluators.raises import raises


def test_auto_is_the_fastest_device_that_is_here() -> None:
    assert select_device() == torch.device(available_devices()[0])
    with patch.object(torch.cuda, "is_available", lambda: True), patch.object(torch.cuda, "device_count", lambda: 2):
        assert available_devices() == ("cuda:0", "cuda:1", "cpu")
        assert select_device("auto") == select_device("cuda") == torch.device("cuda", 0)
        assert select_device("cuda:1") == torch.device("cuda", 1)
        with raises(
            "unknown-device",
            "the device `cuda:2` is not on this machine",
            notes=("the devices here are cuda:0, cuda:1, cpu",),
        ):
            select_device("cuda:2")


@pytest.mark.skipif(torch.cuda.is_available() or torch.backends.mps.is_available(), reason="there is a faster device")
@pytest.mark.parametrize("name", ["cuda", "cuda:0", "mps"])
def test_a_device_that_is_not_here_is_refused(name: str) -> None:
    with raises("unknown-device", f"the device `{name}` is not on this machine", notes=("the devices here are cpu",)):
        select_device(name)


@pytest.mark.skipif(available_devices() != ("cpu",), reason="there is a faster device")
@pytest.mark.parametrize(
    ("name", "near"), [("CPU", "cpu"), ("cud", "cuda"), ("gpu", "cpu"), ("", None), ("tpu:0", None)]
)
def test_unknown_devices_get_similar_names(name: str, near: str | None) -> None:
    help = f"a device with a similar name exists: `{near}`" if near else None
    with raises("unknown-device", f"there is no device named `{name}`", notes=("the devices here are cpu",), help=help):
        select_device(name)


def test_seeds_of_different_purposes_differ() -> None:
    purposes = [(seed, name, epoch) for seed in range(10) for name in ("order", "epoch") for epoch in range(50)]
    seeds = {derive_seed(*purpose) for purpose in purposes}
    assert len(seeds) == len(purposes)
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_a_seed_is_the_same_on_every_machine() -> None:
    assert derive_seed(0, "order", 1) == 1332101017241992705


def test_the_callers_randomness_is_left_alone() -> None:
    before = torch.get_rng_state()
    with own_randomness(1, torch.device("cpu")):
        first = torch.rand(3)

    @own_randomness(1, torch.device("cpu"))
    def fail() -> None:
        assert torch.equal(torch.rand(3), first)
        raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert torch.equal(torch.get_rng_state(), before)
