"""The text of an exported model: header, imports, layers, a class for each structure, the network, `load`."""

import ast
import inspect
import keyword
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence

from torch import nn

from archdsl.ir import INPUT, Graph, Type, Value

from .bodies import Body
from .classes import ClassDefinition, Parameter
from .forward import BEFORE, LAST, ForwardWriter
from .layout import WIDTH, Call, Doc, Listed, lay_out
from .leaves import OwnFunction
from .pieces import describe, describe_all, repeat
from .shapes import shape_comments

IMPORTS = {
    "torch": "import torch",
    "load_file": "from safetensors.torch import load_file",
    "Tensor": "from torch import Tensor, nn",
    "nn": "from torch import Tensor, nn",
    "functional": "from torch.nn import functional",
}
"""What a name stands for in our layers and in the text around them."""

LOAD = '''
def load(path: str, device: str = "cpu") -> Network:
    """Build the network and read its weights; a missing, unknown or misshapen one is an error."""
    network = Network()
    network.load_state_dict(load_file(path))
    return network.to(device)
'''

NAMES = frozenset(IMPORTS) | {"Network", "load"}
"""Names of the text that no class may take."""


def write_layer(layer: type[nn.Module]) -> str:
    """Give the text of one of our layers, which uses nothing but what an exported model imports."""
    text = textwrap.dedent(inspect.getsource(layer)).strip()
    module = vars(inspect.getmodule(layer))
    foreign = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)} & module.keys()
    foreign -= {*IMPORTS, layer.__name__, "__doc__", "__name__"}
    assert not foreign, f"the layer {layer.__name__} uses {foreign}, which an exported model does not import"
    return text


def write_class(graph: Graph, definition: ClassDefinition, doc: str | None = None) -> str:
    """Write a class; `doc` is a sentence on what it was made from."""
    base = "nn.Sequential" if definition.is_chain else "nn.Module"
    scope, count = definition.body.scope, len(definition.bodies)
    used = "used once" if count == 1 else f"used {count} times"
    lines = [f"class {definition.name}({base}):", *_docstring(f"{scope.kind} `{scope.definition}`, {used}.", doc), ""]
    texts = iter(definition.texts)
    lines += _signature(definition.parameters)
    if definition.is_chain:
        parts = tuple(describe_all(definition.body.sequence.parts, texts))
        lines += lay_out(Call("super().__init__", parts), 8)
        return "\n".join(lines)
    lines += ["        super().__init__()", *_attributes(definition.body, texts), ""]
    comments = shape_comments(graph, definition)
    inputs = list(dict.fromkeys(definition.inputs))
    writer = ForwardWriter(definition.body, definition.inputs, comment=lambda value: comments.get(value, ""))
    return "\n".join([*lines, *_forward(inputs, len(definition.body.outputs), writer.write())])


def write_network(graph: Graph, body: Body, doc: str | None = None) -> str:
    """Write the class of the network itself."""
    lines = ["class Network(nn.Module):", *_docstring(f"network `{graph.name}`.", doc), ""]
    lines += _signature(())
    comments = {value: f"[{', '.join(map(str, graph.type_of(value).dims))}]" for s in body.steps for value in s.outputs}
    lines += ["        super().__init__()", *_attributes(body, _own_values(body), comments), ""]
    names = _input_names(graph)
    results = [output.value for output in graph.outputs]
    main = tuple(output.value for output in graph.outputs if not output.auxiliary)
    has_auxiliary = len(main) < len(results)
    writer = ForwardWriter(
        Body(body.scope, body.steps, main),
        [names[value] for value in body.taken_in],
        training_only=_training_only(body, main),
        results=tuple(results) if has_auxiliary else (),
        given=names,
        titles={output.value: output.name for output in graph.outputs if output.name},
        comment=lambda value: comments.get(value, ""),
    )
    lines += _forward(list(names.values()), 0 if has_auxiliary else len(main), writer.write())
    return "\n".join(lines)


def _input_names(graph: Graph) -> dict[Value, str]:
    """Name the inputs of a network as the text of the space does, where `forward` has no other use for the name."""
    names: dict[Value, str] = {}
    for i, port in enumerate(graph.inputs):
        is_free = port.name not in (BEFORE, LAST, "self", *IMPORTS) and not keyword.iskeyword(port.name)
        names[Value(INPUT, i)] = port.name if is_free else f"{port.name}_"
    return names


