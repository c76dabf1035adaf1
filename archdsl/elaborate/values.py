"""What expressions evaluate to: static values, tensors, and layers (functions from tensors to tensors)."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, final

from archdsl.diagnostics import Span
from archdsl.ir import Guard, Interval, Label, SharedLayer, Type, Value
from archdsl.syntax import ast

from .addresses import Frame
from .faults import TooVague

if TYPE_CHECKING:
    from .flow import Flow
    from .program import ModuleScope


@final
@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor while elaborating: its type and, where a graph is built, the value in it.

    `index` is its place in the list that made it; `member` names it among all node lists, where `loose` needs to know.
    `node` and `flow` say which member it is, and what it is made of, where a quantity asks for it. `serial` tells it
    from all others where costs are accounted for; values are not told apart by it.
    `graph` tells which graph the value belongs to: a region takes others in as captures. Where choices are kept open,
    `lacking` tells that some architecture lacks the tensor, and the index may depend on a choice.
    """

    type: Type
    value: Value | None = None
    graph: int = 0
    index: "int | Lifted | None" = None
    member: "str | OneMember | None" = None
    lacking: "Lacking | None" = None
    node: tuple[str, int] | None = None
    flow: "Flow | None" = None
    origin: Span | None = field(default=None, compare=False, repr=False)
    serial: int = field(default=0, compare=False, repr=False)


@final
@dataclass(frozen=True, slots=True)
class OneMember:
    """Which member of the node lists a tensor is that an open choice took from several; in some cases none of them."""

    cases: tuple[tuple[Guard, "str | OneMember | None"], ...]

    def named(self, name: str) -> "OneMember":
        """Give the cases that are no member a name."""
        cases = tuple(
            (guard, member.named(name) if isinstance(member, OneMember) else member or name)
            for guard, member in self.cases
        )
        return OneMember(cases)


@final
@dataclass(frozen=True, slots=True)
class Lacking:
    """When a tensor is in an architecture, where choices are kept open.

    `is_zero` tells that where it is not, its value is 0; `whole` is the tensor as it was before its guard made it so.
    """

    guard: Guard
    is_zero: bool = False
    whole: "Tensor | None" = None


@final
@dataclass(frozen=True, slots=True)
class Absent:
    """The tensor that is not there: joins skip it, layers pass it on."""


ABSENT: Final = Absent()

TensorLike = Tensor | Absent


@final
@dataclass(frozen=True, slots=True)
class Several:
    """The results of a layer that gives more than one."""

    values: tuple["Any_", ...]


@final
@dataclass(frozen=True, slots=True)
class Subset:
    """What `choose k of xs` gives: elements of a list, with their positions in it, or alternatives with their labels.

    An empty one remembers whether it is `of_tensors`, which its elements cannot tell.
    """

    items: tuple["Any_", ...]
    positions: tuple[int | str, ...]
    of_tensors: bool = False


NO_TENSORS: Final = Subset((), (), of_tensors=True)
"""The list of no tensors: joined, it is absent."""


@final
@dataclass(frozen=True, slots=True)
class Defined:
    """An op, a block, a choice, a cell or a network with some of its statics given.

    `part` is what the use adds to an address; `chosen` are those of the statics that depend on a choice.
    """

    definition: ast.OpDefinition | ast.Composite = field(compare=False)
    scope: "ModuleScope" = field(compare=False, repr=False)
    given: tuple[tuple[str, "Any_"], ...]
    open: tuple[str, ...]
    part: str
    span: Span = field(compare=False, repr=False)
    identity: int = 0
    chosen: tuple[str, ...] = field(default=(), compare=False)
    size: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", 1 + sum(size_of(value) for _, value in self.given))

    def with_chosen(self, names: Iterable[str]) -> "Defined":
        """Say that more of the statics depend on a choice."""
        return replace(self, chosen=tuple(dict.fromkeys((*self.chosen, *names))))


