"""A use that is given a static that was chosen says its value in the addresses of its ops, and no other use does."""

import pytest

import archdsl

HEAD = """
use std.image: conv_bn
fun pick[k] = conv[4, k]
choice kernel() { 3 | 5 }
block two[k, w](x: image) = x |> conv[w, k] |> relu |> conv[4, 1]
block inner[k](x: image) = x |> two[k, 4]
network net(x: image[4, 8, 8]) -> image[4, 8, 8] {
  let k = choose { 3 | 5 }
"""


def addresses(body: str) -> list[str]:
    """Give the addresses of the weighty ops of the architecture whose choices are all the first, and `k` is 3."""
    space = archdsl.loads(f"{HEAD}  return {body}\n}}\n")
    decisions = {address: labels[0] for address, labels in space.choices.items()}
    graph = space.architecture(decisions).graph
    return [node.address for node in graph.operations() if node.op == "conv"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("x |> conv[4, k] |> conv[4, 3]", ["conv[kernel=3]", "conv#1"]),
        ("x |> conv[4, kernel = k + 2]", ["conv[kernel=5]"]),
        ("x |> conv[round_to(k, 8) - 4, max(k, 1)]", ["conv[out=4,kernel=3]"]),
        ("x |> two[k, 4]", ["two[k=3].conv", "two[k=3].conv#1"]),
        ("x |> inner[k]", ["inner[k=3].two.conv", "inner[k=3].two.conv#1"]),
        ("x |> pick[k]", ["pick.conv[out=4,kernel=3]"]),
        ("x |> pick[3]", ["pick.conv"]),
        ("x |> conv[4, kernel()]", ["conv[kernel=3]"]),
        ("x |> (conv[4, 3] if k == 3 else conv[4, 5])", ["conv"]),
        ("x |> conv[4, 3 if k == 3 else 5]", ["conv[kernel=3]"]),
        ("x |> repeat 2 { conv[4, k] }", ["conv[0][kernel=3]", "conv[1][kernel=3]"]),
        ("x |> repeat k - 2 { conv[4, 1] }", ["conv[0]"]),
        ("x |> shared conv[4, k]", ["conv[kernel=3]"]),
        ("sum(conv[4, j](x) for j in [1, k])", ["conv@0[kernel=1]", "conv@1[kernel=3]"]),
        ("sum(conv[4, j](x) for j in [1, 3])", ["conv@0", "conv@1"]),
        ("x |> choose { mb = two[j, 4] for j in [1, 3] }", ["mb[j=1].two.conv", "mb[j=1].two.conv#1"]),
        ("x |> (choose { a = conv[_, k] | b = conv[_, 1] })[4]", ["a.conv[kernel=3]"]),
    ],
)
def test_the_address_of_an_op_says_what_was_chosen(body: str, expected: list[str]) -> None:
    assert addresses(body) == expected


def test_an_element_that_is_chosen_by_name_is_chosen() -> None:
    text = """
      network net(x: vec[4]) -> vec[4] {
        nodes h[2] after (x) {
          let e = choose one of earlier
          return e |> linear[4, e.index == 0]
        }
        return sum(linear[4, e.index == 0](e) for e in choose 2 of h) + h[-1]
      }
    """
    graph = archdsl.loads(text).sample(seed=0).graph
    linears = [node.address for node in graph.operations() if node.op == "linear"]
    assert all("[bias=" in address for address in linears[:2])
    assert linears[2:] == ["linear@0", "linear@1"]
