"""From a built leaf module to the constructor call that makes it again, checked by making it again."""

import ast
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, final

import torch
from torch import nn

from archdsl.backends.torch import layers
from archdsl.backends.torch.build import arguments
from archdsl.codegen.lowering import lowering_of
from archdsl.codegen.names import module_path
from archdsl.diagnostics import ArchdslError, Diagnostic
from archdsl.ir import Graph, Node

from .pieces import LEADING, NO_DEFAULT, WIDTH, WIDTHS, Argument, Build, Piece, chain, is_same


@final
@dataclass(frozen=True, slots=True)
class OwnFunction:
    """A function of the user's that builds a module: `module.name`, from a file."""

    module: str
    name: str
    file: Path

    @property
    def is_in_package(self) -> bool:
        """Whether its module is part of a package, and not a file that stands alone."""
        return "." in self.module or self.file.name == "__init__.py"

    @property
    def imports_archdsl(self) -> bool:
        """Whether its file itself imports the library."""
        return (
            re.search(r"^\s*(import|from) archdsl\b", self.file.read_text(encoding="utf-8"), re.MULTILINE) is not None
        )


@final
class LeafReader:
    """Gives the constructor call of each leaf; it remembers which layers and functions the calls need."""

    def __init__(self) -> None:
        self.layers: dict[str, type[nn.Module]] = {}
        self.functions: dict[str, OwnFunction] = {}
        self._made: dict[tuple[type[nn.Module], str], tuple[Build, nn.Module] | None] = {}

    def read(self, graph: Graph, node: Node, leaf: nn.Module) -> Piece:
        """Give the call that makes a leaf again.

        A class of `torch.nn` or of our own layers is made by its constructor. Any other is made as it was: by the
        function that lowers its op.

        Raises:
            ArchdslError: that function cannot be imported by name.
        """
        key = module_path(node.parameters)
        return self._constructor(key, leaf) or self._call(key, graph, node)

    def _constructor(self, key: str, leaf: nn.Module) -> Piece | None:
        if type(leaf) is nn.Sequential and len(leaf):
            parts = [self._constructor(f"{key}.{i}", child) for i, child in enumerate(leaf)]
            return chain(part for part in parts if part is not None) if None not in parts else None
        if type(leaf) is layers.AvgPool:
            return _mean_pool(key, leaf)
        known = (type(leaf), repr(leaf))
        if known not in self._made:
            self._made[known] = _remake(leaf)
        made = self._made[known]
        if made is None or not _is_alike(leaf, made[1]):
            return None
        if getattr(layers, type(leaf).__name__, None) is type(leaf):
            self.layers[type(leaf).__name__] = type(leaf)
        return replace(made[0], keys=(key,))

    def _call(self, key: str, graph: Graph, node: Node) -> Build:
        lowering = lowering_of(node.op, "torch")
        function = inspect.unwrap(lowering.build)
        module = inspect.getmodule(function)
        file = inspect.getsourcefile(function)
        name = function.__name__
        where = (f"lowered at {lowering.place}",)
        if module is None or file is None or getattr(module, name, None) is not lowering.build:
            message = f"op `{node.op}` cannot be exported: no file has the function that lowers it under its name"
            raise ArchdslError(Diagnostic("cannot-export", message, notes=where))
        if module.__name__ == "__main__":
            message = f"op `{node.op}` cannot be exported: the script that is running lowers it"
            advice = "move the function to a file of its own, and import that"
            raise ArchdslError(Diagnostic("cannot-export", message, notes=where, help=advice))
        if module.__name__ == "model":
            message = f"op `{node.op}` cannot be exported: a model cannot import `model.py`, which has its own name"
            raise ArchdslError(Diagnostic("cannot-export", message, notes=where, help="give the file another name"))
        assert not module.__name__.startswith("archdsl."), f"the text of {node.op}'s module does not make it again"
        own = OwnFunction(module.__name__, name, Path(file).resolve())
        callee = next((callee for callee, known in self.functions.items() if known == own), None)
        if callee is None:
            callee = f"build_{name}" + "_" * sum(known.name == name for known in self.functions.values())
            self.functions[callee] = own
        given = arguments(graph, node, lowering)
        return Build(callee, tuple(Argument(name, value, _kind(name)) for name, value in given.items()), (key,))


