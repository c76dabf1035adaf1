"""The seeds of a trial, from the seed of its run and its number, and from nothing else."""

import hashlib

from archdsl.evaluators.trial import Seeds


def seeds_of(run_seed: int, trial: int) -> Seeds:
    """Give the seeds of a trial: the same in every process, on every machine, in whatever order trials run.

    They are below 2^32, which every library takes.

    >>> seeds_of(0, 7) == seeds_of(0, 7), seeds_of(0, 7) == seeds_of(1, 7)
    (True, False)
    """
    return Seeds(ask=_derive(run_seed, trial, "ask"), evaluate=_derive(run_seed, trial, "evaluate"))


def _derive(*path: int | str) -> int:
    text = "/".join(map(str, path))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
