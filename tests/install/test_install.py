"""archdsl can be installed in every usual way, and needs no torch to be imported."""

import importlib.metadata
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]

# Run by the new environment's Python: what it imports, and the data files that it finds.
PROBE = """
import importlib.resources, importlib.util, sys
import archdsl

def walk(folder, path):
    for entry in folder.iterdir():
        if entry.is_dir():
            walk(entry, f"{path}/{entry.name}")
        elif entry.name.endswith((".lark", ".nas")):
            assert entry.read_text(encoding="utf-8")
            print(f"{path}/{entry.name}")

assert "torch" not in sys.modules and importlib.util.find_spec("torch") is None
print(archdsl.__file__)
walk(importlib.resources.files("archdsl.grammar"), "grammar")
walk(importlib.resources.files("archdsl.spaces"), "spaces")
"""


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command away from this checkout's modules; its error output is the test's failure."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_"))}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def closure(requirements: list[str]) -> set[str]:
    """Name the installed distributions that these requirements need, directly or not."""
    found: set[str] = set()
    pending = [Requirement(text) for text in requirements]
    while pending:
        requirement = pending.pop()
        name = canonicalize_name(requirement.name)
        if name in found or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        found.add(name)
        pending += map(Requirement, importlib.metadata.requires(name) or [])
    return found


@pytest.fixture(scope="module")
def dependencies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that shows the core dependencies, and setuptools, of this environment, and nothing else of it."""
    folder = tmp_path_factory.mktemp("dependencies")
    core: list[str] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    for name in closure([*core, "setuptools"]):
        distribution = importlib.metadata.distribution(name)
        tops = {file.parts[0] for file in distribution.files or [] if file.parts[0] not in ("..", "__pycache__")}
        for top in tops:
            link = folder / top
            if not link.exists():
                link.symlink_to(str(distribution.locate_file(top)))
    return folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of this checkout, for a build writes beside what it builds."""
    copy = tmp_path / "checkout"
    copy.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    for name in ("archdsl", "grammar", "spaces", "backends"):
        shutil.copytree(ROOT / name, copy / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.fixture
def python(tmp_path: Path, dependencies: Path) -> Path:
    """The Python of a new environment with archdsl's core dependencies, and without torch."""
    environment = tmp_path / "environment"
    run(sys.executable, "-m", "venv", "--without-pip", environment, cwd=tmp_path)
    interpreter = environment / "bin" / "python"
    packages = run(interpreter, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=tmp_path).strip()
    (Path(packages) / "dependencies.pth").write_text(f"{dependencies}\n", encoding="utf-8")
    return interpreter


def install(python: Path, *what: str | Path) -> None:
    offline = ("--no-index", "--no-deps", "--no-build-isolation", "--no-cache-dir")
    run(sys.executable, "-m", "pip", "--python", python, "install", *offline, *what, cwd=python.parent)


def shipped() -> Iterator[str]:
    for top in ("grammar", "spaces"):
        for path in (ROOT / top).rglob("*"):
            if path.suffix in (".lark", ".nas"):
                yield path.relative_to(ROOT).as_posix()


def assert_works(python: Path, inside: Path) -> None:
    where, *data = run(python, "-I", "-c", PROBE, cwd=python.parent).splitlines()
    assert Path(where).is_relative_to(inside)
    assert sorted(data) == sorted(shipped())
    assert "grammar/nas.lark" in data
    assert (python.parent / "archdsl").exists()


def test_a_plain_install_has_all_it_needs(checkout: Path, python: Path) -> None:
    install(python, checkout)
    shutil.rmtree(checkout)
    assert_works(python, inside=python.parents[1])


def test_an_editable_install_reads_the_checkout(checkout: Path, python: Path) -> None:
    install(python, "--editable", checkout)
    assert_works(python, inside=checkout)


def test_a_wheel_made_from_the_source_distribution_has_all_it_needs(checkout: Path, python: Path) -> None:
    run(sys.executable, "-m", "build", "--no-isolation", checkout, cwd=checkout)
    (wheel,) = (checkout / "dist").glob("*.whl")
    install(python, wheel)
    shutil.rmtree(checkout)
    assert_works(python, inside=python.parents[1])


def test_the_torch_extra_replaces_nothing_that_is_installed(checkout: Path) -> None:
    offline = ("--no-index", "--no-build-isolation", "--disable-pip-version-check")
    report = run(sys.executable, "-m", "pip", "install", "--dry-run", *offline, f"{checkout}[torch]", cwd=checkout)
    assert report.splitlines()[-1] == "Would install archdsl-0.1.0"


def test_importing_archdsl_does_not_import_torch() -> None:
    run(sys.executable, "-c", "import sys, archdsl; assert 'torch' not in sys.modules", cwd=ROOT)
