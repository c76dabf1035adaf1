"""Weights between networks of other sizes: slices of a large one's, extracts of a supernet's (once-for-all style)."""

from random import Random

from archdsl.ir import Graph, Node, Weight

from .weight_map import Expression, Join, Pad, Parent, Place, Take, WeightMap, inherit, initial, moved, tensor_shapes


def extract(whole: Graph, part: Graph) -> WeightMap:
    """Give the map that takes every tensor of a network from a graph that has all of them, such as its supergraph.

    Raises:
        ValueError: a tensor is not there under its name, or has another shape.
    """
    known = tensor_shapes(whole)
    lacking = [place for place, shape in tensor_shapes(part).items() if known.get(place) != shape]
    if lacking:
        raise ValueError(
            f"expected every tensor in the whole graph, of its shape, {len(lacking)} are not: {lacking[:3]}"
        )
    return inherit(whole, part)


def resized(parent: Graph, child: Graph, rng: Random) -> WeightMap:
    """Give the map between two networks whose ops with one key differ in their widths and kernels.

    Of more channels the first are taken, of a larger window the middle (Cai et al., 2020, arXiv:1908.09791). Windows
    grow by zeros around them, channels by new ones. Ops that only the child has, as a deeper network, begin anew.
    """
    before = {node.parameters: node for node in parent.operations()}
    tensors: dict[Place, Expression] = {}
    for node in child.operations():
        other = before.get(node.parameters)
        if other is None or other.op != node.op:
            continue
        known = {own.name: own for own in other.facts.weights or ()}
        for weight in node.facts.weights or ():
            if weight.name in known and len(known[weight.name].shape) == len(weight.shape):
                place = (node.parameters, weight.name)
                tensors[place] = _fitted(node, known[weight.name], weight, rng)
    return moved(parent, child, tensors, rng)


def _fitted(node: Node, old: Weight, new: Weight, rng: Random) -> Expression:
    """Cut or fill up a tensor along each axis."""
    of: Expression = Parent(node.parameters, old.name)
    shape = old.shape
    for axis, size in enumerate(new.shape):
        length = shape[axis]
        is_window = "sums_windows" in node.facts.laws and axis >= 2
        start = (length - size) // 2 if is_window else 0
        if size < length:
            of = Take(of, axis, tuple(range(start, start + size)))
        elif size > length and is_window:
            of = Pad(of, axis, -start, size - length + start)
        elif size > length:
            more = (*shape[:axis], size - length, *shape[axis + 1 :])
            of = Join((of, initial(old.name, more, rng.getrandbits(32))), axis)
        shape = (*shape[:axis], size, *shape[axis + 1 :])
    return of
