"""Keys that papers, or the code that came with them, give to architectures.

They are names of classes that were published, and no rewrites: some merge networks that compute different things, some
tell networks apart that compute the same.
"""

from collections.abc import Mapping

from archdsl.ir import Label
from archdsl.searchspace.equivalences import Choices, Progress, Published

from . import nasbench101

NODES_OF_201 = 3


def _edge_of_201(node: int, source: int) -> str:
    return f"node_cell.n[{node - 1}].edge_op@{source}"


_EDGES_OF_201 = [(node, source) for node in range(1, NODES_OF_201 + 1) for source in range(node)]
_OPS_OF_201 = {"none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"}


def is_201(choices: Choices, size: int) -> bool:
    """Tell whether a space with these choices is NAS-Bench-201, or a part of it."""
    addresses = {_edge_of_201(node, source) for node, source in _EDGES_OF_201}
    return choices.keys() == addresses and all(set(labels) <= _OPS_OF_201 for labels in choices.values())


def unique_string_of_201(decisions: Mapping[str, Label]) -> str:
    """Give the unique string of a NAS-Bench-201 cell (Dong & Yang 2020, arXiv:2001.00326).

    A node is the sum of its edges, in alphabetical order; a missing edge, or one from a node that is nothing but a
    missing edge, is `#`, and stays in the sum.

    >>> ops = dict.fromkeys(["n[0].edge_op@0", "n[1].edge_op@0", "n[2].edge_op@0", "n[2].edge_op@2"], "none")
    >>> ops |= {"n[1].edge_op@1": "skip_connect", "n[2].edge_op@1": "nor_conv_3x3"}
    >>> unique_string_of_201({f"node_cell.{address}": op for address, op in ops.items()})
    '#+#+#'
    """
    nodes = ["0"]
    for node in range(1, NODES_OF_201 + 1):
        parts = [_edge_string(nodes[source], str(decisions[_edge_of_201(node, source)])) for source in range(node)]
        nodes.append("+".join(sorted(parts)))
    return nodes[-1]


def _edge_string(source: str, op: str) -> str:
    if op == "none" or source == "#":
        return "#"
    return source if op == "skip_connect" else f"({source})@{op}"


def key_of_101(decisions: Mapping[str, Label]) -> str:
    """Give the MD5 of a NAS-Bench-101 cell."""
    return nasbench101.published_key(nasbench101.cell_of(decisions))


def count_101(choices: Choices, told: Progress) -> int:
    """Count the MD5s of all NAS-Bench-101 cells."""
    return len(nasbench101.keys(nasbench101.vertices_of(choices), told))


PUBLISHED: tuple[Published, ...] = (
    Published("published keys (NAS-Bench-201)", "unique strings of the benchmark's code", is_201, unique_string_of_201),
    Published(
        "published keys (NAS-Bench-101)", "MD5s of the benchmark's code", nasbench101.is_101, key_of_101, count_101
    ),
)
"""All keys that are known; each says of which choices it speaks."""
