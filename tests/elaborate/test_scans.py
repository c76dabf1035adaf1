"""What `scan` means: its cell is applied once, whatever the number of steps, by a layer like any other."""

import pytest
from hypothesis import given

from archdsl.ir import Graph, Scan, Type, verify
from archdsl.searchspace import loads
from archdsl.testing.brute_force import brute_force, key_of
from tests.ir.architectures import drawn_graph, network_of, open_graph
from tests.searchspace.test_diagram import members
from tests.strategies_scan import Recurrent, recurrents

CELLS = """
choice act(x: t) { r = relu | t = tanh }
block free(x: vec[d], h: vec[d]) -> vec[d] = x + h |> linear[d] |> act
cell once(x: vec[d], h: vec[d]) -> vec[d] = x + h |> linear[d] |> act
"""


def graph_of(body: str, inputs: str = "x: seq[5, 4], h: vec[4]") -> Graph:
    return drawn_graph(network_of(f"{CELLS}network net({inputs}) -> vec[4] {{ {body} }}"), 0)


def scan_of(graph: Graph) -> Scan:
    (scan,) = (node for node in graph.walk() if isinstance(node, Scan))
    return scan


# ---------------------------------------------------------------- the space


@given(recurrents())
def test_a_space_with_a_scan_has_the_architectures_of_one_step(recurrent: Recurrent) -> None:
    space = loads(recurrent.scanned)
    found = brute_force(space.elaborated)
    assert not found.faults
    listed = members(space.diagram)
    assert {key_of(decisions) for decisions in listed} == found.keys
    assert len(listed) == space.size() == loads(recurrent.unrolled).size()


SIZES = {
    "a block decides once for each scan": ("let y, _a = scan[free](x) let _b, z = scan[free](y) return z", 2 * 2),
    "a cell decides once, however often it is scanned": (
        "let y, _a = scan[once](x) let _b, z = scan[once](y) return z",
        2,
    ),
    "a choice between cells decides where the scan is written": (
        "let run = scan[choose { a = free | b = once | c = add }, h] let _y, z = run(x) return z",
        2 + 2 + 1,
    ),
    "a scan that is applied twice decides at each use": (
        "let run = scan[free, h] let y, _a = run(x) let _b, z = run(y) return z",
        2 * 2,
    ),
    "a tied scan decides once": ("let run = tied scan[free, h] let y, _a = run(x) let _b, z = run(y) return z", 2),
    "what an initial state decides is decided outside": ("let _y, z = scan[once, act(h)](x) return z", 2 * 2),
    "a chain of layers is a cell": ("let _y, z = scan[free |> act |> act, h](x) return z", 2 * 2 * 2),
    "a scan may stand in an alternative": (
        "let y, _z = x |> choose { a = scan[free, h] | b = scan[add, h] } let _a, z = scan[add, h](y) return z",
        2 + 1,
    ),
}


@pytest.mark.parametrize("law", SIZES)
def test_sizes_worked_out_by_hand(law: str) -> None:
    body, size = SIZES[law]
    space = loads(f"{CELLS}network net(x: seq[5, 4], h: vec[4]) -> vec[4] {{ {body} }}")
    assert space.verdict.kind == "proved", space.verdict.diagnostics
    found = brute_force(space.elaborated)
    assert len(found.keys) == space.size() == size
    for decisions in found.members:
        assert verify(space.architecture(decisions).graph, architecture=True) == ()
    graph = open_graph(space.elaborated)
    assert graph is not None
    assert verify(graph) == ()


def test_a_cell_that_uses_itself_has_its_bound_in_a_scan() -> None:
    text = """
        block rnn(x: vec[d], h: vec[d]) -> vec[d] depth 3 {
          return choose { leaf = x + h | more = rnn(tanh(x), h) + rnn(relu(x), h) }
        }
        network net(x: seq[5, 4]) -> vec[4] {
          let y, _a = scan[rnn](x)
          let _b, z = scan[rnn](y)
          return z
        }
    """
    space = loads(text)
    assert space.size() == (1 + 2**2) ** 2
    assert len(brute_force(space.elaborated).keys) == space.size()


def test_a_requirement_in_a_cell_holds_for_all_steps() -> None:
    text = """
        cell rnn(x: vec[d], h: vec[d]) {
          let k = choose one of 1..4
          require k % 2 == 0
          return x + h |> repeat k { linear[d] }
        }
        network net(x: seq[5, 4]) -> vec[4] { let _y, z = scan[rnn](x) return z }
    """
    assert loads(text).size() == 2


