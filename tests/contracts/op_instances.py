"""Uses of the standard ops, drawn by construction: attributes and input types that the declarations admit."""

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st

from archdsl.ir import Attribute, Type

Size = int | tuple[int, int]
Draw = st.DrawFn


@dataclass(frozen=True)
class OpInstance:
    """An op with all its statics, and the types of its inputs."""

    op: str
    attributes: dict[str, Attribute]
    types: tuple[Type, ...]


small = st.integers(1, 6)
rates = st.sampled_from([0, 0.0, 0.25, 0.5])
epsilons = st.sampled_from([1e-5, 1e-3, 0.1])


def pair(size: Size) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else size


def sizes(low: int, high: int) -> st.SearchStrategy[Size]:
    one = st.integers(low, high)
    return one | st.tuples(one, one)


@st.composite
def images(draw: Draw, c: int | None = None, h: int = 1, w: int = 1) -> Type:
    """Images of at least h x w, seldom square."""
    return Type("image", (c or draw(small), h + draw(st.integers(0, 7)), w + draw(st.integers(0, 7))))


vectors = st.builds(lambda d: Type("vec", (d,)), small)
tensors = st.one_of(
    images(),
    vectors,
    st.builds(lambda t, d: Type("seq", (t, d)), small, small),
    st.builds(lambda c, t: Type("signal", (c, t)), small, small),
    st.builds(lambda c, d, h, w: Type("volume", (c, d, h, w)), small, small, small, small),
)


