"""How hard a battery tries."""

import os
from dataclasses import dataclass, replace
from typing import final

from archdsl.diagnostics import Diagnostic, UsageError, unknown_name

EFFORT = "ARCHDSL_EFFORT"
"""The environment variable that names the effort of all batteries; pytest's `--archdsl-effort` sets it."""

SEED = "ARCHDSL_SEED"
"""The environment variable from which all batteries draw; pytest's `--archdsl-seed` sets it."""


@final
@dataclass(frozen=True, slots=True)
class Effort:
    """How many examples a battery tries, how many draws it takes for each cell of a distribution, how long it shrinks.

    `shrinks` is the number of smaller examples that are tried after a failure.

    >>> Effort.named("quick").examples < Effort.named("deep").examples
    True
    """

    examples: int = 100
    draws: int = 40
    shrinks: int = 500
    seed: int = 0

    @staticmethod
    def named(name: str) -> "Effort":
        """Give `quick`, `normal` or `deep`.

        Raises:
            UsageError: there is no effort of this name.
        """
        if name in EFFORTS:
            return EFFORTS[name]
        raise unknown_name("bad-option", ("effort", "efforts"), name, EFFORTS)


EFFORTS = {
    "quick": Effort(examples=8, draws=20, shrinks=200),
    "normal": Effort(),
    "deep": Effort(examples=500, draws=100, shrinks=2000),
}
"""The efforts by name."""


def effort_of(effort: Effort | str | None, examples: int | None, seed: int | None) -> Effort:
    """Give the effort that a check was asked for: by default that of the environment, or else `normal`."""
    own = effort if isinstance(effort, Effort) else Effort.named(effort or os.environ.get(EFFORT) or "normal")
    if seed is None and not isinstance(effort, Effort):
        seed = _environment_seed()
    return replace(
        own, examples=own.examples if examples is None else examples, seed=own.seed if seed is None else seed
    )


def _environment_seed() -> int:
    text = os.environ.get(SEED) or "0"
    if not text.isdecimal():
        raise UsageError(Diagnostic("bad-option", f"the seed of the batteries is a whole number, given `{text}`"))
    return int(text)
