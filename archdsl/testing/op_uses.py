"""Uses of the standard ops, drawn by construction: attributes and input types that the declarations admit."""

from dataclasses import dataclass

from hypothesis import strategies as st

from archdsl.ir import CHANNELS, Attribute, SharedLayer, Type

Size = int | tuple[int, ...]
Draw = st.DrawFn


@dataclass(frozen=True)
class OpInstance:
    """An op with all its statics, and the types of its inputs."""

    op: str
    attributes: dict[str, Attribute]
    types: tuple[Type, ...]

    @property
    def kind(self) -> str:
        """The kind of the first input."""
        return self.types[0].kind if self.types else ""

    @property
    def words(self) -> int:
        """One more than the greatest index that tokens among the inputs may have."""
        words = self.attributes.get("vocab", 7)
        assert isinstance(words, int)
        return words


small = st.integers(1, 6)
rates = st.sampled_from([0, 0.0, 0.25, 0.5])
epsilons = st.sampled_from([1e-5, 1e-3, 0.1])


def _along(size: Size, axes: int) -> tuple[int, ...]:
    return (size,) * axes if isinstance(size, int) else size


def _pair(size: Size) -> tuple[int, int]:
    height, width = _along(size, 2)
    return height, width


def _sizes(low: int, high: int, axes: int = 2) -> st.SearchStrategy[Size]:
    one = st.integers(low, high)
    return one | st.tuples(*[one] * axes)


WINDOWED = {"signal": 1, "image": 2, "volume": 3}
"""The kinds that windows slide over, and along how many axes."""


@st.composite
def _windowed(draw: Draw, kind: str, c: int | None = None, least: tuple[int, ...] = ()) -> Type:
    """Signals, images or volumes of at least so many elements along each axis, seldom square."""
    more = 7 if kind == "image" else 3
    sides = [side + draw(st.integers(0, more)) for side in least or (1,) * WINDOWED[kind]]
    return Type(kind, (c or draw(small), *sides))


def _images(c: int | None = None, h: int = 1, w: int = 1) -> st.SearchStrategy[Type]:
    return _windowed("image", c, (h, w))


vectors = st.builds(lambda d: Type("vec", (d,)), small)
sequences = st.builds(lambda t, d: Type("seq", (t, d)), small, small)
words = st.builds(lambda t: Type("tokens", (t,)), small)
kinds: dict[str, st.SearchStrategy[Type]] = {
    "image": _images(),
    "vec": vectors,
    "seq": sequences,
    "signal": _windowed("signal"),
    "volume": _windowed("volume"),
}
tensors = st.one_of(*kinds.values())
"""Tensors of any kind of numbers."""


def _of_kinds(*names: str) -> st.SearchStrategy[Type]:
    """One tensor of one of some kinds."""
    return st.one_of(*(kinds[name] for name in names))


channelled = _of_kinds("image", "vec", "seq", "signal", "volume")
"""Tensors whose channels an op takes apart or puts together."""


