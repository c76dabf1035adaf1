"""Where the weights of a changed graph come from: expressions over the tensors of the graph before it.

An expression is pure data: it says what is copied, taken, padded or drawn, and a backend does it. What is drawn at
random carries its own seed, so that all backends draw the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import prod, sqrt
from random import Random
from typing import final

from archdsl.ir import Graph

Shape = tuple[int, ...]
Place = tuple[str, str]
"""A tensor of a graph: the parameters key and the declared name."""


@final
@dataclass(frozen=True, slots=True)
class Parent:
    """A tensor of the graph before the change."""

    key: str
    name: str


@final
@dataclass(frozen=True, slots=True)
class Fresh:
    """What a backend gives a tensor of this name and shape to begin with."""

    name: str
    shape: Shape


@final
@dataclass(frozen=True, slots=True)
class Constant:
    """One number everywhere."""

    shape: Shape
    value: float


@final
@dataclass(frozen=True, slots=True)
class Identity:
    """The kernel that gives back what it sees: 1 where a channel meets itself in the middle of the window, else 0.

    The first axis is that of the results. Where the second is shorter, the channels are in groups of that size, each
    with kernels of its own.
    """

    shape: Shape


@final
@dataclass(frozen=True, slots=True)
class Normal:
    """Numbers drawn from a normal distribution around 0."""

    shape: Shape
    deviation: float
    seed: int


@final
@dataclass(frozen=True, slots=True)
class Take:
    """The entries at these places of an axis, in this order: a slice, a permutation, replicas."""

    of: "Expression"
    axis: int
    indices: tuple[int, ...]


@final
@dataclass(frozen=True, slots=True)
class Pad:
    """Zeros before and after along an axis."""

    of: "Expression"
    axis: int
    before: int
    after: int


@final
@dataclass(frozen=True, slots=True)
class Scale:
    """Each entry of an axis times its factor."""

    of: "Expression"
    axis: int
    factors: tuple[float, ...]


@final
@dataclass(frozen=True, slots=True)
class Join:
    """Tensors one after the other along an axis."""

    parts: "tuple[Expression, ...]"
    axis: int


@final
@dataclass(frozen=True, slots=True)
class Sum:
    """Tensors of one shape, each times its factor, added."""

    parts: "tuple[tuple[float, Expression], ...]"


@final
@dataclass(frozen=True, slots=True)
class Noisy:
    """A tensor and normal noise; its deviation is given relative to that of the tensor's entries."""

    of: "Expression"
    deviation: float
    seed: int


@final
@dataclass(frozen=True, slots=True)
class Root:
    """The square roots of the entries, a number added to each before: what a norm divides by."""

    of: "Expression"
    plus: float


@final
@dataclass(frozen=True, slots=True)
class Factor:
    """One of the two kernels whose product over all windows is nearest to a kernel: a window each channel, then a mix.

    `depthwise` gives a window for each channel of the input, else the kernel of size 1 that mixes the channels.
    """

    of: "Expression"
    depthwise: bool


Expression = Parent | Fresh | Constant | Identity | Normal | Take | Pad | Scale | Join | Sum | Noisy | Root | Factor


ONES = ("scale", "var")
"""The vectors that begin as ones; others begin as zeros."""


def initial(name: str, shape: Shape, seed: int) -> Expression:
    """Give what a tensor begins with where nobody says more: a matrix keeps the variance behind a ReLU.

    Vectors begin as in a norm that does nothing.
    """
    if len(shape) > 1:
        return Normal(shape, sqrt(2 / prod(shape[1:])), seed)
    return Constant(shape, 1.0 if name in ONES else 0.0)