@final
@dataclass(frozen=True, slots=True)
class Composed:
    """`first |> second`; `size` counts the layers that it is made of."""

    first: "Layer"
    second: "Layer"
    size: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", size_of(self.first) + size_of(self.second))


@final
@dataclass(frozen=True, slots=True)
class Named:
    """A layer under one more part of the address: the name it was bound to, or the label that chose it."""

    part: str
    layer: "Layer"


@final
@dataclass(frozen=True, slots=True)
class Repeated:
    """`repeat n as i { layer }`; `body` is evaluated anew at each iteration."""

    count: "int | Lifted"
    repeat: ast.Repeat = field(compare=False)
    env: "Env" = field(compare=False, repr=False)
    part: str
    identity: tuple[object, ...]
    size: int = field(default=1, compare=False)


@final
@dataclass(frozen=True, slots=True)
class Tied:
    """A layer whose choices are made once, under `root`, however often it is applied.

    The layer's expression is evaluated once, when the value is made; the choices that its application makes are what
    is tied. `shared` says that the weights are one as well.
    """

    root: str
    instance: str
    layer: "Layer"
    shared: bool


@final
@dataclass(frozen=True, slots=True)
class Open:
    """A choice between layers that is kept open: applied, it becomes one `Choose` node.

    `part` is what the choice adds to the node's address, and to those of its alternatives if they have labels; the
    elements of a list have addresses of their own.
    """

    address: str
    part: str
    alternatives: tuple[tuple[Label, "Layer | Absent"], ...]
    span: Span = field(compare=False, repr=False)
    is_labelled: bool = True
    size: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", 1 + sum(size_of(layer) for _, layer in self.alternatives))


@final
@dataclass(frozen=True, slots=True)
class Lifted:
    """A value that depends on an open choice: one for each label that the choice can have here.

    A case may be lifted itself, by a choice that is made under its label alone. No case is a tensor: an open choice
    between tensors is a node.
    """

    address: str
    among: tuple[Label, ...]
    cases: tuple["Any_", ...]


@final
@dataclass(frozen=True, slots=True)
class Guarded:
    """A list whose elements are in it under guards, as open choices have it: mapped first, selected after.

    `positions` are those that its elements have in each architecture; None where they depend on what else is in it.
    """

    items: tuple["Any_", ...]
    guards: tuple[Guard, ...]
    positions: tuple[int | str, ...] | None
    instance: str
    span: Span = field(compare=False, repr=False)


@final
@dataclass(frozen=True, slots=True)
class Maybe:
    """What a comprehension over a guarded list makes of an element."""

    value: "Any_"
    guard: Guard
    source: Guarded = field(compare=False, repr=False)


@final
@dataclass(frozen=True, slots=True)
class Scanned:
    """`scan[cell, starts]`: a layer that runs a recurrent cell over a sequence; `places` are those of the starts."""

    cell: "Layer"
    starts: tuple[TensorLike, ...]
    part: str
    span: Span = field(compare=False, repr=False)
    places: tuple[Span, ...] = field(compare=False, repr=False)
    size: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", 1 + size_of(self.cell) + len(self.starts))


@final
@dataclass(frozen=True, slots=True)
class FunctionValue:
    """A static function."""

    definition: ast.Function = field(compare=False)
    scope: "ModuleScope" = field(compare=False, repr=False)
    identity: int = 0


@final
@dataclass(frozen=True, slots=True)
class Builtin:
    """A static builtin or a join, by name."""

    name: str


@final
@dataclass(frozen=True, slots=True)
class Unread:
    """A setting that the program cannot read: its value is a real number of `interval`."""

    interval: Interval


@final
@dataclass(frozen=True, slots=True, eq=False)
class Uncertain:
    """A list of tensors, some of which may not be in it, where a walk stands for many; it can be compared with none."""

    items: tuple[Tensor, ...]
    may_lack: tuple[bool, ...]

    def __eq__(self, other: object) -> bool:
        raise TooVague

    def __hash__(self) -> int:
        return hash((self.items, self.may_lack))


