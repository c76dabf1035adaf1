"""What backends share: lowerings by op name, the names of modules, and the protocols they are reached by."""

from .lowering import Lowering, lowered_ops, lowering_of, lowers
from .names import address_of, module_path
from .plugins import load_plugin
from .protocols import Backend, Supernet, load_backend

__all__ = [
    "Backend",
    "Lowering",
    "Supernet",
    "address_of",
    "load_backend",
    "load_plugin",
    "lowered_ops",
    "lowering_of",
    "lowers",
    "module_path",
]
