"""The state of a training in a file, from which it goes on as if it had never stopped."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import torch
from torch import Tensor, nn

from archdsl.diagnostics import ArchdslError, Diagnostic

from .checkpoint import put_tensors, read_tensors, remove_leftovers, write_tensors

VERSION = "1"


@final
@dataclass(frozen=True, slots=True)
class TrainingState:
    """A module, its optimizer and its gradient scaler, and what the training is: all that a file must hold.

    `identity` says what makes a training another one: seed, data, settings. No generator's state is kept, because
    every epoch is seeded by its number.
    """

    module: nn.Module
    optimizer: torch.optim.Optimizer
    scaler: torch.amp.GradScaler | None
    identity: Mapping[str, object]

    def save(self, path: Path, history: list[dict[str, Any]]) -> None:
        """Write the state after the epochs of `history`.

        Raises:
            ArchdslError: The file cannot be written (`cannot-write`).
        """
        tensors: dict[str, Tensor] = {f"model/{name}": tensor for name, tensor in self.module.state_dict().items()}
        for name, parameter in self.module.named_parameters():
            for key, value in self.optimizer.state.get(parameter, {}).items():
                tensors[f"optimizer/{name}/{key}"] = value
        about = {
            "kind": "training",
            "version": VERSION,
            "identity": json.dumps(self.identity),
            "history": json.dumps(history),
            "scaler": json.dumps(self.scaler.state_dict() if self.scaler else {}),
        }
        write_tensors(path, tensors, about)

    def load(self, path: Path) -> list[dict[str, Any]]:
        """Read the state, if the file is there, and give its history, else an empty one.

        Raises:
            ArchdslError: The file is broken (`broken-file`), of another training (`other-training`) or of another
                network (`other-weights`).
        """
        remove_leftovers(path)
        if not path.exists():
            return []
        tensors, about = read_tensors(path, "a checkpoint")
        if about.get("kind") != "training" or about.get("version") != VERSION:
            found = f"{about.get('kind', 'other tensors')} of version {about.get('version', 'unknown')}"
            raise ArchdslError(
                Diagnostic("broken-file", f"`{path}` is no checkpoint of a training, version {VERSION}: it has {found}")
            )
        self._check_identity(path, json.loads(about["identity"]))
        weights = {name.removeprefix("model/"): t for name, t in tensors.items() if name.startswith("model/")}
        put_tensors(self.module, weights, str(path))
        parameters = dict(self.module.named_parameters())
        for name, tensor in tensors.items():
            if name.startswith("optimizer/"):
                owner, _, key = name.removeprefix("optimizer/").rpartition("/")
                self._put(parameters[owner], key, tensor)
        if self.scaler:
            self.scaler.load_state_dict(json.loads(about["scaler"]))
        history: list[dict[str, Any]] = json.loads(about["history"])
        return history

    def _put(self, parameter: Tensor, key: str, value: Tensor) -> None:
        like = parameter if value.shape == parameter.shape else torch.empty_like(value, device=parameter.device)
        own = torch.empty_like(like, dtype=value.dtype, requires_grad=False)  # in the parameter's memory format
        self.optimizer.state[parameter][key] = own.copy_(value)

    def _check_identity(self, path: Path, found: Mapping[str, object]) -> None:
        own: Mapping[str, object] = json.loads(json.dumps(self.identity))
        differing = [
            f"{name} is {found.get(name)!r} there, {own.get(name)!r} here"
            for name in {**own, **found}
            if own.get(name) != found.get(name)
        ]
        if differing:
            message = f"`{path}` belongs to another training: {differing[0]}"
            raise ArchdslError(Diagnostic("other-training", message, notes=tuple(differing[1:])))