def map_operands(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """Give an expression with its operands changed."""
    match expression:
        case Take(of=of) | Pad(of=of) | Scale(of=of) | Noisy(of=of) | Root(of=of) | Factor(of=of):
            return replace(expression, of=change(of))
        case Join(parts=parts):
            return replace(expression, parts=tuple(change(part) for part in parts))
        case Sum(parts=terms):
            return Sum(tuple((factor, change(part)) for factor, part in terms))
        case _:
            return expression


def shape_of(expression: Expression, parent: Callable[[Place], Shape]) -> Shape:
    """Give the shape of what an expression stands for.

    Raises:
        ValueError: its parts do not fit each other.
    """
    match expression:
        case Parent(key=key, name=name):
            return parent((key, name))
        case Fresh(shape=shape) | Constant(shape=shape) | Normal(shape=shape):
            return shape
        case Identity(shape=shape):
            out, inner, *window = shape
            if out % inner or any(size % 2 == 0 for size in window):
                raise ValueError(f"expected out % in == 0 and odd windows of an identity kernel, got {shape=}")
            return shape
        case Take(of=of, axis=axis, indices=indices):
            shape = shape_of(of, parent)
            if not all(0 <= index < shape[axis] for index in indices):
                raise ValueError(f"expected 0 <= index < {shape[axis]}, got {indices=}")
            return _with_axis(shape, axis, len(indices))
        case Pad(of=of, axis=axis, before=before, after=after):
            shape = shape_of(of, parent)
            return _with_axis(shape, axis, before + shape[axis] + after)
        case Scale(of=of, axis=axis, factors=factors):
            shape = shape_of(of, parent)
            if len(factors) != shape[axis]:
                raise ValueError(f"expected a factor for each of {shape[axis]} entries, got {len(factors)}")
            return shape
        case Join(parts=parts, axis=axis):
            shapes = [shape_of(part, parent) for part in parts]
            if len({_with_axis(shape, axis, 0) for shape in shapes}) != 1:
                raise ValueError(f"expected shapes that differ on axis {axis} alone, got {shapes}")
            return _with_axis(shapes[0], axis, sum(shape[axis] for shape in shapes))
        case Sum(parts=terms):
            shapes = [shape_of(part, parent) for _, part in terms]
            if len(set(shapes)) != 1:
                raise ValueError(f"expected one shape, got {shapes}")
            return shapes[0]
        case Noisy(of=of) | Root(of=of):
            return shape_of(of, parent)
        case Factor(of=of, depthwise=depthwise):
            out, inner, *window = shape_of(of, parent)
            return (inner, 1, *window) if depthwise else (out, inner, *(1 for _ in window))


def _with_axis(shape: Shape, axis: int, size: int) -> Shape:
    return (*shape[:axis], size, *shape[axis + 1 :])


@final
@dataclass(frozen=True, slots=True)
class WeightMap:
    """For each declared weight and buffer of a graph an expression over those of the graph before it.

    `carried` names, by parameters key, the ops whose undeclared tensors are those of an op of the graph before: all of
    its tensors where the declaration names none, what it keeps besides them elsewhere.
    """

    tensors: Mapping[Place, Expression] = field(default_factory=dict)
    carried: Mapping[str, str] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((frozenset(self.tensors.items()), frozenset(self.carried.items())))

    def then(self, later: "WeightMap") -> "WeightMap":
        """Give the map that does as much as this one and then `later` do, over the tensors that this one begins with.

        What is drawn fresh in between and then changed is drawn as a tensor of its own name and shape.
        """

        def earlier(expression: Expression) -> Expression:
            if isinstance(expression, Parent):
                return self.tensors[expression.key, expression.name]
            return map_operands(expression, earlier)

        carried = {key: self.carried[own] for key, own in later.carried.items() if own in self.carried}
        return WeightMap({place: earlier(own) for place, own in later.tensors.items()}, carried)


def inherit(parent: Graph, child: Graph) -> WeightMap:
    """Give each tensor of a graph that of another with the same key, name and shape; all else begins fresh.

    This is inheritance by address (Lamarckian), as in Large-Scale Evolution (Real et al., 2017, arXiv:1703.01041).
    """
    known = tensor_shapes(parent)
    tensors: dict[Place, Expression] = {
        (key, name): Parent(key, name) if known.get((key, name)) == shape else Fresh(name, shape)
        for (key, name), shape in tensor_shapes(child).items()
    }
    uses = {node.parameters: (node.owner, node.facts) for node in parent.operations()}
    carried = {
        node.parameters: node.parameters
        for node in child.operations()
        if uses.get(node.parameters) == (node.owner, node.facts)
    }
    return WeightMap(tensors, carried)


def moved(parent: Graph, child: Graph, tensors: Mapping[Place, Expression], rng: Random) -> WeightMap:
    """Give the map of a change that says where some tensors come from; the others are inherited or drawn from `rng`."""
    inherited = inherit(parent, child)
    whole = {
        place: initial(own.name, own.shape, rng.getrandbits(32)) if isinstance(own, Fresh) else own
        for place, own in (dict(inherited.tensors) | dict(tensors)).items()
        if place in inherited.tensors
    }
    return WeightMap(whole, inherited.carried)


def tensor_shapes(graph: Graph) -> dict[Place, Shape]:
    """Give the shapes of all declared weights and buffers of a graph."""
    return {(key, weight.name): weight.shape for key, weights in graph.weights().items() for weight in weights or ()}


def misfits(parent: Graph, child: Graph, weight_map: WeightMap) -> tuple[str, ...]:
    """Say what of a map does not fit its graphs: each tensor of the child has an expression, of its shape."""
    known, needed = tensor_shapes(parent), tensor_shapes(child)
    found = [f"`{key}` has no `{name}` in the child" for key, name in weight_map.tensors if (key, name) not in needed]
    for (key, name), shape in needed.items():
        expression = weight_map.tensors.get((key, name))
        if expression is None:
            found.append(f"`{name}` of `{key}` has no expression")
            continue
        try:
            given = shape_of(expression, lambda place: known[place])
        except KeyError as error:
            found.append(f"`{name}` of `{key}` reads {error}, which the parent does not have")
        except ValueError as error:
            found.append(f"`{name}` of `{key}`: {error}")
        else:
            if given != shape:
                found.append(f"`{name}` of `{key}` is {list(shape)}, its expression gives {list(given)}")
    keys = {node.parameters for node in parent.operations()}
    found += [
        f"`{key}` carries over `{own}`, which the parent does not have"
        for key, own in weight_map.carried.items()
        if own not in keys
    ]
    return tuple(found)
