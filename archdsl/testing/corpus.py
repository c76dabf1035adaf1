"""Small spaces written by hand, the smallest first: each has one thing in it that operators get wrong."""

CORPUS: tuple[str, ...] = (
    # Nothing to decide.
    "network net(x: vec[2]) -> vec[2] = relu(x)",
    # One decision between two.
    "network net(x: vec[2]) -> vec[2] = x |> choose { a = relu | b = tanh }",
    # Alternatives with priors.
    "network net(x: vec[2]) -> vec[2] = x |> choose { a = relu weight 3 | b = tanh | c = sigmoid weight 0.5 }",
    # Numbers of which two differ in their types alone.
    """network net(x: vec[2]) -> vec[2] {
  let k = choose { 1 | 2.0 | 2 }
  return x |> (relu if k == 2 else tanh)
}""",
    # Decisions that do not depend on one another.
    """network net(x: vec[2]) -> vec[2] {
  let f = choose { a = relu | b = tanh }
  let n = choose one of 1..3
  return x |> repeat n { f }
}""",
    # A decision that only another leads to.
    "network net(x: vec[2]) -> vec[2] = x |> choose { a = relu | b = choose { p = tanh | q = sigmoid weight 2 } }",
    # A rule that is used twice, and decides anew at each use.
    """choice act(x) { a = relu | b = tanh | c = sigmoid }
network net(x: vec[2]) -> vec[2] = x |> act |> act""",
    # A cell that is used twice, and decides once.
    """cell act(x: vec[d]) { return x |> choose { a = relu | b = tanh } |> choose { c = sigmoid | d = identity } }
network net(x: vec[2]) -> vec[2] = x |> act |> act""",
    # A layer that is tied, and one whose weights are shared.
    """choice layer[c](x: vec[d]) { a = linear[c] | b = linear[c] |> relu }
network net(x: vec[2]) -> vec[2] {
  let f = tied layer[2]
  let g = shared layer[2]
  return x |> f |> g |> f |> g
}""",
    # A cell whose two uses admit different labels.
    """cell act[s](x: vec[d]) {
  return x |> choose { a = relu | b = tanh when s == 1 | c = sigmoid when s == 2 | d = identity }
}
network net(x: vec[2]) -> vec[2] = x |> act[1] |> act[2]""",
    # A requirement that makes dead ends.
    """network net(x: vec[2]) -> vec[2] {
  let a = choose one of 0..2
  let b = choose one of 0..2
  require a + b > 0 and a + b <= 2
  return x |> repeat a + b { relu }
}""",
    # No decision can change alone.
    """network net(x: vec[2]) -> vec[2] {
  let a = choose one of 1..3
  let b = choose one of 1..3
  require a == b
  return x |> repeat a + b { relu }
}""",
    # Alternatives that another decision removes.
    """network net(x: vec[2]) -> vec[2] {
  let n = choose one of 1..2
  return x |> repeat n { relu } |> choose { a = tanh | b = sigmoid when n == 1 | c = identity when n == 2 }
}""",
    # Subsets of a list, and of written alternatives.
    """network net(x: vec[2]) -> vec[2] {
  let some = choose any of [1, 2, 3]
  let more = choose 1..2 of { a = 1 | b = 2 when 1 in some | c = 3 }
  return x |> repeat 1 + len(some) + len(more) { relu }
}""",
    # A node for each of two sources, with an op on each edge that is taken.
    """choice edge(x) { none = zero | skip = identity | act = relu }
cell nodes_of(x: vec[d]) {
  nodes h[2] after (x) { return sum(edge(e) for e in choose 1..2 of earlier) }
  return mean(h)
}
network net(x: vec[2]) -> vec[2] = x |> nodes_of""",
    # As many decisions as another says, and what may be absent.
    """choice act(x) { a = relu | b = tanh }
network net(x: vec[2]) -> vec[2] {
  let y = x |> repeat choose one of 0..2 { act }
  return y + (choose { none = absent | some = act })(x)
}""",
    # A family of cells, of which one may be unused.
    """cell act[m in 0..1](x: vec[d]) = x |> choose { a = relu | b = tanh when m == 0 | c = sigmoid }
network net(x: vec[2]) -> vec[2] = x |> act[0] |> (choose { first = act[0] | second = act[1] })""",
    # A recursive grammar that uses one rule twice.
    """block term(x: vec[d]) depth 2 = x |> choose { a = relu | b = tanh | both = term |> term }
network net(x: vec[2]) -> vec[2] = x |> term""",
    # Settings of the training.
    """network net(x: vec[2]) -> vec[2] {
  setting epochs = choose one of 1..3
  setting warm = choose { true | false }
  return x |> choose { a = relu | b = tanh }
}""",
)
"""Texts of spaces of at most some sixty architectures each."""

