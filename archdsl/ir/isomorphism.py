"""Tells whether two forms are one but for the order of their text: by colors first, then by search.

A color is a number that depends on a vertex's place in its form alone. Refinement gives each vertex a color by its
label, its operands and its users, again and again, until no more vertices are told apart. Vertices of different forms
that correspond have equal colors; where colors are equal, a search decides.
"""

from collections import Counter
from collections.abc import Sequence

from .forms import NO_GROUP, Form, digest

Colors = Sequence[int]


def colors_of(form: Form) -> Colors:
    """Give each vertex its color."""
    ends: list[list[object]] = [[] for _ in form.vertices]
    for index, end in enumerate(form.ends):
        ends[end.vertex].append((index, end.place, end.name, end.auxiliary))
    return _refined(form, _downward(form, _upward(form, ends)))


def _upward(form: Form, ends: Sequence[Sequence[object]]) -> list[int]:
    """Color by what a vertex computes, all the way from the inputs."""
    colors: list[int] = []
    for vertex, own in zip(form.vertices, ends, strict=True):
        operands = sorted((slot, place, times, colors[other]) for other, slot, place, times in vertex.edges)
        colors.append(digest(vertex.label, operands, own))
    return colors


def _downward(form: Form, before: Colors) -> list[int]:
    """Color by what becomes of what a vertex computes, all the way to the outputs."""
    users: list[list[tuple[int, int, int, int]]] = [[] for _ in form.vertices]
    colors = [0] * len(form.vertices)
    for index in range(len(form.vertices) - 1, -1, -1):
        colors[index] = digest(before[index], sorted(users[index]))
        for other, slot, place, times in form.vertices[index].edges:
            users[other].append((slot, place, times, colors[index]))
    return colors


def _refined(form: Form, colors: Colors) -> Colors:
    """Color by the neighbors and by who shares the weights, until nothing more is told apart.

    Whoever shares weights is looked at once at least, for nothing else has told of that.
    """
    groups: dict[int, list[int]] = {}
    for index, vertex in enumerate(form.vertices):
        if vertex.group != NO_GROUP:
            groups.setdefault(vertex.group, []).append(index)
    known = len(set(colors))
    is_new = bool(groups)
    while is_new or known < len(colors):
        colors = _once(form, colors, list(groups.values()))
        is_new, before, known = False, known, len(set(colors))
        if known == before:
            break
    return colors


def _once(form: Form, colors: Colors, groups: Sequence[Sequence[int]]) -> list[int]:
    around: list[list[tuple[int, ...]]] = [[] for _ in form.vertices]
    for index, vertex in enumerate(form.vertices):
        for other, slot, place, times in vertex.edges:
            around[index].append((0, slot, place, times, colors[other]))
            around[other].append((1, slot, place, times, colors[index]))
    for group in groups:
        shared = sorted(colors[index] for index in group)
        for index in group:
            around[index].append((2, *shared))
    return [digest(color, sorted(own)) for color, own in zip(colors, around, strict=True)]


def are_isomorphic(one: Form, other: Form) -> bool:
    """Tell whether the vertices of two forms correspond one to one, with all that is known of them."""
    if one == other:
        return True
    if one.inputs != other.inputs or len(one.vertices) != len(other.vertices) or len(one.ends) != len(other.ends):
        return False
    return _correspond(one, colors_of(one), other, colors_of(other))


def _correspond(one: Form, ones: Colors, other: Form, others: Colors) -> bool:
    """Try the vertices of one color against each other, one after the other."""
    if sorted(ones) != sorted(others):
        return False
    sizes = Counter(ones)
    color, size = min(sizes.items(), key=lambda item: (item[1] == 1, item[1], item[0]))
    if size == 1:
        place = {color: index for index, color in enumerate(others)}
        return _is_mapped(one, other, [place[color] for color in ones])
    told = digest(color, "told apart")
    first = _refined(one, _with(ones, list(ones).index(color), told))
    return any(
        _correspond(one, first, other, _refined(other, _with(others, index, told)))
        for index, own in enumerate(others)
        if own == color
    )


def _with(colors: Colors, index: int, color: int) -> list[int]:
    return [*colors[:index], color, *colors[index + 1 :]]


def _is_mapped(one: Form, other: Form, places: Sequence[int]) -> bool:
    """Check that what is known of each vertex is known of the one that it is mapped to."""
    groups: dict[int, int] = {NO_GROUP: NO_GROUP}
    for vertex, place in zip(one.vertices, places, strict=True):
        image = other.vertices[place]
        edges = sorted(edge._replace(vertex=places[edge.vertex]) for edge in vertex.edges)
        if vertex.label != image.label or edges != sorted(image.edges):
            return False
        if groups.setdefault(vertex.group, image.group) != image.group:
            return False
    mapped = tuple(end._replace(vertex=places[end.vertex]) for end in one.ends)
    return len(set(groups.values())) == len(groups) and mapped == other.ends
