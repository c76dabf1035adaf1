"""The files of an exported network: the text of its modules, its weights under the names there, and an example."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np
import safetensors.torch
import torch
from torch import Tensor, nn

from archdsl.diagnostics import ArchdslError, Diagnostic
from archdsl.ir import Graph

from .example import random_inputs
from .network import Network, build_network
from .program import seeded
from .source import ModelSource, model_source

EXAMPLES = 2
"""How many inputs the example has."""

TOLERANCE = 1e-6
"""How much a written model may differ from the compiled one: per output, in units of the largest of them or 1."""


@final
@dataclass(frozen=True, slots=True)
class ExportedModel:
    """The content of the files by name, and the user's own Python files that they need beside them."""

    files: Mapping[str, bytes]
    sources: tuple[Path, ...]


def exported_model(
    network: Network, *, facts: Mapping[str, str], docs: Mapping[str, str], seed: int = 0
) -> ExportedModel:
    """Give the files of a compiled architecture.

    The example is computed as its readers compute it: on the CPU, in float32, whatever the network was trained in.

    Args:
        network: The compiled architecture.
        facts: What the head of `model.py` says of it, by name.
        docs: A sentence on each definition of the space, by its name.
        seed: What the inputs of the example are drawn from.

    Raises:
        ArchdslError: An op of the user's is lowered by a function that no other file can import (`cannot-export`).
    """
    plain = _plain(network)
    source = model_source(plain, facts=facts, docs=docs)
    files = {
        "model.py": source.text.encode(),
        "weights.safetensors": _weights(plain, source),
        "example.npz": _example(plain, seed),
    }
    sources = dict.fromkeys(function.file for function in source.functions if not function.is_in_package)
    return ExportedModel(files, tuple(sources))


def _plain(network: Network) -> Network:
    """Build a network anew with the weights of another: on the CPU, in float32, in torch's usual layout of memory."""
    with torch.device("cpu"):
        plain = build_network(network.__dict__["graph"], seed=0)
    plain.load_state_dict(network.state_dict())
    return plain


def _weights(network: Network, source: ModelSource) -> bytes:
    """Give the weights under the names that they have in the model; what it leaves out was never used."""
    named = {source.name_of(name): tensor for name, tensor in network.state_dict().items()}
    # Clones have a storage each, as the format demands.
    tensors = {name: tensor.clone() for name, tensor in named.items() if name is not None}
    return safetensors.torch.save(tensors, {"format": "pt"})


def _example(network: Network, seed: int) -> bytes:
    graph: Graph = network.__dict__["graph"]
    generator = torch.Generator().manual_seed(seed)
    inputs = random_inputs(graph, EXAMPLES, generator)
    outputs = _run(network, inputs)
    names = ["x"] if len(inputs) == 1 else [f"x{i}" for i in range(len(inputs))]
    arrays = dict(zip(names, inputs, strict=True))
    arrays |= zip(["y"] if len(outputs) == 1 else [f"y{i}" for i in range(len(outputs))], outputs, strict=True)
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **{name: tensor.numpy() for name, tensor in arrays.items()})
    return file.getvalue()


def _run(module: nn.Module, inputs: list[Tensor]) -> list[Tensor]:
    """Run a module in evaluation mode."""
    with torch.no_grad():
        outputs = module.eval()(*inputs)
    return list(outputs) if isinstance(outputs, tuple) else [outputs]


def check_model(folder: Path) -> None:
    """Load a written model as its users do, and compare what it gives for the example.

    Raises:
        ArchdslError: It gives something else (`cannot-export`).
    """
    place = folder / "model.py"
    names: dict[str, Any] = {"__name__": "model"}
    exec(compile(place.read_text(encoding="utf-8"), str(place), "exec"), names)
    load: Callable[[Path], nn.Module] = names["load"]
    with seeded(0):
        model = load(folder / "weights.safetensors")
    with np.load(folder / "example.npz") as arrays:
        inputs = [torch.from_numpy(arrays[name]) for name in arrays.files if name.startswith("x")]
        expected = [arrays[name] for name in arrays.files if name.startswith("y")]
    for given, wanted in zip(_run(model, inputs), expected, strict=True):
        error = float(np.abs(given.numpy() - wanted).max(initial=0.0))
        if not error <= TOLERANCE * max(1.0, float(np.abs(wanted).max(initial=0.0))):
            message = f"the written model does not give what the network gives: an output is off by {error:.3g}"
            note = "an op that is random in evaluation mode, or that keeps tensors outside of its state, can do this"
            raise ArchdslError(Diagnostic("cannot-export", message, notes=(note,)))
