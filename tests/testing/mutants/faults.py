"""Faults that are made mechanically: each in one place of one function, by a change of its syntax tree."""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from types import CodeType
from typing import final

Change = Callable[[ast.AST], ast.AST | None]
"""Gives what stands in the place of a node, None where the fault cannot be made there."""

OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
OTHERS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
DRAWS = {
    "choice": "first",
    "choices": "first of all",
    "shuffle": "nothing",
    "random": "zero",
    "randrange": "zero",
    "randint": "low",
    "sample": "the first",
}
COPIES = ("dict", "list", "copy")


@final
@dataclass(frozen=True)
class Fault:
    """A fault: where it is, what it is, and how the function that has it is compiled."""

    function: str
    line: int
    what: str
    compiled: Callable[[], CodeType]

    @property
    def code(self) -> CodeType:
        """The code of the function that has the fault."""
        return self.compiled()

    def __str__(self) -> str:
        return f"{self.function}: {self.what}"


def flip(node: ast.AST) -> ast.AST | None:
    """Turn a comparison into its opposite, or `and` into `or`."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return ast.Compare(node.left, [OPPOSITES[type(node.ops[0])]()], node.comparators)
    if isinstance(node, ast.BoolOp):
        return ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return node.operand
    return None


def off_by_one(node: ast.AST) -> ast.AST | None:
    """Make a whole number larger by one."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return ast.Constant(node.value + 1)
    return None


def other_operator(node: ast.AST) -> ast.AST | None:
    """Add where it should subtract, and so on."""
    if isinstance(node, ast.BinOp) and type(node.op) in OTHERS:
        return ast.BinOp(node.left, OTHERS[type(node.op)](), node.right)
    return None


def first_only(node: ast.AST) -> ast.AST | None:
    """Take the first alternative instead of a drawn one."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in DRAWS):
        return None
    if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "rng"):
        return None
    match node.func.attr:
        case "choice":
            return ast.Subscript(node.args[0], ast.Constant(0), ast.Load())
        case "choices":
            return ast.Subscript(node.args[0], ast.Slice(None, ast.Constant(1)), ast.Load())
        case "shuffle":
            return ast.Constant(None)
        case "sample":
            return ast.Subscript(node.args[0], ast.Slice(None, node.args[1]), ast.Load())
        case "randint":
            return node.args[0]
        case _:
            return ast.Constant(0)


def no_copy(node: ast.AST) -> ast.AST | None:
    """Work on what was to be copied."""
    if isinstance(node, ast.Call) and not node.keywords:
        if isinstance(node.func, ast.Name) and node.func.id in COPIES and len(node.args) == 1:
            return node.args[0]
        if isinstance(node.func, ast.Attribute) and node.func.attr in COPIES and not node.args:
            return node.func.value
    return None


def lost_keyword(node: ast.AST) -> ast.AST | None:
    """Leave out the last keyword of a call."""
    if isinstance(node, ast.Call) and node.keywords and node.keywords[-1].arg is not None:
        return ast.Call(node.func, node.args, node.keywords[:-1])
    return None


def lost_weight(node: ast.AST) -> ast.AST | None:
    """Leave the tensor of the parent behind, or the last of several weights."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Take", "Scale", "Pad"):
        return node.args[0] if node.args else None
    if isinstance(node, ast.Dict) and len(node.keys) > 1 and all(key is not None for key in node.keys):
        return ast.Dict(node.keys[:-1], node.values[:-1])
    return None


CHANGES: tuple[Change, ...] = (
    flip, off_by_one, other_operator, first_only, no_copy, lost_keyword, lost_weight,
)  # fmt: skip


