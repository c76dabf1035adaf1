"""The README shows what the commands print."""

import re
import subprocess
import sys
from pathlib import Path

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_commands_of_the_readme_print_what_it_shows(tmp_path: Path) -> None:
    for name, text in re.findall(r"^```nas (\S+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL):
        (tmp_path / name).write_text(text, encoding="utf-8")
    (session,) = re.findall(r"^```console\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    shown = re.findall(r"^\$ archdsl (.*)\n((?:[^$].*\n)*)", session, re.MULTILINE)
    assert len(shown) == 3
    for command, output in shown:
        words = [sys.executable, "-m", "archdsl.cli", *command.split()]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert done.stdout == output


def test_the_code_map_names_every_folder() -> None:
    root = Path(__file__).parents[2]
    folders = {path.name for path in (root / "archdsl").iterdir() if path.is_dir() and not path.is_symlink()}
    assert {name for name in folders if name != "__pycache__"} <= set(re.findall(r"\(archdsl/(\w+)\)", README))
