"""The roots of addresses: no two cells of a program, in whatever files, have one, and none continues another."""

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.diagnostics import Source
from archdsl.elaborate import ModuleScope, library
from archdsl.elaborate.addresses import is_relative
from archdsl.elaborate.roots import roots_of
from archdsl.searchspace import load
from archdsl.syntax import parse
from archdsl.testing.brute_force import brute_force

UNIT = "cell unit(x: vec[d]) = x |> choose { a = relu | b = tanh }\n"

names = st.sampled_from(["a", "b", "std"])
paths = st.lists(names, min_size=1, max_size=3).map(lambda parts: Path(*parts).with_suffix(".nas"))


@given(
    st.dictionaries(paths, st.frozensets(names, min_size=1), max_size=5),
    st.dictionaries(paths, st.frozensets(names, min_size=1), max_size=3),
    st.frozensets(names),
)
def test_no_root_is_another_or_continues_another(
    own: dict[Path, frozenset[str]], shipped: dict[Path, frozenset[str]], text: frozenset[str]
) -> None:
    home = Path("/home/user")
    files: list[tuple[Path | None, frozenset[str]]] = [
        *((home / path, cells) for path, cells in own.items()),
        *((library() / path, cells) for path, cells in shipped.items()),
        (None, text),
    ]
    roots = list(roots_of([scope(*file) for file in files], home, library()).values())
    assert len(set(roots)) == len(roots) == sum(len(cells) for _, cells in files)
    assert not any(
        one is not other and one.startswith(other) and is_relative(one.removeprefix(other))
        for one in roots
        for other in roots
    )


def scope(path: Path | None, cells: frozenset[str]) -> ModuleScope:
    parsed = parse(Source("cells.nas", "".join(f"cell {name}(x) = x " for name in sorted(cells))))
    assert parsed.module
    found = ModuleScope(parsed.module, path, False)
    found.definitions.update({own.name: own for own in parsed.module.definitions if not hasattr(own, "names")})
    return found


@pytest.mark.parametrize(
    ("main", "roots"),
    [
        ("use sub.lib: unit\nnetwork n(x: vec[4]) -> vec[4] = x |> unit", ["unit"]),
        (
            "use sub.lib: unit\nuse other: unit as v\nnetwork n(x: vec[4]) -> vec[4] = x |> unit |> v",
            ["lib.unit", "other.unit"],
        ),
        (
            "use sub.lib: unit\nuse lib: unit as v\nnetwork n(x: vec[4]) -> vec[4] = x |> unit |> v",
            ["sub/lib.unit", "lib.unit"],
        ),
        (
            f"use sub.main: unit as v\n{UNIT}network n(x: vec[4]) -> vec[4] = x |> unit |> v",
            ["main.unit", "sub/main.unit"],
        ),
        (
            """
            use sub.lib: unit as u
            use other: unit as v
            network lib(x: vec[4]) -> vec[4] {
              let unit = choose { a = relu | c = tanh }
              return x |> unit |> u |> v
            }
            """,
            ["main.lib.unit", "lib.unit", "other.unit"],
        ),
    ],
)
def test_cells_of_one_name_in_several_files_decide_by_themselves(tmp_path: Path, main: str, roots: list[str]) -> None:
    for path in ("sub/lib.nas", "sub/main.nas", "lib.nas", "other.nas"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(UNIT, encoding="utf-8")
    (tmp_path / "main.nas").write_text(dedent(main), encoding="utf-8")
    space = load(tmp_path / "main.nas")
    assert list(space.choices) == roots
    assert len(list(space)) == space.size() == len(brute_force(space.elaborated).keys) == 2 ** len(roots)