REAL = """network net(x: vec[2]) -> vec[2] {
  setting rate = choose one of 1e-4..1e-1
  return x |> choose { a = relu | b = tanh }
}"""
"""A space with a real setting, whose architectures cannot be counted."""

GRAPHS: tuple[str, ...] = (
    # An output that is an input.
    "network net(x: vec[2]) -> vec[2] = x",
    # An identity between others.
    "network net(x: vec[2]) -> vec[2] = x |> relu |> identity |> tanh",
    # Two ops of one kind on one tensor, each with weights of its own.
    "network net(x: vec[2]) -> vec[2] = linear[2](x) + linear[2](x)",
    # One layer that is applied twice.
    """network net(x: vec[2]) -> vec[2] {
  let f = shared linear[2]
  return f(x) + f(relu(f(x)))
}""",
    # Equal ops without weights, and an operand that is taken twice.
    "network net(x: vec[2]) -> vec[2] = tanh(x) + tanh(x) + x + x",
    # A sum of sums, of which an inner one is needed elsewhere.
    """network net(x: vec[2], y: vec[2]) -> (vec[2], vec[2]) {
  let s = sum([x, relu(y), y])
  return sum([s, x, s]), product(s, y)
}""",
    # Zeros in a sum, in a mean, in a product and in a maximum.
    """network net(x: vec[2], y: vec[2]) -> (vec[2], vec[2], vec[2], vec[2]) {
  let z = zero(x)
  return sum([x, z, y]), mean([x, z, y]), sum([product(x, z), y]), maximum([x, z])
}""",
    # Zeros that pass through activations, pools and convolutions, and not through all of them.
    """network net(x: image[2, 3, 3]) -> (image[2, 3, 3], image[2, 3, 3], image[2, 3, 3]) {
  let z = zero(x) |> relu |> conv[2, 3] |> max_pool[3]
  return x + z, x + sigmoid(z), x + conv[2, 1, bias = true](z)
}""",
    # A norm of zeros, whose shift remains.
    "network net(x: image[2, 3, 3]) -> image[2, 3, 3] = x + bn(zero(x)) + bn[affine = false](zero(x))",
    # What is drawn twice is not the same.
    "network net(x: vec[2]) -> vec[2] = drop_path[0.5](x) + drop_path[0.5](x)",
    # A recurrent cell, with an identity and a sum of sums in its step.
    """block step(x: vec[2], h: vec[2]) -> vec[2] = tanh(sum([linear[2](x), h + h, zero(h), identity(h)]))
network net(x: seq[3, 2]) -> seq[3, 2] {
  let y, last = scan[step](x)
  return y
}""",
    # Ops with several operands whose order matters.
    """network net(x: image[2, 3, 3], y: image[2, 3, 3]) -> image[2, 3, 3] {
  let a, b = split[2](concat(y, x, y) |> conv[4, 1])
  return concat(b, a) |> avg_pool[3] |> conv[2, 3, groups = 2] |> bn |> relu
}""",
)
"""Networks without choices, the smallest first: each has one thing in it that rewrites get wrong."""
