"""What `archdsl info` costs for every shipped space, in a new process: CPU time in seconds.

The first lines are a yardstick, taken in the same run: a plain Python loop, and a new process that imports numpy. As
after an installation, modules are compiled before: a first command, which is not timed, leaves them in a folder. The
last column says how many of the loop a command costs, which can be compared between machines.

    python benchmarks/info.py [SPACE …]
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

from archdsl.searchspace import load, shipped

LOOP = 20_000_000
INFO = "import sys; from archdsl.cli import main; sys.argv = ['archdsl', 'info', {space!r}]; main()"


def loop() -> float:
    """Time the yardstick."""
    start = time.process_time()
    total = 0
    for i in range(LOOP):
        total += i
    return time.process_time() - start


def spent(code: str, compiled: str) -> float:
    """Time a new process that finds compiled modules in a folder."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = {**own, "PYTHONPYCACHEPREFIX": compiled}
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL, env=environment)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def sizes(space: str) -> float:
    """Time the walk of a space, and both counts."""
    loaded = load(space)
    start = time.process_time()
    loaded.size()
    loaded.genotypes()
    return time.process_time() - start


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as compiled:
        spent("import numpy", compiled)
        spent(INFO.format(space="genetic_cnn"), compiled)
        _print_costs(sys.argv[1:] or shipped(), compiled)


def _print_costs(spaces: Sequence[str], compiled: str) -> None:
    yardstick = loop()
    print(f"{'a loop of 20 million':<22}{yardstick:>8.2f}")
    print(f"{'import numpy':<22}{spent('import numpy', compiled):>8.2f}")
    print(f"\n{'space':<22}{'sizes':>8}{'command':>9}{'in loops':>10}")
    for space in spaces:
        command = spent(INFO.format(space=space), compiled)
        print(f"{space:<22}{sizes(space):>8.2f}{command:>9.2f}{command / yardstick:>10.2f}", flush=True)


if __name__ == "__main__":
    main()
