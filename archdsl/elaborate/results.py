"""What the alternatives of a choice that is kept open give: tensors, and what is known of them."""

from collections.abc import Sequence

from archdsl.diagnostics import Span
from archdsl.ir import Guard, Is

from .builder import Builder
from .faults import fail
from .values import Absent, Any_, Guarded, Lifted, OneMember, Several, Subset, Tensor, TensorLike


def is_several(value: Any_) -> bool:
    """Tell whether a value is several tensors, none of which is absent."""
    return isinstance(value, Several) and all(isinstance(own, Tensor) for own in value.values)


def is_local(value: Any_, region: Builder) -> bool:
    """Tell whether a value holds a tensor of a region, which others cannot see."""
    match value:
        case Tensor(graph=graph):
            return graph == region.id
        case Several(values=items) | tuple(items) | Lifted(cases=items) | Subset(items=items) | Guarded(items=items):
            return any(is_local(item, region) for item in items)
        case _:
            return False


def tensors_of(value: Any_) -> tuple[Tensor, ...]:
    """Give the tensors that a value is, nothing where it is none."""
    match value:
        case Tensor():
            return (value,)
        case Several(values=values) if is_several(value):
            return values  # type: ignore[return-value]
        case _:
            return ()


def tensors_or_fail(value: Any_, span: Span) -> tuple[Tensor, ...]:
    """Give the tensors that an alternative gives; of an absent one there are none."""
    found = tensors_of(value)
    if not found and not isinstance(value, Absent):
        fail("open-choice", "only what gives tensors can be kept open here", span, "gives something else")
    return found


def joined(values: Sequence[TensorLike]) -> Any_:
    """Give tensors as what a layer gives."""
    return values[0] if len(values) == 1 else Several(tuple(values))


def index_of(place: int, given: Sequence[tuple[Guard, tuple[Tensor, ...]]], number: int) -> "int | Lifted | None":
    """Give the index in its list of a tensor that one choice takes from it."""
    first = given[0][0]
    if len(given) < number or not isinstance(first, Is):
        return None
    indices = {guard: tensors[place].index for guard, tensors in given}
    if None in indices.values() or not all(isinstance(guard, Is) and len(guard.labels) == 1 for guard in indices):
        return None
    if len(set(indices.values())) == 1:
        return next(iter(indices.values()))
    return Lifted(first.address, first.among, tuple(indices.values()))  # type: ignore[arg-type]


def member_of(place: int, given: Sequence[tuple[Guard, tuple[Tensor, ...]]]) -> OneMember | None:
    """Tell which member of a node list the result of a choice is."""
    cases = tuple((guard, tensors[place].member) for guard, tensors in given)
    return OneMember(cases) if any(member is not None for _, member in cases) else None


def are_one(alternatives: Sequence[tuple[Tensor, ...]]) -> bool:
    """Tell whether all alternatives give the same tensors, which stand at the same places in their lists."""
    return len(set(alternatives)) == 1
