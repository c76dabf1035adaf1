"""Weights in files."""

import errno
import os
import stat
from pathlib import Path

import pytest
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from archdsl.backends.torch.checkpoint import load_weights, read_tensors, remove_leftovers, save_weights, write_tensors
from archdsl.diagnostics import ArchdslError
from tests.evaluators.raises import raises


def network(width: int = 4) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(1, width, 3), nn.BatchNorm2d(width), nn.Flatten(), nn.Linear(width, 2))


def test_weights_read_back_to_the_bit(tmp_path: Path) -> None:
    saved, other = network(), network()
    kernel = saved.get_parameter("0.weight")
    kernel.data = kernel.data.contiguous(memory_format=torch.channels_last)
    save_weights(saved, tmp_path / "w")
    load_weights(other, tmp_path / "w")
    for name, tensor in saved.state_dict().items():
        assert torch.equal(other.state_dict()[name], tensor)


def test_weights_are_plain_safetensors(tmp_path: Path) -> None:
    module = network()
    save_weights(module, tmp_path / "w")
    assert safetensors.torch.load_file(tmp_path / "w").keys() == module.state_dict().keys()
    safetensors.torch.save_file(network().state_dict(), tmp_path / "theirs")
    load_weights(module, tmp_path / "theirs")


def test_shared_weights_stay_shared(tmp_path: Path) -> None:
    def tied() -> nn.Sequential:
        module = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
        module[1].weight = module[0].weight
        return module

    saved, other = tied(), tied()
    save_weights(saved, tmp_path / "w")
    load_weights(other, tmp_path / "w")
    assert other[1].weight is other[0].weight
    assert torch.equal(other.get_parameter("0.weight"), saved.get_parameter("0.weight"))


@given(st.sampled_from([torch.float64, torch.bfloat16, torch.int64, torch.bool, torch.uint8]), st.data())
def test_tensors_of_any_type_and_shape_read_back(
    tmp_path_factory: pytest.TempPathFactory, dtype: torch.dtype, data: st.DataObject
) -> None:
    shape = data.draw(st.lists(st.integers(0, 4), max_size=3))
    tensor = torch.randint(0, 2, shape).to(dtype)
    path = tmp_path_factory.getbasetemp() / "t"
    write_tensors(path, {"a": tensor, "b/c": tensor.T if tensor.ndim == 2 else tensor}, {"x": "ü\n"})
    tensors, about = read_tensors(path, "a file")
    assert about == {"x": "ü\n"}
    assert tensors["a"].dtype == dtype
    assert torch.equal(tensors["a"], tensor)


def test_weights_of_another_network_are_refused_and_nothing_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "w"
    save_weights(nn.Sequential(*network(), nn.Linear(2, 2)), path)
    module = network(6)
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    with raises(
        "other-weights",
        f"the weights in `{path}` are of another network: 0 missing, 2 unexpected, 7 of another type",
        notes=(
            "unexpected: 4.bias, 4.weight",
            "0.weight is float32[4, 1, 3, 3], expected float32[6, 1, 3, 3]",
            "0.bias is float32[4], expected float32[6]",
            "1.weight is float32[4], expected float32[6]",
            "1.bias is float32[4], expected float32[6]",
            "1.running_mean is float32[4], expected float32[6]",
        ),
    ):
        load_weights(module, path)
    assert all(torch.equal(tensor, before[name]) for name, tensor in module.state_dict().items())


def test_missing_weights_are_named(tmp_path: Path) -> None:
    path = tmp_path / "w"
    save_weights(network()[:1].double(), path)
    with raises(
        "other-weights",
        f"the weights in `{path}` are of another network: 7 missing, 0 unexpected, 2 of another type",
        notes=(
            "missing: 1.weight, 1.bias, 1.running_mean, 1.running_var, 1.num_batches_tracked and 2 more",
            "0.weight is float64[4, 1, 3, 3], expected float32[4, 1, 3, 3]",
            "0.bias is float64[4], expected float32[4]",
        ),
    ):
        load_weights(network(), path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with raises("missing-file", f"cannot find `{tmp_path}/w`, a file of weights"):
        load_weights(network(), tmp_path / "w")


def test_a_folder_is_no_file_of_weights(tmp_path: Path) -> None:
    with raises("broken-file", f"`{tmp_path}` is not a file of weights that can be read: …"):
        load_weights(network(), tmp_path)


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("content") / "w"
    save_weights(network(), path)
    return path.read_bytes()


@given(st.data())
def test_every_damage_is_found(tmp_path_factory: pytest.TempPathFactory, content: bytes, data: st.DataObject) -> None:
    damaged = bytearray(content)
    if data.draw(st.booleans(), label="cut"):
        del damaged[data.draw(st.integers(0, len(content) - 1)) :]
    else:
        start = int.from_bytes(content[:8], "little") + 8  # of the tensors; the header may hold what nothing reads
        damaged[data.draw(st.integers(start, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(damaged)
    with raises("broken-file", f"`{path}` is not a file of weights that can be read: …"):
        load_weights(network(), path)


@given(st.data())
def test_a_damaged_header_never_crashes(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, data: st.DataObject
) -> None:
    damaged = bytearray(content)
    damaged[data.draw(st.integers(0, int.from_bytes(content[:8], "little") + 7))] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(damaged)
    try:
        load_weights(network(), path)
    except ArchdslError as error:
        assert error.diagnostics[0].code in ("broken-file", "other-weights")  # noqa: PT017 (a space may become a tab)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w"
    save_weights(network(), path)
    before = path.read_bytes()

    def fsync(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fsync)
    with raises("cannot-write", f"cannot write `{path}`: No space left on device"):
        save_weights(network(), path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["w"]
    assert path.read_bytes() == before


def test_folders_are_made(tmp_path: Path) -> None:
    save_weights(network(), tmp_path / "a" / "b" / "w")
    blocked = tmp_path / "a" / "b" / "w" / "c"
    with raises("cannot-write", f"cannot write `{blocked}`: File exists"):
        save_weights(network(), blocked)


def test_a_file_is_readable_as_others_that_the_user_makes(tmp_path: Path) -> None:
    save_weights(network(), tmp_path / "w")
    (tmp_path / "other").touch()
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("w", "other")}
    assert len(modes) == 1


def test_only_our_own_leftovers_are_removed(tmp_path: Path) -> None:
    for name in (".w[1].99.tmp", ".w1.99.tmp", ".w[1].tmp", "w[1].99.tmp", "w[1]"):
        (tmp_path / name).touch()
    remove_leftovers(tmp_path / "w[1]")
    assert {entry.name for entry in tmp_path.iterdir()} == {".w1.99.tmp", ".w[1].tmp", "w[1].99.tmp", "w[1]"}