@final
@dataclass(frozen=True, slots=True)
class Differing:
    """A dim that is not one number, where a walk stands for many; it can be bound and not be read."""


DIFFERS: Final = Differing()

Layer = Defined | Composed | Named | Repeated | Tied | Open | Scanned | Lifted
LONGEST_SHOWN = 40
"""The characters of a string that a diagnostic repeats."""
LAYERS: Final = (Defined, Composed, Named, Repeated, Tied, Open, Scanned)

Any_ = (
    int | float | bool | str | tuple["Any_", ...] | Tensor | Absent | Several | Subset | Guarded | Maybe | Layer
    | FunctionValue | Builtin | Unread | SharedLayer | Uncertain | Differing
)  # fmt: skip


@final
@dataclass(frozen=True, slots=True)
class Env:
    """The names in sight, the file they are seen from, and where in the address we are.

    `chosen` are the names whose values depend on a choice.
    """

    scope: "ModuleScope"
    names: Mapping[str, Any_]
    frame: Frame
    chosen: frozenset[str] = frozenset()

    def bind(self, name: str, value: Any_, *, chosen: bool = False) -> "Env":
        """Give the environment with one more name."""
        return Env(self.scope, {**self.names, name: value}, self.frame, self.chosen | {name} if chosen else self.chosen)

    def at(self, frame: Frame) -> "Env":
        """Give the same names at another address."""
        return Env(self.scope, self.names, frame, self.chosen)


def identity_of(value: Any_) -> Hashable:
    """Give a form of a value in which 1, 1.0 and `true` differ, which `==` does not tell apart."""
    if type(value) is int or type(value) is Tensor:
        return value
    match value:
        case bool() | float():
            return (type(value), value)
        case tuple():
            return tuple(map(identity_of, value))
        case Several(values=values):
            return (Several, *map(identity_of, values))
        case Subset(items=items, positions=positions):
            return (Subset, identity_of(items), positions, value.of_tensors)
        case Defined(given=given):
            return (Defined, value.identity, value.part, value.open, *((name, identity_of(v)) for name, v in given))
        case Composed(first=first, second=second):
            return (Composed, identity_of(first), identity_of(second))
        case Named(part=part, layer=layer):
            return (Named, part, identity_of(layer))
        case Repeated():
            return (Repeated, value.count, value.part, value.identity)
        case Scanned(cell=cell, starts=starts, part=part):
            return (Scanned, part, identity_of(cell), *starts)
        case Uncertain(items=items, may_lack=may_lack):
            return (Uncertain, items, may_lack)
        case Tied(layer=layer):
            return (Tied, value.root, value.instance, value.shared, identity_of(layer))
        case _:
            return value


def holds_tied(identity: Hashable) -> bool:
    """Tell whether some part of what `identity_of` gave is a tied layer: its decisions are made elsewhere."""
    return identity is Tied or (isinstance(identity, tuple) and any(map(holds_tied, identity)))


def size_of(value: Any_) -> int:
    """Count the parts that a value is made of; a part that stands in two places counts twice."""
    match value:
        case Composed() | Defined() | Repeated() | Open() | Scanned():
            return value.size
        case Named(layer=layer) | Tied(layer=layer):
            return size_of(layer)
        case tuple():
            return 1 + sum(map(size_of, value))
        case Subset(items=items) | Guarded(items=items) | Lifted(cases=items):
            return size_of(items)
        case Several(values=values):
            return size_of(values)
        case _:
            return 1


def is_layer(value: object) -> bool:
    """Tell whether a value can be applied to tensors."""
    if isinstance(value, Lifted):
        return all(is_layer(case) or isinstance(case, Absent) for case in value.cases)
    return isinstance(value, LAYERS)


