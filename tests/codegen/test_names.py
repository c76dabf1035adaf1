"""Addresses become the names of modules, and can be read back from them."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import fx, nn

from archdsl.codegen import address_of, load_backend, module_path
from archdsl.codegen.names import RESERVED
from archdsl.searchspace import Space, load, loads, shipped
from archdsl.testing import sources
from tests.small import load_small

NAMES = ("s", "conv", "half", "training", "weight", "at1", "k3", "_modules", "a_b", "sep_conv_3x3", "code", "in", "x2")

names = st.sampled_from(NAMES)
labels = st.sampled_from(("skip", "at1", "at", "_x", "conv_3x3", "half", "a b", "k3"))
numbers = st.integers(0, 12).map(str)
values = st.sampled_from(["0", "3", "12", "relu", "true", "a_b", "0.25", "[3, 5]", '"same"', "-1"])
texts = st.text("ab1_ .,#@[]()=|>\"'$é\n", min_size=1, max_size=12)


@st.composite
def generators(draw: st.DrawFn) -> str:
    bindings = draw(st.dictionaries(st.sampled_from(["k", "e", "ratio", "n2"]), values, min_size=1, max_size=2))
    return f"[{','.join(f'{name}={value}' for name, value in bindings.items())}]"


@st.composite
def segments(draw: st.DrawFn) -> str:
    """Draw what stands between two dots: a name or a label, numbered, of a list, of a comprehension, of a generator."""
    text = draw(names | names | names | texts)
    if draw(st.booleans()):
        text += f"#{draw(numbers)}"
    tails = draw(
        st.lists(
            numbers.map("[{}]".format) | numbers.map("@{}".format) | labels.map("@{}".format) | generators(), max_size=2
        )
    )
    return text + "".join(tails)


addresses = st.lists(segments(), min_size=1, max_size=4).map(".".join) | texts


@given(addresses)
def test_an_address_is_read_back_from_its_path(address: str) -> None:
    assert address_of(module_path(address)) == address


@given(addresses)
def test_a_path_is_made_of_names_that_no_module_has(address: str) -> None:
    module: nn.Module = fx.GraphModule(nn.Module(), fx.Graph())
    for part in module_path(address).split("."):
        assert part.isascii()
        assert part.replace("_", "").isalnum() or set(part) == {"_"}
        assert not hasattr(module, part)
        module.add_module(part, nn.Module())
        module = module.get_submodule(part)


@given(st.lists(addresses, min_size=2, max_size=2, unique=True))
def test_two_addresses_have_two_paths(pair: list[str]) -> None:
    one, other = pair
    assert module_path(one) != module_path(other)


@given(addresses, segments())
def test_what_is_inside_of_an_address_has_a_path_inside_of_its_path(address: str, inside: str) -> None:
    assert module_path(f"{address}.{inside}").startswith(module_path(address) + ".")


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("s[3].op@1", "s.3.op.at1"),
        ("layer[0].mb[k=3,e=6].conv#1", "layer.0.mb.k___3.e___6.conv__1"),
        ("@0.a", "at0.a"),
        ("half.weight.at1.7", "half_.weight.at1_.7_"),
        ("_x.training", "_x_.training_"),
        ("op#1@0", "op__1.at0"),
        ("op@skip.conv", "op.at__skip.conv"),
        ("op@mb[k=3,e=6]", "op.at__mb.k___3.e___6"),
        ("conv[c, 3]", "conv____5b_c____2c_____20_3____5d_"),
    ],
)
def test_paths_are_readable(address: str, path: str) -> None:
    assert module_path(address) == path
    assert address_of(path) == address


def networks() -> tuple[nn.Module, ...]:
    space = load("digits_cells", width=2)
    backend = load_backend("torch")
    network, supernet = backend.compile(space.sample(seed=0).graph), backend.compile(space.supergraph())
    return nn.Module(), network, supernet, fx.GraphModule(nn.Module(), fx.Graph())


def test_every_name_that_a_module_has_is_reserved() -> None:
    for module in networks():
        own = set(dir(module)) - dict(module.named_children()).keys()
        assert {name for name in own if not name.startswith("_")} <= RESERVED
        assert own.isdisjoint(map(module_path, own))


def addresses_in(space: Space, seed: int) -> set[str]:
    graph = space.sample(seed=seed).graph
    return {node.address for node in graph.nodes} | set(space.choices)


@given(sources(limit=20))
def test_the_addresses_of_a_space_are_read_back(text: str) -> None:
    space = loads(text)
    if space.verdict.kind == "proved":
        for address in addresses_in(space, 0):
            assert address_of(module_path(address)) == address


@pytest.mark.parametrize("name", shipped())
def test_the_addresses_of_a_shipped_space_are_read_back(name: str) -> None:
    for address in addresses_in(load_small(name), Random(name).randrange(100)):
        assert address_of(module_path(address)) == address


@pytest.mark.parametrize("name", ["code", "graph", "weights", "meta", "_modules", "_code", "half", "logits", "lambda"])
def test_a_network_may_use_any_name(name: str) -> None:
    space = loads(f"""network net(x: image[2, 4, 4]) -> image[2, 4, 4] {{
      let {name} = choose {{ a = conv[2] | b = relu |> conv[2] }}
      return x |> {name}
    }}""")
    backend = load_backend("torch")
    (key,) = backend.compile(space.architecture({f"net.{name}": "a"}).graph).state_dict()
    assert address_of(key.removesuffix(".weight")) == f"{name}.a.conv"
    supernet = backend.compile(space.supergraph())
    assert key in supernet.state_dict()
    assert [address_of(own) for own in supernet.get_submodule("architecture_").state_dict()] == [f"net.{name}.logits"]
