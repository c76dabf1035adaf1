"""Names for people: attributes, variables and classes, from the addresses that they stand for."""

import builtins
import keyword
import re
from collections.abc import Iterable, Sequence

from archdsl.codegen.names import RESERVED

TAKEN = frozenset(dir(builtins)) | frozenset(keyword.kwlist) | {"functional", "nn", "self", "torch"}
"""What no variable of ours is called."""


def parts_of(address: str) -> tuple[str, ...]:
    """Split an address at its dots, but not inside brackets.

    >>> parts_of("layer[0].mb[k=0.5].conv@1")
    ('layer[0]', 'mb[k=0.5]', 'conv@1')
    """
    return tuple(re.findall(r"(?:[^.\[]|\[[^\]]*\])+", address))


def relative(address: str, base: str) -> str:
    """Give what an address adds to that of a body around it."""
    return address[len(base) :].lstrip(".") if address.startswith(base) else address


def identifier(parts: Iterable[str]) -> str:
    """Make a name of some parts of an address.

    >>> identifier(["h[0]", "edge_op@1"]), identifier(["conv_3x3#1"]), identifier(["mb[k=3,e=6]"])
    ('h0_edge_op1', 'conv_3x3_1', 'mb_k3_e6')
    """
    plain = (re.sub(r"(?<=[A-Za-z_])[\[@](?=\d+\b)", "", re.sub(r"(\w)=", r"\1", part)) for part in parts)
    text = re.sub(r"\W+", "_", "_".join(plain))
    text = re.sub(r"__+", "_", text).strip("_") or "x"
    return f"x{text}" if text[0].isdigit() else text


def class_name(definition: str) -> str:
    """Make a class's name of a definition's.

    >>> class_name("sep_conv"), class_name("motif2")
    ('SepConv', 'Motif2')
    """
    return "".join(word[:1].upper() + word[1:] for word in identifier([definition]).split("_"))


def unique(name: str, taken: Iterable[str], separator: str = "_", first: int = 1) -> str:
    """Give the name or, where it is taken, the name with a number."""
    known = set(taken)
    number = first
    found = name
    while found in known:
        found = f"{name}{separator}{number}"
        number += 1
    return found


def attribute_names(addresses: Sequence[str]) -> list[str]:
    """Name sub-modules by as little of their addresses as tells them apart.

    >>> attribute_names(["stem.conv_bn", "h[0].edge_op@0", "h[0].edge_op@1", "linear"])
    ['stem', 'h0_edge_op0', 'h0_edge_op1', 'linear']
    """
    split = [parts_of(address) for address in addresses]
    names: list[str] = []
    for own in split:
        length = 1
        while length < len(own) and sum(other[:length] == own[:length] for other in split) > 1:
            length += 1
        name = identifier(own[:length])
        if name in RESERVED or name in ("nn", "torch"):
            name += "_"
        names.append(unique(name, names))
    return names
