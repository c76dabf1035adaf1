"""Make faults in shipped operators, samplers, rewrites and lowerings, one at a time, and see whether a battery tells.

Run as `make mutants`; `--only PART` restricts it to the files whose path has that part. It fails if fewer than nine in
ten are killed, if a survivor is not in `survivors.txt` with its reason, or if one that is there does not survive.
"""

import argparse
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import final

from . import targets as own_targets
from .faults import Fault, faults_of

SURVIVORS = Path(__file__).with_name("survivors.txt")
LIMIT = 60.0
"""Seconds after which a fault is taken to make something run for ever."""

LEAST = 0.9


@final
@dataclass
class Running:
    """A fault that is being tried."""

    target: own_targets.Target
    fault: Fault | None
    child: int
    since: float = field(default_factory=time.monotonic)

    @property
    def name(self) -> str:
        return f"{self.target.path} {self.fault}"


def attempt(target: own_targets.Target, fault: Fault | None) -> int:
    """Run the batteries with a fault; 0 where none tells."""
    try:
        if fault is not None:
            own_targets.function_of(target.module, fault.function).__code__ = fault.code
        own_targets.forget()
        for battery in target.batteries:
            battery()
    except BaseException:  # whatever happens, it is seen
        return 1
    return 0


def start(target: own_targets.Target, fault: Fault | None) -> Running:
    """Try a fault in a process of its own."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return Running(target, fault, child)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    os._exit(attempt(target, fault))


def finished(running: list[Running]) -> Iterator[tuple[Running, str]]:
    """Give what has ended, and how."""
    for own in [*running]:
        done, status = os.waitpid(own.child, os.WNOHANG)
        if not done and time.monotonic() - own.since > LIMIT:
            os.kill(own.child, signal.SIGKILL)
            os.waitpid(own.child, 0)
            done, status = own.child, -1
        if done:
            running.remove(own)
            yield own, "survived" if status == 0 else "killed" if status > 0 else "timed out"


def known_survivors() -> dict[str, str]:
    """Read the list of survivors: a line each, and the reason indented below."""
    known: dict[str, str] = {}
    name = ""
    for line in SURVIVORS.read_text(encoding="utf-8").splitlines() if SURVIVORS.exists() else []:
        if line.startswith("    "):
            known[name] = f"{known[name]} {line.strip()}".strip()
        elif line and not line.startswith("#"):
            name = line
            known[name] = ""
    return known


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="a part of the paths of the files to try")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    own_targets.warm()
    chosen = [own for own in own_targets.targets() if options.only in own.path]
    # Without any fault no battery tells.
    waiting: list[tuple[own_targets.Target, Fault | None]] = [(target, None) for target in chosen]
    waiting += [
        (target, fault)
        for target in chosen
        for fault in faults_of(target.path, (own_targets.ROOT / target.path).read_text(encoding="utf-8"))
    ]
    total, outcomes, survivors = len(waiting) - len(chosen), Counter[str](), list[str]()
    running: list[Running] = []
    begun = time.monotonic()
    while waiting or running:
        while waiting and len(running) < options.jobs:
            running.append(start(*waiting.pop(0)))
        for own, outcome in finished(running):
            if own.fault is None:
                assert outcome == "survived", f"without any fault, the batteries of {own.target.path} fail"
                continue
            outcomes[outcome] += 1
            if outcome == "survived":
                survivors.append(own.name)
                print(f"survived: {own.name}", flush=True)
            if outcomes.total() % 20 == 0:
                print(f"{outcomes.total()} of {total} after {time.monotonic() - begun:.0f} s", flush=True)
        time.sleep(0.01)
    return report(total, outcomes, survivors, options.only)


def report(total: int, outcomes: Counter[str], survivors: list[str], only: str) -> int:
    """Print what came of it; 0 where all is well."""
    known = known_survivors()
    share = 1 - outcomes["survived"] / total if total else 1.0
    told = ", ".join(f"{number} {outcome}" for outcome, number in sorted(outcomes.items()))
    print(f"{total} faults: {told}; {share:.1%} were seen")
    unknown = [name for name in survivors if not known.get(name)]
    gone = [name for name in known if name not in survivors and only in name.partition(" ")[0]]
    for name in unknown:
        print(f"no reason in {SURVIVORS.name}: {name}")
    for name in gone:
        print(f"does not survive, or is no more: {name}")
    return 0 if share >= LEAST and not unknown and not gone else 1


if __name__ == "__main__":
    sys.exit(main())
