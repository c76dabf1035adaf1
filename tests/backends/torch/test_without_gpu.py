"""What must hold on a GPU, checked without one."""

import subprocess
import sys
from typing import cast

import pytest
import torch
from torch import Tensor, nn
from torch.utils import backend_registration

from archdsl.backends.torch.layers import DropPath
from archdsl.backends.torch.training import train
from archdsl.evaluators.config import TrainingConfig
from archdsl.evaluators.data import load_dataset


class Small(nn.Module):
    """Convolution, norm, dropout and drop-path, with an auxiliary output in training."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), DropPath(), nn.Dropout(0.1))
        self.head, self.auxiliary = nn.Linear(8, 10), nn.Linear(8, 10)

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        features = self.body(x).mean((2, 3))
        logits: Tensor = self.head(features)
        return (logits, self.auxiliary(features)) if self.training else logits


@pytest.mark.skipif(
    not hasattr(backend_registration, "_setup_privateuseone_for_python_backend"),
    reason="this torch registers no device from Python",
)
def test_an_epoch_never_waits_for_the_device_nor_leaves_it() -> None:
    command = [sys.executable, "-W", "error", "-m", "tests.backends.torch.absent_gpu"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, "all steps stay on the device\n"), ended.stderr


@pytest.mark.parametrize("training", [True, False])
def test_a_module_compiles_without_a_break(training: bool) -> None:
    torch.compiler.reset()
    module = Small().train(training)
    compiled = torch.compile(module, fullgraph=True, backend="aot_eager")
    x = torch.rand(4, 3, 8, 8)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        expected = module(x)
        torch.manual_seed(0)
        torch.testing.assert_close(compiled(x), expected)


def test_a_compiled_module_trains_and_a_schedule_compiles_nothing_anew() -> None:
    torch.compiler.reset()
    digits = load_dataset("digits", validation=1077)
    module = nn.Sequential(nn.Conv2d(1, 4, 3), DropPath(), nn.Flatten(), nn.Linear(144, 10))
    compiled = cast(nn.Module, torch.compile(module, fullgraph=True, backend="aot_eager"))
    config = TrainingConfig(epochs=4, batch_size=90, drop_path=0.4, evaluate_every=0)
    with torch._dynamo.config.patch(error_on_recompile=True):  # 360 samples make four equal batches
        outcome = train(compiled, digits, config, seed=0, device=torch.device("cpu"), evaluate_on=None)
    assert outcome.status == "complete"
