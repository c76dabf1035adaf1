"""What a built module costs: multiply-accumulates, counted while it runs."""

from math import prod
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

_aten = torch.ops.aten


class _MacCounter(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the multiply-accumulates of convolutions and matrix products as they are dispatched."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.macs: int = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        packet = func.overloadpacket
        if packet in (_aten.convolution, _aten._convolution):
            weight = args[1]
            transposed = bool(args[6])
            places = prod((args[0] if transposed else result).shape[2:]) * result.shape[0]
            self.macs += places * weight.numel()
        elif packet in (_aten.mm, _aten.bmm):
            self.macs += prod(args[0].shape) * args[1].shape[-1]
        elif packet in (_aten.addmm, _aten.baddbmm):
            self.macs += prod(args[1].shape) * args[2].shape[-1]
        return result


def count_macs(module: nn.Module, *inputs: Tensor) -> int:
    """Count the multiply-accumulates of convolutions and matrix products in one evaluation of a module.

    The inputs may be on the meta device. For the count of one example give a batch of one.
    """
    was_training = module.training
    module.eval()
    try:
        with torch.no_grad(), _MacCounter() as counter:
            module(*inputs)
    finally:
        module.train(was_training)
    macs: int = counter.macs
    return macs