@st.composite
def windows(draw: Draw, *, pools: bool) -> tuple[dict[str, Attribute], int, int]:
    """A kernel, stride, dilation and padding, and the least height and width that they need."""
    pad: str | Size = draw(st.sampled_from(["same", "valid", "number"]))
    if pad == "same":
        odd = st.sampled_from([1, 3, 5])
        kernel: Size = draw(odd | st.tuples(odd, odd))
    else:
        kernel = draw(sizes(1, 5))
    dilation = 1 if pools else draw(sizes(1, 3))
    extents = [d * (k - 1) + 1 for k, d in zip(pair(kernel), pair(dilation), strict=True)]
    around = [0, 0]
    if pad == "same":
        around = [extent // 2 for extent in extents]
    elif pad == "number":
        most = [k // 2 for k in pair(kernel)] if pools else [3, 3]
        pad = draw(st.integers(0, min(most)) | st.tuples(*(st.integers(0, high) for high in most)))
        around = list(pair(pad))
    least = [max(1, extent - 2 * added) for extent, added in zip(extents, around, strict=True)]
    statics: dict[str, Attribute] = {"kernel": kernel, "stride": draw(sizes(1, 3)), "pad": pad}
    if not pools:
        statics["dilation"] = dilation
    return statics, least[0], least[1]


@st.composite
def convs(draw: Draw) -> OpInstance:
    statics, h, w = draw(windows(pools=False))
    groups = draw(st.integers(1, 4))
    depth = draw(st.integers(1, 3))
    statics |= {"out": groups * draw(st.integers(1, 3)), "groups": groups, "bias": draw(st.booleans())}
    order = ("out", "kernel", "stride", "dilation", "groups", "bias", "pad")
    return OpInstance("conv", {name: statics[name] for name in order}, (draw(images(groups * depth, h, w)),))


def pools(op: str) -> st.SearchStrategy[OpInstance]:
    @st.composite
    def build(draw: Draw) -> OpInstance:
        statics, h, w = draw(windows(pools=True))
        return OpInstance(
            op, {name: statics[name] for name in ("kernel", "stride", "pad")}, (draw(images(None, h, w)),)
        )

    return build()


def elementwise(op: str, **statics: st.SearchStrategy[Attribute]) -> st.SearchStrategy[OpInstance]:
    return st.builds(lambda x, known: OpInstance(op, known, (x,)), tensors, st.fixed_dictionaries(statics))


def of_image(op: str, **statics: st.SearchStrategy[Attribute]) -> st.SearchStrategy[OpInstance]:
    return st.builds(lambda x, known: OpInstance(op, known, (x,)), images(), st.fixed_dictionaries(statics))


def of_vector(op: str, **statics: st.SearchStrategy[Attribute]) -> st.SearchStrategy[OpInstance]:
    return st.builds(lambda x, known: OpInstance(op, known, (x,)), vectors, st.fixed_dictionaries(statics))


def joins(op: str) -> st.SearchStrategy[OpInstance]:
    return st.builds(lambda x, n: OpInstance(op, {}, (x,) * n), tensors, st.integers(1, 4))


@st.composite
def concats(draw: Draw) -> OpInstance:
    first = draw(images())
    widths = draw(st.lists(small, min_size=1, max_size=4))
    return OpInstance("concat", {}, tuple(Type("image", (c, *first.dims[1:])) for c in widths))


@st.composite
def scales(draw: Draw) -> OpInstance:
    x = draw(images())
    return OpInstance("scale", {}, (x, Type("vec", x.dims[:1])))


def splits(op: str, kind: str) -> st.SearchStrategy[OpInstance]:
    def build(n: int, rest: int, size: tuple[int, int]) -> OpInstance:
        dims = (n + rest,) if kind == "vec" else (n + rest, *size)
        return OpInstance(op, {"n": n}, (Type(kind, dims),))

    return st.builds(build, small, small, st.tuples(small, small))


@st.composite
def crops(draw: Draw) -> OpInstance:
    x = draw(images())
    return OpInstance("crop", {"out": draw(st.integers(1, x.dims[0]))}, (x,))


@st.composite
def widenings(draw: Draw) -> OpInstance:
    x = draw(images())
    return OpInstance("widen", {"out": x.dims[0] + draw(st.integers(0, 5))}, (x,))


@st.composite
def center_crops(draw: Draw) -> OpInstance:
    size = draw(sizes(1, 6))
    return OpInstance("center_crop", {"size": size}, (draw(images(None, *pair(size))),))


@st.composite
def shuffles(draw: Draw) -> OpInstance:
    groups = draw(st.integers(1, 4))
    return OpInstance("channel_shuffle", {"groups": groups}, (draw(images(groups * draw(st.integers(1, 4)))),))


def norms(
    build: Callable[..., st.SearchStrategy[OpInstance]], op: str, **more: st.SearchStrategy[Attribute]
) -> st.SearchStrategy[OpInstance]:
    return build(op, affine=st.booleans(), eps=epsilons, **more)


momenta = st.sampled_from([0, 0.1, 1.0])

INSTANCES: dict[str, st.SearchStrategy[OpInstance]] = {
    "conv": convs(),
    "linear": of_vector("linear", out=small, bias=st.booleans()),
    "bn": norms(of_image, "bn", momentum=momenta),
    "vec_bn": norms(of_vector, "vec_bn", momentum=momenta),
    "layer_norm": norms(of_vector, "layer_norm"),
    "max_pool": pools("max_pool"),
    "avg_pool": pools("avg_pool"),
    "global_avg_pool": of_image("global_avg_pool"),
    **{
        op: elementwise(op)
        for op in ("identity", "relu", "relu6", "sigmoid", "tanh", "hard_sigmoid", "hard_swish", "swish", "gelu")
    },
    "leaky_relu": elementwise("leaky_relu", slope=st.sampled_from([0.01, 0.2, 1])),
    **{op: joins(op) for op in ("add", "mean", "product", "maximum")},
    "concat": concats(),
    "vec_concat": st.builds(
        lambda xs: OpInstance("vec_concat", {}, tuple(xs)), st.lists(vectors, min_size=1, max_size=4)
    ),
    "scale": scales(),
    "split": splits("split", "image"),
    "vec_split": splits("vec_split", "vec"),
    "crop": crops(),
    "widen": widenings(),
    "center_crop": center_crops(),
    "zero_pad": of_image("zero_pad", border=sizes(0, 3)),
    "resize": of_image("resize", size=sizes(1, 12)),
    "shift": of_image("shift"),
    "channel_shuffle": shuffles(),
    "flatten": of_image("flatten"),
    "zero": of_image("zero", stride=sizes(1, 3)),
    "vec_zero": of_vector("vec_zero"),
    "dropout": elementwise("dropout", rate=rates),
    "drop_path": elementwise("drop_path", rate=rates),
}
"""How to draw a use of each standard op."""
