"""What becomes of an op that looks through windows when they grow: zeros around them change nothing."""

from archdsl.ir import Attribute, Type

from .channels import Use


def grown(use: Use, by: int) -> Use | None:
    """Give an op whose windows reach `by` places further on each side of each axis, its results as large as before.

    None where its declaration allows no such use, or has no such law.
    """
    facts = use.facts
    if "sums_windows" not in facts.laws:
        return None
    statics = dict(use.attributes)
    axes = len(use.types[0].dims) - 1
    kernel, dilation = _along(statics["kernel"], axes), _along(statics.get("dilation", 1), axes)
    values: dict[str, Attribute] = {"kernel": _packed([size + 2 * by for size in kernel])}
    if statics["pad"] != "same":
        pad = [0] * axes if statics["pad"] == "valid" else _along(statics["pad"], axes)
        values["pad"] = _packed([own + by * step for own, step in zip(pad, dilation, strict=True)])
    other = use.with_values(values)
    found = other.legal_facts()
    return other if found is not None and found.types == facts.types else None


def sees_more(use: Use, wider: Use) -> bool:
    """Tell whether each further place of grown windows meets at least one place of the input, along each axis."""
    return all(_first_and_last_meet(wider, axis) for axis in range(len(use.types[0].dims) - 1))


def _first_and_last_meet(use: Use, axis: int) -> bool:
    statics, axes = dict(use.attributes), len(use.types[0].dims) - 1
    size, dilation = _along(statics["kernel"], axes)[axis], _along(statics.get("dilation", 1), axes)[axis]
    stride = _along(statics.get("stride", 1), axes)[axis]
    reach = dilation * (size - 1)
    pad = reach // 2 if statics["pad"] == "same" else _along(statics["pad"], axes)[axis]
    length, places = _length(use.types[0], axis), _length(use.facts.types[0], axis)
    starts = [stride * i - pad for i in range(places)]
    return any(0 <= at < length for at in starts) and any(0 <= at + reach < length for at in starts)


def _length(type_: Type, axis: int) -> int:
    return type_.dims[1 + axis]


def _along(size: Attribute, axes: int) -> list[int]:
    """Give a number for each axis."""
    numbers = list(size) if isinstance(size, tuple) else [size] * axes
    return [number for number in numbers if isinstance(number, int)]


def _packed(sizes: list[int]) -> Attribute:
    """Write sizes as one number where they are equal."""
    return sizes[0] if len(set(sizes)) == 1 else tuple(sizes)
