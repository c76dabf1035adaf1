"""How many decisions operators make a second: architectures sampled, and mutated by one step, on one core.

Each space is sampled and mutated by the calls that serve any space. `plain` draws the same decisions into a dictionary,
uniformly and with `random.choice`, in Python that knows the list of an architecture's labels beforehand: what the draws
alone cost. After the clock is stopped, each distinct result is checked to be a member by replaying its decisions
through the program, up to `--check` of each; a mutant is checked to differ from its parent.

The first line is a yardstick of the machine: a plain Python loop. To walk `nas_bench_101` takes a minute or two.

    python benchmarks/operators.py [--seconds S] [--check N] [SPACE …]
"""

import argparse
import time
from collections.abc import Callable
from itertools import pairwise
from random import Random

from archdsl.ir import Label
from archdsl.operators import ResampleDecision
from archdsl.searchspace import Architecture, Space, load

SPACES = ("darts", "proxylessnas", "einspace", "nas_bench_101")
LOOP = 20_000_000


def loop() -> float:
    """Time the yardstick."""
    start = time.process_time()
    total = 0
    for i in range(LOOP):
        total += i
    return time.process_time() - start


def rate(call: Callable[[], object], seconds: float) -> float:
    """Count how often a call is made in a second of CPU."""
    call()
    start, done = time.process_time(), 0
    while time.process_time() - start < seconds:
        for _ in range(100):
            call()
        done += 100
    return done / (time.process_time() - start)


def plain(space: Space, architecture: Architecture, rng: Random) -> Callable[[], dict[str, Label]]:
    """Give what draws a dictionary of decisions, as if none depended on another."""
    known = [(own, space.choices[own]) for own in architecture.decisions if own in space.choices]
    return lambda: {address: rng.choice(labels) for address, labels in known}


def checked(space: Space, found: list[Architecture], most: int) -> int:
    """Check distinct results to be members."""
    distinct = list(dict.fromkeys(found))[:most]
    for own in distinct:
        reasons = space.explain(own.decisions)
        assert not reasons, f"{own} is no architecture of {space.network}: {reasons}"
    return len(distinct)


def measure(name: str, seconds: float, most: int) -> None:
    """Print one line."""
    space, rng = load(name), Random(0)
    start = time.process_time()
    space.sample(rng=rng)
    walked = time.process_time() - start
    parent = space.sample(rng=rng)
    mutation = ResampleDecision()
    start = time.process_time()
    mutation.apply(parent, space, rng)
    ready = time.process_time() - start

    sampled: list[Architecture] = []
    mutants: list[Architecture] = [parent]

    def sample() -> None:
        sampled.append(space.sample(rng=rng))

    def mutate() -> None:
        mutants.append(mutation.apply(mutants[-1], space, rng))

    samples, mutations = rate(sample, seconds), rate(mutate, seconds)
    baseline = rate(plain(space, parent, rng), seconds)
    assert all(one != other for one, other in pairwise(mutants)), "a mutant is its parent"
    number = checked(space, sampled, most) + checked(space, mutants, most)
    row = f"{name:<16}{len(parent.decisions):>10}{samples:>12,.0f}{mutations:>12,.0f}{baseline:>12,.0f}"
    print(f"{row}{walked:>10.1f}{ready:>10.2f}{number:>10}", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("spaces", nargs="*", metavar="SPACE", default=SPACES)
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each call is timed")
    parser.add_argument("--check", type=int, default=100, help="how many distinct results of each kind are checked")
    given = parser.parse_args()
    print(f"a loop of {LOOP:,}: {loop():.2f} s\n")
    columns = f"{'samples/s':>12}{'mutants/s':>12}{'plain/s':>12}{'walk s':>10}{'plan s':>10}{'members':>10}"
    print(f"{'space':<16}{'decisions':>10}{columns}")
    for name in given.spaces:
        measure(name, given.seconds, given.check)


if __name__ == "__main__":
    main()