def named(part: str, value: Any_) -> Any_:
    """Put layers, and those in lists, under one more part of the address."""
    if isinstance(value, (int, Tensor, str, float)):
        return value
    match value:
        case tuple(items) if _holds_layers(items):
            return tuple(named(part, item) for item in items)
        case Subset(items=items) | Guarded(items=items) if _holds_layers(items):
            return replace(value, items=tuple(named(part, item) for item in items))
        case Lifted(cases=cases) if not is_layer(value) and any(_holds_layers((case,)) for case in cases):
            return replace(value, cases=tuple(named(part, case) for case in cases))
        case _ if is_layer(value):
            return Named(part, value)  # type: ignore[arg-type]
        case _:
            return value


def _holds_layers(items: tuple[Any_, ...]) -> bool:
    """Tell whether a list, or a list in it, holds layers; a list is of one kind."""
    first = next((item for item in items if not isinstance(item, Absent)), None)
    match first:
        case tuple(inner) | Subset(items=inner) | Guarded(items=inner):
            return _holds_layers(inner)
        case Lifted(cases=cases) if not is_layer(first):
            return _holds_layers(cases)
        case _:
            return is_layer(first)


def with_member(tensor: Tensor, name: str) -> Tensor:
    """Name a tensor among all node lists, where it has no name yet."""
    member = tensor.member
    return replace(tensor, member=member.named(name) if isinstance(member, OneMember) else member or name)


def in_full(tensor: Tensor) -> Tensor:
    """Give a tensor as if it were in each architecture."""
    if tensor.lacking is None:
        return tensor
    own = tensor.lacking.whole or tensor
    return replace(tensor, value=own.value, graph=own.graph, lacking=None)


@final
@dataclass(frozen=True, slots=True)
class Auxiliary:
    """Marks an auxiliary result with its name."""

    name: str


def is_auxiliary(value: object) -> bool:
    """Tell whether a result of a body is an auxiliary one."""
    return isinstance(value, Several) and bool(value.values) and isinstance(value.values[0], Auxiliary)


def is_static(value: object) -> bool:
    """Tell whether a value is known while elaborating and can be an op's attribute."""
    return isinstance(value, (int, float, bool, str)) or (
        isinstance(value, tuple) and all(is_static(item) for item in value)
    )


def is_plain(value: object) -> bool:
    """Tell whether a value is made of numbers, bools and strings alone."""
    match value:
        case int() | float() | str():
            return True
        case tuple() | Subset():
            return all(map(is_plain, value if isinstance(value, tuple) else value.items))
        case _:
            return False


def describe(value: object) -> str:
    """Name a value for a diagnostic: `the int 3`, `a tensor image[3, 8, 8]`, `a layer`."""
    match value:
        case bool():
            return f"the bool `{str(value).lower()}`"
        case int() | float():
            return f"the {type(value).__name__} {value}"
        case str():
            return f'the string "{value if len(value) <= LONGEST_SHOWN else value[:LONGEST_SHOWN] + "…"}"'
        case Tensor(type=type_):
            return f"a tensor {type_}"
        case Absent():
            return "an absent tensor"
        case Several(values=values):
            return f"{len(values)} results"
        case FunctionValue() | Builtin():
            return "a function"
        case Unread():
            return "a real setting"
        case Guarded():
            return "an open choice"
        case Lifted(cases=cases) if not is_layer(value):
            return " or ".join(dict.fromkeys(map(describe, cases)))
        case tuple() | Subset():
            items = value if isinstance(value, tuple) else value.items
            return f"a list of {len(items)}"
        case _:
            return "a layer"


def text_of(value: object) -> str:
    """Write a static value as the language does."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case tuple():
            return f"[{', '.join(text_of(item) for item in value)}]"
        case Subset(items=items):
            return text_of(items)
        case int() | float():
            return repr(value)
        case _:
            return describe(value)
