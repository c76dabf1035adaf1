"""From bodies to classes: equal ones become one class, whose constructor takes the numbers that differ."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from archdsl.ir import CHANNELS, Graph, Type, Value

from .bodies import Body, Step
from .naming import TAKEN, class_name, unique
from .pieces import WIDTH, Argument, Build, arguments_of, is_same, shape_of

MOST_PARAMETERS = 6
"""A class that would need more gets a class for each set of numbers instead."""

Vector = tuple[Any, ...]


@final
@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument of a class's constructor, with its value at each use."""

    name: str
    kind: str
    values: Vector

    @property
    def annotation(self) -> str:
        """The type of its values."""
        return " | ".join(dict.fromkeys(_annotation(value) for value in self.values))


@final
@dataclass(frozen=True, slots=True)
class ClassDefinition:
    """A class of the exported model, for one or several uses of one structure.

    `bodies` are the uses. `texts` has what stands for each argument of a sub-module's constructor in place of its own
    value; `inputs` has, for each mention of a value from outside, the name of the input that it is.
    """

    name: str
    bodies: tuple[Body, ...]
    parameters: tuple[Parameter, ...]
    texts: tuple[str | None, ...]
    inputs: tuple[str, ...]
    is_chain: bool

    @property
    def body(self) -> Body:
        """The first use, which stands for all."""
        return self.bodies[0]

    def use(self, index: int) -> Step:
        """Write a use as one step of the body around it."""
        body = self.bodies[index]
        firsts = [self.inputs.index(name) for name in dict.fromkeys(self.inputs)]
        own = tuple(
            Argument(parameter.name, parameter.values[index], parameter.kind, by_place=parameter.kind == WIDTH)
            for parameter in self.parameters
        )
        paths = self.body.sequence.paths if self.is_chain else self.body.paths()
        build = Build(self.name, own, body.keys, paths, is_leaf=False)
        inputs = tuple(body.taken_in[first] for first in firsts)
        return Step(body.scope.address, build, None, inputs, body.outputs)


def structure(body: Body) -> tuple[object, ...]:
    """Give what two uses of one class have in common: all but values, and what they take in from outside."""
    order: dict[Value, int] = {}
    keys: dict[tuple[str, ...], int] = {}
    steps: list[object] = []
    for step in body.steps:
        inputs = tuple(order.get(value, -1) for value in step.inputs)
        for value in step.outputs:
            order[value] = len(order)
        module = keys.setdefault(step.piece.keys, len(keys)) if step.piece else -1
        steps.append(
            (step.join, step.loop, module, shape_of(step.piece) if step.piece else (), inputs, len(step.outputs))
        )
    return (body.scope.definition, tuple(steps), tuple(order[value] for value in body.outputs))


def define(graph: Graph, bodies: Sequence[Body], taken: Iterable[str]) -> Iterator[tuple[ClassDefinition, list[int]]]:
    """Make the class or, where they differ in too many numbers, the classes of uses with one structure.

    Each comes with the places of its uses in `bodies`.
    """
    names = set(taken)
    groups = [list(range(len(bodies)))]
    if len(_relate(graph, bodies)[0]) > MOST_PARAMETERS:
        split: dict[str, list[int]] = {}
        for place, body in enumerate(bodies):
            split.setdefault(repr([argument.value for argument in _arguments(body)]), []).append(place)
        groups = list(split.values())
    for group in groups:
        members = tuple(bodies[place] for place in group)
        parameters, texts = _relate(graph, members)
        name = unique(class_name(members[0].scope.definition), names, separator="", first=2)
        names.add(name)
        inputs = tuple(_input_names(members))
        yield ClassDefinition(name, members, parameters, texts, inputs, members[0].is_chain), group


def _arguments(body: Body) -> list[Argument]:
    return [argument for _, piece in body.modules for argument in arguments_of(piece)]


def _input_names(bodies: Sequence[Body]) -> list[str]:
    """Name the inputs: mentions that are one value at every use are one input."""
    mentions = list(zip(*(body.taken_in for body in bodies), strict=True))
    distinct = list(dict.fromkeys(mentions))
    names = ["x"] if len(distinct) == 1 else ["a", "b"] if len(distinct) == 2 else []
    names = names or [f"x{i}" for i in range(len(distinct))]
    return [names[distinct.index(mention)] for mention in mentions]


