"""The battery of laws for a mutation."""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, final

from archdsl.ir import Label
from archdsl.operators import Mutation, NoChange
from archdsl.searchspace import Architecture, Space

from .brute_force import Key
from .effort import Effort, effort_of
from .falsified import Report, report_on_space, subject_of
from .frequencies import assert_drawn
from .operating import Use, differing, operate, shown_difference
from .programs import Case, cases, first_cases, members_of
from .reaching import REACHABILITY, check_reaches_all, key
from .trying import once, try_law

Shares = Callable[[Architecture, Space], Mapping[Architecture, float]]
"""Gives each mutant of an architecture its share of all draws."""

CHANGE = "a mutant is another architecture than its parent"
REFUSAL = "it says `NoChange` only where there is no other architecture"
LOCALITY = "no more decisions change than may, unless one of the new labels asks for it"
DISTRIBUTION = "mutants are drawn with the shares that were declared"

MOST_REACHED = 50
"""Of how many architectures a space is walked from each to each."""


def check_mutation(
    mutation: Mutation,
    *,
    spaces: Sequence[Space] | None = None,
    changes: int | None = None,
    may_keep: bool = False,
    may_refuse: bool = False,
    reaches: bool = True,
    shares: Shares | None = None,
    effort: Effort | str | None = None,
    examples: int | None = None,
    seed: int | None = None,
) -> None:
    """Check all that is expected of a mutation, on spaces that are drawn or on those given.

    A mutant is another architecture of the space, as it stands and as it is read back from its file; the same `rng`
    gives the same mutant; no other chance is used, and neither the parent nor the space is changed; it ends; `NoChange`
    is raised where there is no other architecture, and nothing else ever; from each architecture of a small space
    mutations lead to every other.

    Args:
        mutation: What to check.
        spaces: Where to apply it, if not in all kinds of small spaces that are drawn.
        changes: How many decisions may change that parent and mutant both make, where the new labels let so few.
        may_keep: Whether the parent itself may be given.
        may_refuse: Whether it may say `NoChange` though there are other architectures.
        reaches: Whether all architectures must be reached.
        shares: Gives the probability of each mutant, up to a factor; what is drawn is compared with it.
        effort: `quick`, `normal` or `deep`; by default what pytest was told by `--archdsl-effort`.
        examples: How many examples to draw.
        seed: From what to draw them.

    Raises:
        Falsified: a law does not hold; the message has a small space and architecture to paste.

    >>> from archdsl.operators import ResampleDecision
    >>> check_mutation(ResampleDecision(), changes=1, effort="quick")
    """
    effort = effort_of(effort, examples, seed)
    given = None if spaces is None else tuple(spaces)
    laws = _Laws(mutation, changes, may_keep, may_refuse)
    strategy, first = cases(1, given), first_cases(1, given)
    try_law(laws.check_one, strategy, effort, first=first)
    if not may_keep:
        laws.use.check()
    if reaches:
        try_law(once(laws.check_reach, lambda case: case.space), strategy, effort, first=first)
    if shares is not None:
        known = shares

        def check_shares(case: Case) -> None:
            laws.check_shares(case, known, effort.draws)

        try_law(check_shares, strategy, effort, first=first)


@final
class _Laws:
    def __init__(self, mutation: Mutation, changes: int | None, may_keep: bool, may_refuse: bool) -> None:
        self._mutation = mutation
        self._subject = subject_of("mutation", mutation)
        self._changes = changes
        self._may_keep = may_keep
        self._may_refuse = may_refuse
        self.use = Use()

    def _report(self, case: Case, parent: Architecture) -> Report:
        return report_on_space(self._subject, case.space, case.seed, parent=parent)

    def check_one(self, case: Case) -> None:
        """Apply the mutation once, and check all that can be told of one mutant."""
        space, parent = case.space, case.architecture()
        report = self._report(case, parent)

        def operation(rng: Random) -> list[Architecture]:
            return [self._mutation.apply(parent, space, rng)]

        mutants = operate(report, operation, space, [parent], case.seed, self.use)
        if mutants is None:
            if not self._may_refuse and (space.real_settings or space.size() > 1):
                raise report(REFUSAL, f"there are {space.size():,} architectures")
            return
        (mutant,) = mutants
        if key(mutant) == key(parent):
            if not self._may_keep:
                raise report(CHANGE, "it is its parent")
        elif self._changes is not None:
            self._check_near(report, case, parent, mutant, self._changes)

    def _check_near(self, report: Report, case: Case, parent: Architecture, mutant: Architecture, most: int) -> None:
        changed = differing(parent.decisions, mutant.decisions)
        if len(changed) <= most:
            return
        found = members_of(case.space)
        if found is not None:
            near = [own for own in found.members if len(differing(parent.decisions, own)) <= most]
            if any(all(not _has(own, address, mutant) for own in near) for address in changed):
                return
        values = f"{len(changed)} decisions change, {most} may\n{shown_difference(parent.decisions, mutant.decisions)}"
        raise report(LOCALITY, values)

    def _step(self, space: Space) -> Callable[[Architecture, Random], Architecture | None]:
        def step(parent: Architecture, rng: Random) -> Architecture | None:
            try:
                return self._mutation.apply(parent, space, rng)
            except NoChange:
                return None

        return step

    def check_reach(self, case: Case) -> None:
        """Walk over the space, if it is small; look at each decision, if architectures cannot be counted."""
        if case.space.real_settings:
            self._check_each(case)
        members = small_members(case.space, MOST_REACHED)
        if members is None:
            return
        report = report_on_space(self._subject, case.space)
        check_reaches_all(report, self._step(case.space), members, case.seed)

    def _check_each(self, case: Case) -> None:
        """Mutate one architecture until each decision has changed that can."""
        space, parent, rng = case.space, case.architecture(), Random(case.seed)
        step, open_addresses = self._step(space), {*space.real_settings}
        open_addresses |= {address for address, labels in space.choices.items() if len(labels) > 1}
        left = open_addresses & parent.decisions.keys()
        for _ in range(200 * len(left)):
            if not left:
                return
            mutant = step(parent, rng)
            left -= differing(parent.decisions, mutant.decisions) if mutant is not None else set()
        if left:
            raise self._report(case, parent)(REACHABILITY, f"it never changes {', '.join(sorted(left))}")

    def check_shares(self, case: Case, shares: Shares, draws: int) -> None:
        """Draw mutants of one architecture, and compare how often each is drawn."""
        space, parent, rng = case.space, case.architecture(), Random(case.seed)
        if small_members(space, MOST_REACHED) is None or space.size() < 2:
            return
        expected = {key(own): share for own, share in shares(parent, space).items()}
        step = self._step(space)

        def draw() -> Any:
            mutant = step(parent, rng)
            return None if mutant is None else key(mutant)

        try:
            assert_drawn(draw, expected, draws * max(1, len(expected)))
        except AssertionError as error:
            raise self._report(case, parent)(DISTRIBUTION, str(error)) from None


def _has(decisions: Mapping[str, Label], address: str, other: Architecture) -> bool:
    """Tell whether decisions have the label that another architecture has at an address."""
    label = other.decisions[address]
    return decisions.get(address) == label and type(decisions[address]) is type(label)


def small_members(space: Space, most: int) -> dict[Key, Architecture] | None:
    """Give all architectures of a space that has no more than so many."""
    if space.real_settings or space.size() > most:
        return None
    return {key(own): own for own in space}