def write_header(graph: Graph, facts: Mapping[str, str], functions: Iterable[OwnFunction]) -> str:
    """Write the docstring of the file: what it is, how it is loaded, what is known of it, and what it needs."""
    names = _input_names(graph).values()
    types = [f"`{name}` {_batched(port.type)}" for name, port in zip(names, graph.inputs, strict=True)]
    main = [_batched(graph.type_of(output.value)) for output in graph.outputs if not output.auxiliary]
    lines = [
        f'"""`{graph.name}`, a network in plain PyTorch.',
        "",
        *textwrap.wrap(f"It takes {', '.join(types)} and gives {', '.join(main)}.", WIDTH),
        *(["In training mode it gives the auxiliary outputs as well."] if len(main) < len(graph.outputs) else []),
        "",
        '    network = load("weights.safetensors").eval()',
        "",
        *_table(facts),
        "It needs torch and safetensors.",
    ]
    for module, own in sorted({function.module: function for function in functions}.items()):
        what = f"the package of `{module}`" if own.is_in_package else f"`{own.file.name}` beside it"
        lines.append(f"It needs {what} as well{', which imports archdsl' if own.imports_archdsl else ''}.")
    return "\n".join([*lines, '"""'])


def _table(facts: Mapping[str, str]) -> Iterator[str]:
    """Write facts one below the other, and an empty line after them."""
    margin = max(map(len, facts), default=0) + 2
    for name, fact in facts.items():
        lines = textwrap.wrap(fact.replace("\\", "\\\\"), WIDTH - margin, break_on_hyphens=False)
        yield from (f"{(name if i == 0 else ''):{margin}}{line}" for i, line in enumerate(lines))
    if facts:
        yield ""


def _batched(of: Type) -> str:
    return f"[{', '.join(['batch', *map(str, of.dims)])}]"


def write_imports(parts: Iterable[str], functions: dict[str, OwnFunction]) -> str:
    """Write the imports that the parts of the text need."""
    used = {node.id for part in parts for node in ast.walk(ast.parse(part)) if isinstance(node, ast.Name)}
    lines = list(dict.fromkeys(IMPORTS[name] for name in IMPORTS if name in used))
    if functions:
        lines += ["", *_own_imports(functions)]
    return "\n".join(lines)


def _own_imports(functions: dict[str, OwnFunction]) -> Iterator[str]:
    for callee, function in sorted(functions.items(), key=lambda item: (item[1].module, item[1].name)):
        yield f"from {function.module} import {function.name} as {callee}"


def _signature(parameters: Sequence[Parameter]) -> list[str]:
    items: list[Doc] = ["self", *(f"{parameter.name}: {parameter.annotation}" for parameter in parameters)]
    return lay_out(Call("__init__", tuple(items)), 4, "def ", " -> None:")


def _attributes(body: Body, texts: Iterator[str | None], comments: dict[Value, str] | None = None) -> list[str]:
    """Write the assignments of the sub-modules; the texts are taken in their order."""
    lines: list[str] = []
    lists: dict[str, list[tuple[Doc, str]]] = {}
    made = {step.piece.keys: step.outputs for step in body.steps if step.piece is not None}
    pending: list[tuple[str, Doc | None]] = []
    for place, (_, piece) in zip(body.places(), body.modules, strict=True):
        doc = describe(piece, texts)
        if place.index is None:
            pending.append((place.attribute, doc))
            continue
        if place.attribute not in lists:
            pending.append((place.attribute, None))
        shape = ", ".join((comments or {}).get(value, "") for value in made[piece.keys])
        lists.setdefault(place.attribute, []).append((doc, shape))
    for attribute, own in pending:
        if own is None:
            members = lists[attribute]
            own = Call("nn.ModuleList", (Listed(*_with_comments(members)),))
        lines += lay_out(own, 8, f"self.{attribute} = ")
    return lines


def _with_comments(members: Sequence[tuple[Doc, str]]) -> tuple[tuple[Doc, ...], tuple[str, ...]]:
    docs = repeat([doc for doc, _ in members])
    shapes: list[str] = []
    at = 0
    for doc in docs:
        shapes.append(members[at][1])
        at += getattr(doc, "count", 1)
    return tuple(docs), tuple(shapes)


def _own_values(body: Body) -> Iterator[None]:
    while True:
        yield None


def _forward(inputs: Sequence[str], outputs: int, statements: Sequence[str]) -> list[str]:
    result = "Tensor" if outputs == 1 else f"tuple[{', '.join(['Tensor'] * outputs)}]"
    if outputs == 0:
        result = "Tensor | tuple[Tensor, ...]"
    taken = Call("forward", ("self", *(f"{name}: Tensor" for name in inputs)))
    return [*lay_out(taken, 4, "def ", f" -> {result}:"), *(f"        {line}" for line in statements)]


def _training_only(body: Body, main: Sequence[Value]) -> frozenset[int]:
    """Give the steps that only auxiliary outputs need."""
    needed = set(main)
    idle: set[int] = set()
    for at in reversed(range(len(body.steps))):
        step = body.steps[at]
        if needed.isdisjoint(step.outputs):
            idle.add(at)
        else:
            needed.update(step.inputs)
    return frozenset(idle)


def _docstring(what: str, doc: str | None) -> list[str]:
    """Write the docstring of a class: the sentence that the space has on it, if it fits, and what it is."""
    if doc is None or len(doc) > WIDTH - 8 or not doc.isprintable() or {*doc} & {"\\", '"'}:
        return [f'    """The {what}"""']
    return [f'    """{doc}', "", f"    The {what}", '    """']