def ignored_chance(node: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    names = [own.arg for own in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    if "rng" in names:
        yield "ignore rng", "rng = __import__('random').Random(0)"


def parent_returned(node: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    names = [own.arg for own in node.args.args if own.arg != "self"]
    if node.name == "apply" and names:
        given = f"({names[0]}, {names[1]})" if names[:2] == ["first", "second"] else names[0]
        yield "return the parent", f"return {given}"


def parent_changed(node: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """Write into an argument that was to be left alone."""
    names = [own.arg for own in (*node.args.posonlyargs, *node.args.args)]
    if node.name == "apply" and {"architecture", "first"} & {*names}:
        own = "architecture" if "architecture" in names else "first"
        yield (
            "mutate in place",
            (f"object.__setattr__({own}, 'decisions', dict([(k, v) for k, v in {own}.decisions.items()][:-1]))"),
        )
    if node.name == "apply" and "graph" in names:
        yield "mutate in place", "object.__setattr__(graph, 'name', graph.name + '_')"
    if names[:1] in (["x"], ["self"]) and "x" in names[:2] and node.name not in ("apply", "__init__"):
        yield "mutate in place", "x += 1 if x.dtype == __import__('numpy').float64 else x.new_ones(())"


BEGINNINGS = (ignored_chance, parent_returned, parent_changed)


@final
class _At(ast.NodeTransformer):
    """Makes a change at the `place`-th node where it can be made."""

    def __init__(self, change: Change, place: int) -> None:
        self._change = change
        self._left = place
        self.made = ""

    def visit(self, node: ast.AST) -> ast.AST:
        if self.made or isinstance(node, (ast.Raise, ast.Assert, ast.JoinedStr, ast.arguments)):
            return node
        if isinstance(node, ast.AnnAssign):
            if node.value is not None:
                value = self.visit(node.value)
                assert isinstance(value, ast.expr)
                node.value = value
            return node
        changed = self._change(node)
        if changed is not None:
            if not self._left:
                old = ast.unparse(node)
                changed = ast.fix_missing_locations(ast.copy_location(changed, node))
                self.made = f"{self._change.__name__.replace('_', ' ')}: {old} -> {ast.unparse(changed)}"
                return changed
            self._left -= 1
        return self.generic_visit(node)


def faults_of(path: str, text: str) -> Iterator[Fault]:
    """Make all faults in a module, function by function."""
    module = ast.parse(text)
    for names, function in _functions(module, ()):
        name = ".".join(names)
        for change in CHANGES:
            for place in range(1000):
                changed = copy.deepcopy(function)
                at = _At(change, place)
                changed.body = [own for old in changed.body if isinstance(own := at.visit(old), ast.stmt)]
                if not at.made:
                    break
                yield Fault(name, function.lineno, at.made, partial(_code, path, module, function, changed))
        for beginning in BEGINNINGS:
            for what, statement in beginning(function):
                changed = copy.deepcopy(function)
                changed.body = [*ast.parse(statement).body, *changed.body]
                for own in changed.body[:1]:
                    for inner in ast.walk(own):
                        ast.copy_location(inner, function.body[0])
                changed = ast.fix_missing_locations(changed)
                yield Fault(name, function.lineno, what, partial(_code, path, module, function, changed))


def _functions(tree: ast.AST, names: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], ast.FunctionDef]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef) and node.name not in ("__repr__", "__str__", "__init_subclass__"):
            yield (*names, node.name), node
        elif isinstance(node, ast.ClassDef) and "Protocol" not in ast.unparse(node).split("\n")[0]:
            yield from _functions(node, (*names, node.name))


def _code(path: str, module: ast.Module, old: ast.FunctionDef, new: ast.FunctionDef) -> CodeType:
    """Compile a module with another function in the place of one; give that function's code."""

    class Replace(ast.NodeTransformer):
        def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
            return new if node is old else self.generic_visit(node)

    text = ast.unparse(new)
    changed = Replace().visit(ast.Module([_shallow(own) for own in module.body], []))
    found = [
        own
        for own in _codes(compile(changed, path, "exec"))
        if own.co_name == new.name and own.co_firstlineno in (old.lineno, *(d.lineno for d in old.decorator_list))
    ]
    assert len(found) == 1, text
    return found[0]


def _shallow(node: ast.stmt) -> ast.stmt:
    """Copy classes, whose bodies are changed, and nothing below."""
    if not isinstance(node, ast.ClassDef):
        return node
    fields = {name: getattr(node, name) for name in node._fields}
    return ast.copy_location(ast.ClassDef(**{**fields, "body": [_shallow(own) for own in node.body]}), node)


def _codes(code: CodeType) -> Iterator[CodeType]:
    for own in code.co_consts:
        if isinstance(own, CodeType):
            yield own
            yield from _codes(own)