def test_a_state_that_changes_under_one_decision_refutes_the_space_with_that_decision() -> None:
    text = """
        cell rnn(x: vec[d], h: vec[d], c: vec[d]) {
          let wide = choose { yes = 2 | no = 1 }
          return x + h, c |> linear[wide * d]
        }
        network net(x: seq[5, 4]) -> vec[4] { let _y, z, _c = scan[rnn](x) return z }
    """
    (diagnostic,) = loads(text).verdict.diagnostics
    assert diagnostic.code == "changing-state"
    assert "when `rnn.wide` is `yes`" in diagnostic.message


# ---------------------------------------------------------------- the graph


def test_the_addresses_lead_through_the_scan() -> None:
    graph = open_graph(
        network_of(f"""{CELLS}
            network net(x: seq[5, 4], h: vec[4]) -> vec[4] {{
              let y, _a = scan[free, act(h)](x)
              let _b, z = scan[once, h](y)
              return z
            }}
        """)
    )
    assert graph is not None
    assert [node.address for node in graph.walk()] == [
        "y.act", "y.act.r.relu", "y.act.t.tanh",
        "y.scan", "y.scan.free.add", "y.scan.free.linear",
        "y.scan.free.act", "y.scan.free.act.r.relu", "y.scan.free.act.t.tanh",
        "_b.scan", "_b.scan.once.add", "_b.scan.once.linear",
        "_b.scan.once.act", "_b.scan.once.act.r.relu", "_b.scan.once.act.t.tanh",
    ]  # fmt: skip
    space = loads(f"{CELLS}network net(x: seq[5, 4]) -> vec[4] {{ let y, _z = scan[free](x) "
                  "let _y, z = scan[choose { once | free }](y) return z }")  # fmt: skip
    assert sorted(space.choices) == ["net._y.scan", "net._y.scan.free.free.act", "net.y.scan.free.act", "once.act"]


def test_a_scan_has_one_step_of_any_length() -> None:
    graphs = [graph_of("let _y, z = scan[once, h](x) return z", f"x: seq[{t}, 4], h: vec[4]") for t in (1, 2, 30)]
    assert len({scan_of(graph).region for graph in graphs}) == 1
    assert [scan_of(graph).steps for graph in graphs] == [1, 2, 30]


def test_shared_weights_are_one_inside_and_outside_of_a_scan() -> None:
    graph = graph_of("let w = shared linear[4] let _y, z = scan[add |> w, w(h)](x) return w(z)")
    uses = [node for node in graph.operations() if node.op == "linear"]
    assert len(uses) == 3
    assert {node.parameters for node in uses} == {"w.linear"}
    assert len({node.address for node in uses}) == 3
    assert verify(graph, architecture=True) == ()


def test_the_weights_of_two_scans_of_one_cell_are_two() -> None:
    graph = graph_of("let run = scan[once, h] let y, _a = run(x) let _b, z = run(y) return z")
    assert {node.parameters for node in graph.operations() if node.op == "linear"} == {
        "y.run.scan.once.linear",
        "_b.run.scan.once.linear",
    }
    shared = graph_of("let run = shared scan[once, h] let y, _a = run(x) let _b, z = run(y) return z")
    assert {node.parameters for node in shared.operations() if node.op == "linear"} == {"run.scan.once.linear"}


def test_zeros_have_the_type_that_the_cell_declares() -> None:
    text = """
        block memory[n](x: t, h: vec[n], k: vec[d], c: vec[n + d], again: t) {
          return tanh(h), k, concat(h, k), again
        }
        network net(x: seq[5, 4], k: vec[2]) -> (seq[5, 3], vec[3], vec[2], vec[5], vec[4]) {
          let y, h, k2, c, a = scan[memory[3], absent, k](x)
          return y, h, k2, c, a
        }
    """
    scan = scan_of(drawn_graph(network_of(text), 0))
    assert scan.given == (False, True, False, False)
    assert scan.types[1:] == (Type("vec", (3,)), Type("vec", (2,)), Type("vec", (5,)), Type("vec", (4,)))


