"""The battery of laws for a sampler."""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, Literal, final

from archdsl.searchspace import Architecture, Space

from .brute_force import Key, key_of
from .effort import Effort, effort_of
from .falsified import Report, report_on_space, subject_of
from .frequencies import assert_drawn
from .operating import Use, operate
from .programs import Case, cases, first_cases, members_of
from .reaching import key
from .trying import once, try_law

Sampler = Callable[[Space, Random], Architecture]
"""Draws an architecture of a space."""

Shares = Callable[[Space], Mapping[Architecture, float]]
"""Gives each architecture of a space its share of all draws."""

ALWAYS = "where there are architectures, it gives one"
COVERAGE = "every architecture of a small space is drawn"
DISTRIBUTION = "architectures are drawn with the shares that were declared"
INDEPENDENCE = "what is drawn does not depend on what was drawn before"

MOST_DRAWN = 100
"""Of how many architectures a space is small enough to draw each of them often."""

MOST_PAIRED = 6
"""Of how many architectures a space is small enough to draw each pair of them often."""


def check_sampler(
    sampler: Sampler,
    *,
    spaces: Sequence[Space] | None = None,
    shares: Literal["priors", "uniform"] | Shares | None = None,
    effort: Effort | str | None = None,
    examples: int | None = None,
    seed: int | None = None,
) -> None:
    """Check all that is expected of a sampler, on spaces that are drawn or on those given.

    What it draws is an architecture of the space, as it stands and as it is read back from its file; the same `rng`
    gives the same one; no other chance is used, and the space is not changed; it ends, and raises nothing; each
    architecture of a small space is drawn, as often as its share says, whatever was drawn before.

    Args:
        sampler: What to check: a function of a space and `rng`.
        spaces: Where to sample, if not in all kinds of small spaces that are drawn.
        shares: How often each architecture is to be drawn: in proportion to the product of the priors of its decisions,
            or as often as any other, or as a function says; None where nothing is known.
        effort: `quick`, `normal` or `deep`; by default what pytest was told by `--archdsl-effort`.
        examples: How many examples to draw.
        seed: From what to draw them.

    Raises:
        Falsified: a law does not hold; the message has a small space to paste.

    >>> check_sampler(lambda space, rng: space.sample(rng=rng), shares="priors", effort="quick")
    """
    effort = effort_of(effort, examples, seed)
    given = None if spaces is None else tuple(spaces)
    laws = _Laws(sampler, shares, effort.draws)
    strategy, first = cases(0, given), first_cases(0, given)
    try_law(laws.check_one, strategy, effort, first=first)
    laws.use.check()
    for law in (laws.check_shares, laws.check_pairs):
        try_law(once(law, lambda case: case.space), strategy, effort, first=first)


@final
class _Laws:
    def __init__(self, sampler: Sampler, shares: Literal["priors", "uniform"] | Shares | None, draws: int) -> None:
        self._sampler = sampler
        self._subject = subject_of("sampler", sampler)
        self._shares = shares
        self._draws = draws
        self.use = Use()

    def _report(self, case: Case) -> Report:
        return report_on_space(self._subject, case.space, case.seed)

    def check_one(self, case: Case) -> None:
        """Sample once, and check all that can be told of one architecture."""
        if self._shares == "uniform" and case.space.real_settings:
            return
        report = self._report(case)
        drawn = operate(report, lambda rng: [self._sampler(case.space, rng)], case.space, [], case.seed, self.use)
        if drawn is None:
            raise report(ALWAYS, "it says `NoChange`")

    def check_shares(self, case: Case) -> None:
        """Draw often, and compare how often each architecture is drawn."""
        shares = self._expected(case.space, MOST_DRAWN)
        if shares is None:
            return
        rng, report = Random(case.seed), self._report(case)

        def draw() -> Key:
            return key(self._sampler(case.space, rng))

        if self._shares is None:
            missing = set(shares)
            for _ in range(20 * self._draws * len(shares)):
                if not missing:
                    return
                missing.discard(draw())
            never = {address: label for address, _, label in min(missing, key=str)}
            raise report(COVERAGE, f"never: {never}")
        try:
            assert_drawn(draw, shares, self._draws * len(shares))
        except AssertionError as error:
            raise report(DISTRIBUTION, str(error)) from None

    def check_pairs(self, case: Case) -> None:
        """Draw in a row, and compare how often one architecture follows another."""
        shares = self._expected(case.space, MOST_PAIRED)
        if shares is None or self._shares is None or len(shares) < 2:
            return
        rng = Random(case.seed + 1)
        pairs = {(one, other): shares[one] * shares[other] for one in shares for other in shares}

        def draw() -> tuple[Any, ...]:
            first, second = (key(self._sampler(case.space, rng)) for _ in range(2))
            return first, second

        try:
            assert_drawn(draw, pairs, self._draws * len(pairs))
        except AssertionError as error:
            raise self._report(case)(INDEPENDENCE, str(error)) from None

    def _expected(self, space: Space, most: int) -> dict[Key, float] | None:
        """Give what is expected of a space that is small enough."""
        if callable(self._shares):
            if space.real_settings or space.size() > most:
                return None
            return {key(own): share for own, share in self._shares(space).items()}
        found = members_of(space)
        if found is None or len(found.members) > most:
            return None
        shares = found.priors if self._shares == "priors" else [1.0] * len(found.members)
        return {key_of(own): share for own, share in zip(found.members, shares, strict=True)}
