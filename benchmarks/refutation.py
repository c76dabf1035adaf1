"""What it costs to refute a huge space whose only mistake needs three particular decisions.

CPU time in seconds, the least of several checks each, and the paths that are walked.
"""

import time
from pathlib import Path

from archdsl.diagnostics import Source
from archdsl.elaborate import load_program
from archdsl.searchspace.loading import space_of

TEXT = Path(__file__).with_name("needles.nas")
CHECKS = 5


def main() -> None:
    """Print a row for each space."""
    program = load_program(Source(str(TEXT), TEXT.read_text(encoding="utf-8")))
    print(f"{'':10}{'architectures':>40}{'seconds':>10}{'walks':>8}")
    for network in program.networks():
        size = space_of(program, network, str(TEXT), {"wrong": False}).size()
        times = []
        for _ in range(CHECKS):
            space = space_of(program, network, str(TEXT), {})
            start = time.process_time()
            verdict = space.verdict
            times.append(time.process_time() - start)
        assert verdict.kind == "refuted"
        print(f"{network:10}{size:40,}{min(times):10.3f}{verdict.walks:8}")


if __name__ == "__main__":
    main()