def test_zeros_have_the_type_that_an_op_declares_for_the_kind_of_the_step() -> None:
    text = """
        op cell_of[out: int](x: image[c, h, w], s: image[out, h, w]) -> image[out, h, w] { }
        op cell_of[out: int](x: vec[d], s: vec[out]) -> vec[out] { }
        network net(x: seq[5, 4]) -> vec[3] { let _y, last = scan[cell_of[3]](x) return last }
    """
    assert scan_of(drawn_graph(network_of(text), 0)).types[1] == Type("vec", (3,))


def test_a_signal_gives_a_signal() -> None:
    graph = drawn_graph(
        network_of(f"{CELLS}network net(x: signal[4, 9]) -> signal[4, 9] {{ let y, _z = scan[once](x) return y }}"), 0
    )
    assert scan_of(graph).region.inputs[0].type == Type("vec", (4,))
    assert scan_of(graph).steps == 9


def test_the_steps_of_tokens_are_single_tokens() -> None:
    text = """
        op look_up[d: int](x: tokens[t]) -> vec[d] { weight table[7, d] }
        cell rnn(x: tokens[1], h: vec[4]) -> vec[4] = look_up[4](x) + linear[4](h)
        network net(x: tokens[9]) -> seq[9, 4] { let y, _z = scan[rnn](x) return y }
    """
    graph = drawn_graph(network_of(text), 0)
    assert scan_of(graph).region.inputs[0].type == Type("tokens", (1,))
    assert verify(graph, architecture=True) == ()


INNER = """
block inner(x: vec[d], h: vec[d]) -> vec[d] = x + h |> linear[d]
block outer[layer](x: vec[d], h: vec[d], memory: seq[t, d]) {
  let y, last = memory |> layer
  return last + x + h, y
}
"""


def test_a_cell_may_scan_its_state() -> None:
    text = f"""{INNER}
        network net(x: seq[5, 4], m: seq[3, 4]) -> (vec[4], seq[3, 4]) {{
          let _y, h, last = scan[outer[scan[inner]], absent, m](x)
          return h, last
        }}
    """
    graph = drawn_graph(network_of(text), 0)
    assert [node.address for node in graph.walk() if isinstance(node, Scan)] == [
        "_y.scan",
        "_y.scan.outer.y.layer.scan",
    ]
    assert graph.macs == 5 * 3 * 4 * 4
    assert verify(graph, architecture=True) == ()


def test_what_a_cell_takes_from_outside_is_an_input_of_the_scan() -> None:
    text = f"""{INNER}
        network net(x: seq[5, 4], m: seq[3, 4], h: vec[4]) -> (vec[4], seq[3, 4]) {{
          let start = tanh(h)
          let _y, g, last = scan[outer[scan[inner, start]], absent, m](x)
          return g, last
        }}
    """
    graph = drawn_graph(network_of(text), 0)
    outer = next(node for node in graph.nodes if isinstance(node, Scan))
    assert [str(port.type) for port in outer.region.inputs] == ["vec[4]", "vec[4]", "seq[3, 4]", "vec[4]"]
    assert [graph.node(value.node).op for value in outer.inputs if value.node >= 0] == ["tanh"]
    assert verify(graph, architecture=True) == ()


@pytest.mark.parametrize("given", ["absent", "choose { none = absent | all = absent }"])
def test_a_scan_of_nothing_gives_nothing_and_decides_nothing(given: str) -> None:
    space = loads(f"""{CELLS}
        network net(x: seq[5, 4], h: vec[4]) -> vec[4] {{
          let y, z = {given} |> scan[free, h]
          return sum(h, z) + sum(absent, h, (scan[add, h](x)) |> last_of)
        }}
        block last_of(y: seq, last: vec) = last
    """)
    assert not [address for address in space.choices if "free" in address]
    assert space.verdict.kind == "proved"


def test_a_tensor_that_an_open_choice_may_leave_out_is_not_scanned_yet() -> None:
    text = f"""{CELLS}
        network net(x: seq[5, 4], h: vec[4]) -> vec[4] {{
          let start = (choose {{ none = absent | some = tanh }})(h)
          let _y, z = scan[once, start](x)
          return z
        }}
    """
    space = loads(text)
    assert space.size() == 4
    assert [scan_of(space.architecture(d).graph).given for d in brute_force(space.elaborated).members] == [
        (False,), (False,), (True,), (True,),
    ]  # fmt: skip
    assert open_graph(space.elaborated) is None
