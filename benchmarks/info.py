"""What `archdsl info` costs for every shipped space, in a new process: CPU time in seconds.

The first lines are a yardstick, taken in the same run: a plain Python loop, and a new process that imports numpy. The
last column says how many of the loop a command costs, which can be compared between machines.

    python benchmarks/info.py [SPACE …]
"""

import resource
import subprocess
import sys
import time

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


def spent(code: str) -> float:
    """Time a new process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
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
    yardstick = loop()
    print(f"{'a loop of 20 million':<22}{yardstick:>8.2f}")
    print(f"{'import numpy':<22}{spent('import numpy'):>8.2f}")
    print(f"\n{'space':<22}{'sizes':>8}{'command':>9}{'in loops':>10}")
    for space in sys.argv[1:] or shipped():
        command = spent(INFO.format(space=space))
        print(f"{space:<22}{sizes(space):>8.2f}{command:>9.2f}{command / yardstick:>10.2f}", flush=True)


if __name__ == "__main__":
    main()
