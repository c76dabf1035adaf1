"""From addresses to the names of modules and back: an injective escape to identifiers.

`s[3].op@1` becomes `s.3.op.at1`, `mb[k=3,e=6]` becomes `mb.k___3.e___6`, `conv#1` becomes `conv__1`. Names in the
language have no `__` inside and no `_` at their end, so nothing else is read back as one of these.
"""

import keyword
import re

RESERVED = frozenset(
    {
        "T_destination",
        "add_module",
        "apply",
        "bfloat16",
        "buffers",
        "call_super_init",
        "children",
        "compile",
        "cpu",
        "cuda",
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
        "half",
        "ipu",
        "load_state_dict",
        "modules",
        "mtia",
        "named_buffers",
        "named_children",
        "named_modules",
        "named_parameters",
        "parameters",
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
        "requires_grad_",
        "set_extra_state",
        "set_submodule",
        "share_memory",
        "state_dict",
        "to",
        "to_empty",
        "train",
        "training",
        "type",
        "xpu",
        "zero_grad",
    }
) | frozenset(keyword.kwlist)
"""Names that a module has of its own, and Python's: as parts of a path they get an underscore at the end."""

_TOKENS = re.compile(
    r"""
      \[(?P<index>\d+)\]
    | \[(?P<generator>[A-Za-z_]\w*=\w+(?:,[A-Za-z_]\w*=\w+)*)\]
    | @(?P<element>\d+)
    | \#(?P<further>\d+)
    | (?P<dot>\.)
    | (?P<word>[A-Za-z0-9_]+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


def module_path(address: str) -> str:
    """Give the path of the module that stands for an address.

    >>> module_path("s[3].op@1"), module_path("layer[0].mb[k=3,e=6].conv#1"), module_path("half")
    ('s.3.op.at1', 'layer.0.mb.k___3.e___6.conv__1', 'half_')
    """
    parts: list[str] = [""]
    for match in _TOKENS.finditer(address):
        text = match.group(match.lastgroup or 0)
        match match.lastgroup:
            case "index":
                parts += [text, ""] if match.end() < len(address) else [text]
            case "generator":
                items = [item.replace("=", "___") for item in text.split(",")]
                parts += [*items, ""] if match.end() < len(address) else items
            case "element":
                parts.append(f"at{text}")
            case "further":
                parts[-1] += f"__{text}"
            case "dot":
                if parts[-1]:
                    parts.append("")
            case "word":
                parts[-1] += f"{text}_" if not parts[-1] and _is_taken(text) else text
            case _:
                parts[-1] += f"____{ord(text):x}_"
    return ".".join(part for part in parts if part)


def _is_taken(word: str) -> bool:
    return word in RESERVED or word.isdigit() or re.fullmatch(r"at\d+", word) is not None


_ESCAPES = re.compile(r"____([0-9a-f]+)_|___(\w+)|__(\d+)")


def address_of(path: str) -> str:
    """Give the address that a module's path stands for: the inverse of `module_path`.

    >>> address_of("s.3.op.at1"), address_of("layer.0.mb.k___3.e___6.conv__1"), address_of("half_")
    ('s[3].op@1', 'layer[0].mb[k=3,e=6].conv#1', 'half')
    """
    address = ""
    items: list[str] = []

    def close() -> None:
        nonlocal address
        if items:
            address += f"[{','.join(items)}]"
            items.clear()

    for part in path.split("."):
        if re.fullmatch(r"[A-Za-z_](?:\w*[A-Za-z0-9])?___\w+", part) and "____" not in part:
            items.append(part.replace("___", "="))
            continue
        close()
        if part.isdigit():
            address += f"[{part}]"
        elif re.fullmatch(r"at\d+", part):
            address += f"@{part[2:]}"
        else:
            if part.endswith("_") and _is_taken(part[:-1]):
                part = part[:-1]
            part = re.sub(r"____([0-9a-f]+)_", lambda m: chr(int(m.group(1), 16)), part)
            part = re.sub(r"__(\d+)", r"#\1", part)
            address += f".{part}" if address else part
    close()
    return address