def _relate(graph: Graph, bodies: Sequence[Body]) -> tuple[tuple[Parameter, ...], tuple[str | None, ...]]:
    """Find the arguments that differ between uses, name them, and write each by as few parameters as will do."""
    columns = [
        (column[0].name, column[0].kind, tuple(argument.value for argument in column))
        for column in zip(*(_arguments(body) for body in bodies), strict=True)
    ]
    known = _channels(graph, bodies)
    varying = [column for column in columns if not all(is_same(value, column[2][0]) for value in column[2])]
    parameters: list[Parameter] = []
    for argument, kind, values in _by_rank(varying, known, bodies[0]):
        is_own = not _is_known(kind, values, known, bodies[0])
        if _text(kind, values, parameters, multiples=is_own) is None:
            inner = "c" if bodies[0].scope.kind == "cell" and "c" not in known else "c_mid"
            name = _parameter_name(argument, kind, values, known, inner, [p.name for p in parameters])
            parameters.append(Parameter(name, kind, values))
    texts = tuple(
        _text(kind, values, parameters) if column in varying else None
        for column in columns
        for _, kind, values in [column]
    )
    order = [*(name for name in known if name != "c_out"), "c", "c_mid", "c_out"]
    widths = sorted((p for p in parameters if p.kind == WIDTH), key=lambda p: (_place(p.name, order), p.name))
    return (*widths, *(p for p in parameters if p.kind != WIDTH)), texts


Column = tuple[str, str, Vector]


def _by_rank(columns: Sequence[Column], known: Mapping[str, Vector], body: Body) -> list[Column]:
    """Order what may become a parameter: in a cell from narrow to wide, in a block the input and the output first.

    A cell's width is that of its nodes, of which its output has several; a block is known by what it takes and gives.
    """
    if body.scope.kind == "cell":
        return sorted(columns, key=lambda column: column[2] if column[1] == WIDTH else ())
    return sorted(columns, key=lambda own: own[1] == WIDTH and not _is_known(own[1], own[2], known, body))


def _is_known(kind: str, values: Vector, known: Mapping[str, Vector], body: Body) -> bool:
    """Tell whether numbers are the channels that a block takes or gives."""
    return kind == WIDTH and body.scope.kind != "cell" and values in known.values()


def _text(kind: str, values: Vector, parameters: Sequence[Parameter], *, multiples: bool = True) -> str | None:
    text = relation(values, [p for p in parameters if p.kind == kind], multiples=multiples and kind == WIDTH)
    if text is None and kind == "padding":
        return _padding(values, [p for p in parameters if p.kind == "kernel_size"])
    return text


def _place(name: str, order: Sequence[str]) -> int:
    return order.index(name) if name in order else len(order) - 1


def _channels(graph: Graph, bodies: Sequence[Body]) -> dict[str, Vector]:
    """Give the channels of the inputs and the output at each use, under the names that they have as parameters."""
    names = _input_names(bodies)
    found: dict[str, Vector] = {}
    single = len(set(names)) == 1
    for mention, name in enumerate(names):
        types = [graph.type_of(body.taken_in[mention]) for body in bodies]
        found.setdefault("c_in" if single else f"c_{name}", tuple(map(_count, types)))
    if len(bodies[0].outputs) == 1:
        result = tuple(_count(graph.type_of(body.outputs[0])) for body in bodies)
        if single and result == found["c_in"]:
            return {"c": result}
        found["c_out"] = result
    return found


def _count(of: Type) -> int | None:
    return of.dims[CHANNELS[of.kind]] if of.kind in CHANNELS else None


def _parameter_name(
    argument: str, kind: str, values: Vector, known: Mapping[str, Vector], inner: str, taken: Sequence[str]
) -> str:
    if kind != WIDTH:
        return unique(argument if argument.isidentifier() and argument not in TAKEN else f"{argument}_", taken)
    name = next((name for name, vector in known.items() if vector == values and name not in taken), None)
    return name or unique(inner, taken)


def relation(values: Vector, bases: Sequence[Parameter], *, multiples: bool) -> str | None:
    """Write numbers by others: as equal to a parameter, or as its smallest multiple or whole part, at every use.

    >>> relation((72, 144), [Parameter("c", "width", (36, 72))], multiples=True)
    '2 * c'
    """
    for base in bases:
        if is_same(values, base.values):
            return base.name
    found: list[tuple[int, str]] = []
    for base in bases if multiples else ():
        if not all(type(value) is int and value > 0 for value in (*values, *base.values)):
            continue
        pairs = list(zip(values, base.values, strict=True))
        up, down = values[0] // base.values[0], base.values[0] // values[0]
        if up > 1 and all(value == up * own for value, own in pairs):
            found.append((up, f"{up} * {base.name}"))
        if down > 1 and all(value * down == own for value, own in pairs):
            found.append((down, f"{base.name} // {down}"))
    return min(found)[1] if found else None


def _padding(values: Vector, kernels: Iterable[Parameter]) -> str | None:
    """Write a padding by the size of the kernel, as it keeps the size of an image."""
    for kernel in kernels:
        pairs = list(zip(values, kernel.values, strict=True))
        if not all(type(value) is int and type(size) is int for value, size in pairs):
            continue
        if all(value == size // 2 for value, size in pairs):
            return f"{kernel.name} // 2"
        for dilation in (2, 3):
            if all(value == dilation * (size // 2) for value, size in pairs):
                return f"{dilation} * ({kernel.name} // 2)"
    return None


def _annotation(value: Any) -> str:
    if isinstance(value, tuple):
        return f"tuple[{', '.join(_annotation(item) for item in value)}]" if value else "tuple[()]"
    return "None" if value is None else type(value).__name__
