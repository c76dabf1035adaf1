"""From addresses to the names of modules and back: an injective escape to identifiers.

`s[3].op@1` becomes `s.3.op.at1`, `op@skip` becomes `op.at__skip`, `mb[k=3,e=6]` becomes `mb.k___3.e___6`, `conv#1`
becomes `conv__1`. Names in the language have no `__` inside and no `_` at their end, so nothing else is read back as
one of these. All other characters of a label, and underscores where a name has none, are written by their number.
"""

import keyword
import re

RESERVED = frozenset(
    {
        "T_destination",
        "add_module",
        "add_submodule",
        "apply",
        "architecture_parameters",
        "bfloat16",
        "buffers",
        "call_super_init",
        "children",
        "choices",
        "code",
        "compile",
        "cpu",
        "cuda",
        "decided",
        "delete_all_unused_submodules",
        "delete_submodule",
        "double",
        "dump_patches",
        "eval",
        "extra_repr",
        "float",
        "forward",
        "get_buffer",
        "get_extra_state",
        "get_parameter",
        "get_submodule",
        "graph",
        "half",
        "ipu",
        "load_state_dict",
        "logits",
        "meta",
        "modules",
        "mtia",
        "named_buffers",
        "named_children",
        "named_modules",
        "named_parameters",
        "parameters",
        "print_readable",
        "recompile",
        "register_backward_hook",
        "register_buffer",
        "register_forward_hook",
        "register_forward_pre_hook",
        "register_full_backward_hook",
        "register_full_backward_pre_hook",
        "register_load_state_dict_post_hook",
        "register_load_state_dict_pre_hook",
        "register_module",
        "register_parameter",
        "register_state_dict_post_hook",
        "register_state_dict_pre_hook",
        "relaxation",
        "requires_grad_",
        "selections",
        "set_extra_state",
        "set_submodule",
        "shape_env",
        "share_memory",
        "state_dict",
        "to",
        "to_empty",
        "to_folder",
        "train",
        "training",
        "type",
        "weights",
        "xpu",
        "zero_grad",
    }
) | frozenset(keyword.kwlist)
"""Names that modules and compiled networks have of their own, and Python's. As parts of a path they get an underscore
at the end, and so does what begins with an underscore: torch keeps its own state under such names."""

_EMPTY = "____"
_WORD = r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*"
_ITEM = rf"{_WORD}=[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*"
_TAIL = re.compile(rf"\[[0-9]+\]|@[0-9]+|@{_WORD}|\[{_ITEM}(?:,{_ITEM})*\]")
_END = re.compile(rf"(?:{_TAIL.pattern})$")
_HEAD = re.compile(r"#(?P<further>[0-9]+)|(?P<plain>[A-Za-z0-9]|_(?=[A-Za-z0-9]))|(?P<other>.)", re.DOTALL)


def module_path(address: str) -> str:
    """Give the path of the module that stands for an address.

    >>> module_path("s[3].op@1"), module_path("layer[0].mb[k=3,e=6].conv#1"), module_path("half")
    ('s.3.op.at1', 'layer.0.mb.k___3.e___6.conv__1', 'half_')
    >>> module_path("op@skip"), module_path("op@mb[k=3]")
    ('op.at__skip', 'op.at__mb.k___3')
    """
    parts: list[str] = []
    for segment in address.split(".") if address else []:
        head, tail = _split(segment)
        if head or not tail or parts:
            parts.append(_escaped(head))
        for token in tail:
            if token[0] == "@":
                parts.append(f"at{token[1:]}" if token[1].isdigit() else f"at__{token[1:]}")
            else:
                parts += [item.replace("=", "___") for item in token[1:-1].split(",")]
    return ".".join(parts)


def _split(segment: str) -> tuple[str, list[str]]:
    """Part a segment into its text and what follows it: indices, elements, and the values of a generator."""
    tail: list[str] = []
    while match := _END.search(segment):
        if tail and "=" in tail[0] and "=" in match.group():
            break  # two generators in a row would be read back as one
        tail.insert(0, match.group())
        segment = segment[: match.start()]
    return segment, tail


def _escaped(head: str) -> str:
    if not head:
        return _EMPTY
    part, previous = "", ""
    for match in _HEAD.finditer(head):
        text = match.group()
        if match.lastgroup == "further":
            text = f"__{text[1:]}"
        elif match.lastgroup == "other" or (text == previous == "_"):
            text = f"____{ord(text):x}_"
        part, previous = part + text, match.group()
    return f"{part}_" if _is_taken(part) else part


def _is_taken(part: str) -> bool:
    return part[0] == "_" or part in RESERVED or re.fullmatch(r"(?:at)?[0-9]+", part) is not None


def address_of(path: str) -> str:
    """Give the address that a module's path stands for: the inverse of `module_path`.

    >>> address_of("s.3.op.at1"), address_of("layer.0.mb.k___3.e___6.conv__1"), address_of("half_")
    ('s[3].op@1', 'layer[0].mb[k=3,e=6].conv#1', 'half')
    """
    address = ""
    items: list[str] = []
    for i, part in enumerate(path.split(".") if path else []):
        if re.fullmatch(rf"{_WORD}___[A-Za-z0-9_]+", part) and "____" not in part:
            items.append(part.replace("___", "="))
            continue
        address += _listed(items)
        items.clear()
        if re.fullmatch("[0-9]+", part):
            address += f"[{part}]"
        elif re.fullmatch("at[0-9]+", part):
            address += f"@{part[2:]}"
        elif re.fullmatch(f"at__{_WORD}", part):
            address += f"@{part[4:]}"
        else:
            address += f".{_read(part)}" if i else _read(part)
    return address + _listed(items)


def _listed(items: list[str]) -> str:
    return f"[{','.join(items)}]" if items else ""


def _read(part: str) -> str:
    if part == _EMPTY:
        return ""
    if part[-1] == "_" and _is_taken(part[:-1]):
        part = part[:-1]
    return re.sub("____([0-9a-f]+)_|__([0-9]+)", lambda m: chr(int(m[1], 16)) if m[1] else f"#{m[2]}", part)
