"""Devices, and random numbers that are the same on all of them."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from archdsl.diagnostics import Diagnostic, UsageError, similar


def available_devices() -> tuple[str, ...]:
    """Give the names of the devices that are here, the fastest kind first."""
    cuda = [f"cuda:{index}" for index in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    return (*cuda, *(("mps",) if torch.backends.mps.is_available() else ()), "cpu")


def select_device(name: str = "auto") -> torch.device:
    """Find a device by name: `auto` (the fastest that is here), `cpu`, `cuda`, `cuda:n` or `mps`.

    Raises:
        UsageError: The name is unknown, or there is no such device here (`unknown-device`).

    >>> select_device("cpu")
    device(type='cpu')
    """
    here = available_devices()
    wanted = {"auto": here[0], "cuda": "cuda:0"}.get(name, name)
    if wanted in here:
        return torch.device(wanted)
    kind, _, index = name.partition(":")
    known = name in ("cuda", "mps") or (kind == "cuda" and index.isdecimal())
    near = () if known else similar(name, ("auto", "cuda", *here))
    raise UsageError(
        Diagnostic(
            "unknown-device",
            f"the device `{name}` is not on this machine" if known else f"there is no device named `{name}`",
            notes=(f"the devices here are {', '.join(here)}",),
            help=f"a device with a similar name exists: `{near[0]}`" if near else None,
        )
    )


def derive_seed(seed: int, *purpose: object) -> int:
    """Give the seed of one purpose, such as the shuffling of one epoch, independent of that of any other."""
    text = repr((seed, *purpose)).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big") >> 1


@contextmanager
def own_randomness(seed: int, device: torch.device) -> Iterator[None]:
    """Seed torch's global generators, of the CPU and of `device`, and leave them as they were found.

    Dropout and its like draw from these; there is no other way to make them repeatable.
    """
    mps = torch.mps.get_rng_state() if device.type == "mps" else None
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.default_generator.manual_seed(seed)
        if device.type == "cuda":
            with torch.cuda.device(device):
                torch.cuda.manual_seed(seed)
        elif device.type == "mps":
            torch.mps.manual_seed(seed)
        try:
            yield
        finally:
            if mps is not None:
                torch.mps.set_rng_state(mps)