@st.composite
def _windows(draw: Draw, axes: int, *, pools: bool) -> tuple[dict[str, Attribute], tuple[int, ...]]:
    """A kernel, stride, dilation and padding, and the least size along each axis that they need."""
    pad: str | Size = draw(st.sampled_from(["same", "valid", "number"]))
    if pad == "same":
        odd = st.sampled_from([1, 3, 5])
        kernel: Size = draw(odd | st.tuples(*[odd] * axes))
    else:
        kernel = draw(_sizes(1, 5, axes))
    dilation = 1 if pools else draw(_sizes(1, 3, axes))
    extents = [d * (k - 1) + 1 for k, d in zip(_along(kernel, axes), _along(dilation, axes), strict=True)]
    around: tuple[int, ...] = (0,) * axes
    if pad == "same":
        around = tuple(extent // 2 for extent in extents)
    elif pad == "number":
        most = [k // 2 if pools else 3 for k in _along(kernel, axes)]
        pad = draw(st.integers(0, min(most)) | st.tuples(*(st.integers(0, high) for high in most)))
        around = _along(pad, axes)
    least = tuple(max(1, extent - 2 * added) for extent, added in zip(extents, around, strict=True))
    statics: dict[str, Attribute] = {"kernel": kernel, "stride": draw(_sizes(1, 3, axes)), "pad": pad}
    if not pools:
        statics["dilation"] = dilation
    return statics, least


@st.composite
def _convs(draw: Draw) -> OpInstance:
    kind = draw(st.sampled_from(sorted(WINDOWED)))
    statics, least = draw(_windows(WINDOWED[kind], pools=False))
    groups = draw(st.integers(1, 4))
    depth = draw(st.integers(1, 3))
    statics |= {"out": groups * draw(st.integers(1, 3)), "groups": groups, "bias": draw(st.booleans())}
    order = ("out", "kernel", "stride", "dilation", "groups", "bias", "pad")
    x = draw(_windowed(kind, groups * depth, least))
    return OpInstance("conv", {name: statics[name] for name in order}, (x,))


def _pools(op: str) -> st.SearchStrategy[OpInstance]:
    @st.composite
    def build(draw: Draw) -> OpInstance:
        kind = draw(st.sampled_from(sorted(WINDOWED)))
        statics, least = draw(_windows(WINDOWED[kind], pools=True))
        statics = {name: statics[name] for name in ("kernel", "stride", "pad")}
        return OpInstance(op, statics, (draw(_windowed(kind, None, least)),))

    return build()


def _of(
    types: st.SearchStrategy[Type], op: str, **statics: st.SearchStrategy[Attribute]
) -> st.SearchStrategy[OpInstance]:
    return st.builds(lambda x, known: OpInstance(op, known, (x,)), types, st.fixed_dictionaries(statics))


def _elementwise(op: str, **statics: st.SearchStrategy[Attribute]) -> st.SearchStrategy[OpInstance]:
    return _of(tensors, op, **statics)


def _of_image(op: str, **statics: st.SearchStrategy[Attribute]) -> st.SearchStrategy[OpInstance]:
    return _of(_images(), op, **statics)


def _joins(op: str) -> st.SearchStrategy[OpInstance]:
    return st.builds(lambda x, n: OpInstance(op, {}, (x,) * n), tensors, st.integers(1, 4))


def _with_channels(x: Type, channels: int, place: int | None = None) -> Type:
    """Give a tensor with another number of channels, or another size in another place."""
    at = CHANNELS[x.kind] if place is None else place
    return Type(x.kind, (*x.dims[:at], channels, *x.dims[at + 1 :]))


@st.composite
def _concats(draw: Draw, op: str, types: st.SearchStrategy[Type], place: int | None = None) -> OpInstance:
    first = draw(types)
    widths = draw(st.lists(small, min_size=1, max_size=4))
    return OpInstance(op, {}, tuple(_with_channels(first, width, place) for width in widths))


@st.composite
def _scales(draw: Draw) -> OpInstance:
    x = draw(_of_kinds("image", "seq", "signal", "volume"))
    return OpInstance("scale", {}, (x, Type("vec", (x.dims[CHANNELS[x.kind]],))))


@st.composite
def _unembeddings(draw: Draw) -> OpInstance:
    x = draw(_of_kinds("vec", "seq"))
    table = SharedLayer("embed", (("vocab", draw(small)), ("d", x.dims[-1])))
    return OpInstance("unembed", {"table": table}, (x,))


@st.composite
def _attentions(draw: Draw) -> OpInstance:
    heads, causal = draw(st.integers(1, 3)), draw(st.booleans())
    t, d, e = draw(small), heads * draw(st.integers(1, 3)), heads * draw(st.integers(1, 3))
    s = t if causal else draw(small)
    types = (Type("seq", (t, d)), Type("seq", (s, d)), Type("seq", (s, e)))
    return OpInstance("attention", {"heads": heads, "causal": causal}, types)


@st.composite
def _layouts(draw: Draw) -> OpInstance:
    size = draw(_sizes(1, 4))
    height, width = _pair(size)
    return OpInstance("to_image", {"size": size}, (Type("seq", (height * width, draw(small))),))


@st.composite
def _splits(draw: Draw) -> OpInstance:
    n, rest = draw(small), draw(small)
    return OpInstance("split", {"n": n}, (_with_channels(draw(channelled), n + rest),))


@st.composite
def _crops(draw: Draw) -> OpInstance:
    x = draw(channelled)
    return OpInstance("crop", {"out": draw(st.integers(1, x.dims[CHANNELS[x.kind]]))}, (x,))


@st.composite
def _widenings(draw: Draw) -> OpInstance:
    x = draw(channelled)
    return OpInstance("widen", {"out": x.dims[CHANNELS[x.kind]] + draw(st.integers(0, 5))}, (x,))


@st.composite
def _center_crops(draw: Draw) -> OpInstance:
    size = draw(_sizes(1, 6))
    return OpInstance("center_crop", {"size": size}, (draw(_images(None, *_pair(size))),))


@st.composite
def _shuffles(draw: Draw) -> OpInstance:
    groups, kind = draw(st.integers(1, 4)), draw(st.sampled_from(sorted(WINDOWED)))
    return OpInstance("channel_shuffle", {"groups": groups}, (draw(_windowed(kind, groups * draw(st.integers(1, 4)))),))


def _norms(op: str, *names: str, **more: st.SearchStrategy[Attribute]) -> st.SearchStrategy[OpInstance]:
    return _of(_of_kinds(*names), op, affine=st.booleans(), eps=epsilons, **more)


@st.composite
def _strided(draw: Draw) -> OpInstance:
    kind = draw(st.sampled_from(sorted(WINDOWED)))
    return OpInstance("zero", {"stride": draw(_sizes(1, 3, WINDOWED[kind]))}, (draw(_windowed(kind)),))


momenta = st.sampled_from([0, 0.1, 1.0])

INSTANCES: dict[str, st.SearchStrategy[OpInstance]] = {
    "conv": _convs(),
    "linear": _of(_of_kinds("vec", "seq"), "linear", out=small, bias=st.booleans()),
    "add_bias": _of(_of_kinds("vec", "seq"), "add_bias"),
    "embed": _of(words, "embed", vocab=small, d=small),
    "unembed": _unembeddings(),
    "attention": _attentions(),
    "softmax": _of(_of_kinds("vec", "seq"), "softmax"),
    "prepend_token": _of(sequences, "prepend_token"),
    "add_position": _of(sequences, "add_position"),
    "bn": _norms("bn", "vec", "image", "signal", "volume", momentum=momenta),
    "layer_norm": _norms("layer_norm", "vec", "seq", "image", "signal", "volume"),
    "max_pool": _pools("max_pool"),
    "avg_pool": _pools("avg_pool"),
    "global_avg_pool": _of(_of_kinds("image", "seq", "signal", "volume"), "global_avg_pool"),
    "identity": _of(tensors | words, "identity"),
    **{
        op: _elementwise(op)
        for op in ("relu", "relu6", "sigmoid", "tanh", "hard_sigmoid", "hard_swish", "swish", "gelu")
    },
    "leaky_relu": _elementwise("leaky_relu", slope=st.sampled_from([0.01, 0.2, 1])),
    **{op: _joins(op) for op in ("add", "mean", "product", "maximum")},
    "lerp": st.builds(lambda x: OpInstance("lerp", {}, (x,) * 3), tensors),
    "learned_lerp": st.builds(lambda x: OpInstance("learned_lerp", {}, (x,) * 2), tensors),
    "concat": _concats("concat", channelled),
    "concat_steps": _concats("concat_steps", sequences, 0),
    "scale": _scales(),
    "split": _splits(),
    "crop": _crops(),
    "widen": _widenings(),
    "center_crop": _center_crops(),
    "zero_pad": _of_image("zero_pad", border=_sizes(0, 3)),
    "resize": _of_image("resize", size=_sizes(1, 12)),
    "resize_bilinear": _of_image("resize_bilinear", size=_sizes(1, 12), align_corners=st.booleans()),
    "to_seq": _of(_of_kinds("image", "signal", "volume"), "to_seq"),
    "to_image": _layouts(),
    "to_signal": _of(sequences, "to_signal"),
    "shift": _of_image("shift"),
    "channel_shuffle": _shuffles(),
    "first_step": _of(sequences, "first_step"),
    "last_step": _of(sequences, "last_step"),
    "flatten": _of(_of_kinds("image", "seq", "signal", "volume"), "flatten"),
    "zero": _strided() | _of(_of_kinds("vec", "seq"), "zero", stride=st.just(1)),
    "dropout": _elementwise("dropout", rate=rates),
    "channel_dropout": _of(_of_kinds("image", "seq", "signal", "volume"), "channel_dropout", rate=rates),
    "drop_path": _elementwise("drop_path", rate=rates),
}
"""How to draw a use of each standard op."""
