"""What may mend a fault that a walk met: edits of the text, proposed only; `suggest.confirm` tries them."""

from collections.abc import Iterator, Sequence
from itertools import islice

from archdsl.diagnostics import Edit, Fix, Span
from archdsl.ir import Type
from archdsl.syntax import ast

from .addresses import children
from .labels import relabelled
from .program import Program
from .values import Any_, Tensor

# Each proposal is tried by a check of the whole file.
MOST_PROPOSALS = 8


def tree_at(program: Program, span: Span) -> ast.Tree | None:
    """Find the expression that stands at a place of the main file."""
    module = program.main.module
    if span.source is not module.source:
        return None
    trees: list[ast.Tree] = list(module.definitions)
    while trees:
        tree = trees.pop()
        if tree.span == span and not isinstance(tree, ast.Body | ast.Return | ast.Alternative):
            return tree
        if tree.span.start <= span.start and span.end <= tree.span.end:
            trees.extend(children(tree))
    return None


def _statics_at(program: Program, span: Span) -> Iterator[tuple[str, ast.Expr, ast.Brackets]]:
    """Give the statics that are written at a place: the static's name, its value, and the whole."""
    tree = tree_at(program, span)
    if not isinstance(tree, ast.Brackets) or not isinstance(tree.base, ast.Name):
        return
    known = program.main.lookup(tree.base.id)
    if known is None or isinstance(known[1], ast.Let):
        return
    names = [parameter.name for parameter in known[1].statics]
    position = 0
    for argument in tree.arguments:
        if isinstance(argument, ast.Keyword):
            yield argument.name, argument.value, tree
        elif position < len(names):
            if not isinstance(argument, ast.Slice | ast.Generator | ast.Hole):
                yield names[position], argument, tree
            position += 1


def shape_fixes(program: Program, tensors: Sequence[Tensor], wanted: Sequence[Type]) -> tuple[Fix, ...]:
    """Propose other statics for the ops that made tensors of a wrong type; `wanted` is what each should have been."""
    return tuple(islice(_shape_fixes(program, tensors, wanted), MOST_PROPOSALS))


def _shape_fixes(program: Program, tensors: Sequence[Tensor], wanted: Sequence[Type]) -> Iterator[Fix]:
    for tensor, type_ in zip(tensors, wanted, strict=True):
        if tensor.origin is None or tensor.type.kind != type_.kind:
            continue
        different = [(own, new) for own, new in zip(tensor.type.dims, type_.dims, strict=True) if own != new]
        for static, value, tree in _statics_at(program, tensor.origin):
            if isinstance(value, ast.Number) and isinstance(value.value, int):
                # A static that is a dim becomes the wanted one; any other is tried at 1, which changes least.
                others = [new for own, new in different if own == value.value] or [1]
                for other in others:
                    if other != value.value:
                        text = str(other)
                        help_ = f"write `{_written(tree, value, text)}`, with `{static}` {text} for {value.text}"
                        yield Fix(help_, (Edit(value.span, text),))


def _written(tree: ast.Tree, value: ast.Tree, text: str) -> str:
    """Write a tree with another text for one value in it."""
    span = tree.span
    before, after = span.source.text[span.start : value.span.start], span.source.text[value.span.end : span.end]
    return " ".join(f"{before}{text}{after}".split())


def recursion_fixes(program: Program, definition: ast.Composite | ast.Function, span: Span) -> tuple[Fix, ...]:
    """Propose a static that shrinks for a definition that uses itself without an end."""
    fixes: list[Fix] = []
    for static, value, tree in _statics_at(program, span):
        smaller = None
        if isinstance(value, ast.Name) and value.id == static:
            smaller = f"{static} - 1"
        elif isinstance(value, ast.Binary) and value.op == "+" and value.left == ast.Name(value.span, static):
            smaller = f"{static} - {value.right.span.text}"
        if smaller is not None:
            help_ = f"write `{_written(tree, value, smaller)}`: a static that shrinks bounds a recursion"
            fixes.append(Fix(help_, (Edit(value.span, smaller),)))
    if isinstance(definition, ast.Composite) and definition.kind == "block" and definition.depth is None:
        at = definition.body.span.start
        fixes.append(Fix("bound it: `depth 4` before the body", (Edit(Span(span.source, at, at), "depth 4 "),)))
    return tuple(fixes)


def application_fixes(tree: ast.Tree, names: Sequence[tuple[str, Any_]]) -> tuple[Fix, ...]:
    """Propose to apply a layer, where one tensor alone has a name."""
    tensors = [name for name, value in names if isinstance(value, Tensor)]
    if len(tensors) != 1 or not isinstance(tree, ast.Name | ast.Brackets):
        return ()
    end = Span(tree.span.source, tree.span.end, tree.span.end)
    text = f"{' '.join(tree.span.text.split())}({tensors[0]})"
    return (Fix(f"apply it: `{text}`", (Edit(end, f"({tensors[0]})"),)),)


def label_fixes(alternative: ast.Alternative, place: Span, taken: Sequence[str]) -> tuple[Fix, ...]:
    """Propose another label, or for a generator a list without the element that it gives again."""
    fixes: list[Fix] = []
    for clause in alternative.clauses:
        items = clause.source.items if isinstance(clause.source, ast.ListExpr) else ()
        for i, item in enumerate(items):
            if item in items[:i]:
                span = Span(item.span.source, items[i - 1].span.end, item.span.end)
                fixes.append(Fix(f"leave out the second `{item.span.text}`", (Edit(span, ""),)))
                break
    if alternative.label is not None and not alternative.clauses:
        fixes.append(relabelled(alternative.label, place, taken))
    return tuple(fixes)
