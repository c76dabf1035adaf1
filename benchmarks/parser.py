"""What it costs to get a parser in a new process, and to read a file with it: ours, and lark's on the same grammar.

CPU time in milliseconds, the least of several processes each.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

GRAMMAR = Path("grammar/nas.lark")
TEXT = Path("spaces/darts.nas")
PROCESSES = 10

# Each makes a parser in its first part and reads with it in its second.
OURS = (
    "from archdsl.syntax.parser import load_tables; load_tables()",
    "assert not parse(Source('darts', text)).diagnostics",
)
LARK = (
    "from lark import Lark; reader = Lark(grammar, parser='lalr', lexer='contextual', maybe_placeholders=True{cache})",
    "reader.parse(text)",
)

SCRIPT = """
import time
from pathlib import Path
from archdsl.diagnostics import Source
from archdsl.syntax import parse
grammar, text = Path({grammar!r}).read_text(), Path({text!r}).read_text()
start = time.process_time()
{make}
made = time.process_time()
{read}
first = time.process_time()
for _ in range(10):
    {read}
print((made - start) * 1e3, (first - made) * 1e3, (time.process_time() - first) * 1e2)
"""


def measure(make: str, read: str) -> list[float]:
    """Give the least times to make the parser, to read for the first time, and to read again."""
    script = SCRIPT.format(grammar=str(GRAMMAR), text=str(TEXT), make=make, read=read)
    command = [sys.executable, "-c", script]
    runs = [subprocess.run(command, check=True, capture_output=True, text=True) for _ in range(PROCESSES)]
    return [min(column) for column in zip(*([float(x) for x in run.stdout.split()] for run in runs), strict=True)]


def main() -> None:
    """Print a row for each way to read."""
    with tempfile.TemporaryDirectory() as folder:
        cached = f", cache={str(Path(folder) / 'cache')!r}"
        kinds = {
            "ours": OURS,
            "lark": (LARK[0].format(cache=""), LARK[1]),
            "lark with a cache": (LARK[0].format(cache=cached), LARK[1]),
        }
        print(f"{'':20}{'make':>8}{'read':>8}{'again':>8}")
        for name, parts in kinds.items():
            print(f"{name:20}" + "".join(f"{time:8.1f}" for time in measure(*parts)))


if __name__ == "__main__":
    main()