def _mean_pool(key: str, leaf: layers.AvgPool) -> Build:
    """Make a mean pool by torch's own class: it can do the same, but its text would not say so."""
    made = tuple(
        Argument(name, _as_number(value), name, default, by_place=name in LEADING)
        for name, value, default in (
            ("kernel_size", leaf.kernel_size, NO_DEFAULT),
            ("stride", leaf.stride, NO_DEFAULT),
            ("padding", leaf.padding, 0),
            ("count_include_pad", False, True),
        )
    )
    return Build(f"nn.AvgPool{len(leaf.kernel_size)}d", made, (key,))


def _as_number(value: Any) -> Any:
    """Write a tuple of equal values as one of them."""
    if isinstance(value, tuple) and value and all(is_same(item, value[0]) for item in value):
        return value[0]
    return value


def _remake(leaf: nn.Module) -> tuple[Build, nn.Module] | None:
    """Read the text of a module as a call, and make the module again, simpler where that makes no difference."""
    cls = type(leaf)
    name = f"nn.{cls.__name__}" if getattr(nn, cls.__name__, None) is cls else cls.__name__
    if "." not in name and getattr(layers, cls.__name__, None) is not cls:
        return None
    values = _read_call(cls, repr(leaf))
    if values is None:
        return None
    made = _make(cls, values)
    if made is None or not _is_alike(leaf, made):
        return None
    for argument, value in values.items():
        shorter = {**values, argument: _as_number(value)}
        simpler = _make(cls, shorter) if shorter[argument] is not value else None
        if simpler is not None and _is_alike(leaf, simpler):
            values = shorter
    defaults = {p.name: p.default for p in inspect.signature(cls).parameters.values()}
    own = tuple(
        Argument(
            argument,
            value,
            _kind(argument),
            NO_DEFAULT if defaults[argument] is inspect.Parameter.empty else defaults[argument],
            by_place=argument in LEADING,
        )
        for argument, value in values.items()
    )
    return Build(name, own, ("",)), made


def _read_call(cls: type[nn.Module], text: str) -> dict[str, Any] | None:
    """Read `Conv2d(3, 8, kernel_size=(3, 3))` as all arguments of the class, by name."""
    try:
        call = ast.parse(text, mode="eval").body
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id != cls.__name__:
            return None
        by_place = [ast.literal_eval(value) for value in call.args]
        by_name = {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in call.keywords}
        bound = inspect.signature(cls).bind(*by_place, **by_name)
    except (SyntaxError, ValueError, TypeError):
        return None
    bound.apply_defaults()
    rest = [p.name for p in bound.signature.parameters.values() if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    if any(bound.arguments[name] for name in rest):
        return None
    return {name: value for name, value in bound.arguments.items() if name not in rest}


def _make(cls: Callable[..., nn.Module], values: Mapping[str, Any]) -> nn.Module | None:
    try:
        with torch.device("meta"):
            return cls(**values)
    except (TypeError, ValueError, RuntimeError):
        return None


_STATE = {"_parameters", "_buffers", "_modules", "training"}


def _is_alike(one: nn.Module, other: nn.Module) -> bool:
    """Tell whether two modules of one class differ in nothing but the values of their tensors."""
    if type(one) is not type(other) or one._modules or other._modules:
        return False
    mine, theirs = vars(one), vars(other)
    if mine.keys() != theirs.keys():
        return False
    pools = type(one).__module__ == "torch.nn.modules.pooling"  # one keeps a number for all axes as it was given
    for name in mine.keys() - _STATE:
        a, b = (_as_number(mine[name]), _as_number(theirs[name])) if pools else (mine[name], theirs[name])
        if not is_same(a, b):
            return False
    return _tensors(one) == _tensors(other)


def _tensors(module: nn.Module) -> dict[str, object]:
    tensors = {**module._parameters, **module._buffers}
    return {name: None if tensor is None else (tensor.shape, tensor.dtype) for name, tensor in tensors.items()}


def _kind(argument: str) -> str:
    return WIDTH if argument in WIDTHS else argument
