"""The battery of laws for a crossover."""

from collections.abc import Sequence
from random import Random
from typing import final

from archdsl.operators import Crossover
from archdsl.searchspace import Architecture, Space

from .effort import Effort, effort_of
from .falsified import Report, report_on_space, subject_of
from .operating import Use, differing, operate, shown_difference
from .programs import Case, cases, first_cases
from .reaching import key
from .trying import once, try_law

PAIR = "it gives two children"
INHERITANCE = "where both parents decide alike, so does a child, if such an architecture is there"
COMPLEMENT = "where one child has the label of the first parent, the other has that of the second"
LIKENESS = "the children of two equal parents equal them"
MIXTURE = "some child is like neither of its parents"
REFUSAL = "it says `NoChange` only where the parents are alike"


def check_crossover(
    crossover: Crossover,
    *,
    spaces: Sequence[Space] | None = None,
    may_refuse: bool = True,
    inherits: bool = True,
    complements: bool = True,
    mixes: bool = True,
    effort: Effort | str | None = None,
    examples: int | None = None,
    seed: int | None = None,
) -> None:
    """Check all that is expected of a crossover, on spaces that are drawn or on those given.

    Two children are architectures of the space, as they stand and as they are read back from their files; the same
    `rng` gives the same children; no other chance is used, and neither the parents nor the space is changed; it ends;
    where both parents decide alike, so do the children; where decisions are free of one another, the children
    complement each other; equal parents have children like them; some child is like neither parent.

    Args:
        crossover: What to check.
        spaces: Where to apply it, if not in all kinds of small spaces that are drawn.
        may_refuse: Whether it may say `NoChange` for parents that differ.
        inherits: Whether what both parents decide alike must be kept.
        complements: Whether the two children complement each other.
        mixes: Whether some child must be like neither parent.
        effort: `quick`, `normal` or `deep`; by default what pytest was told by `--archdsl-effort`.
        examples: How many examples to draw.
        seed: From what to draw them.

    Raises:
        Falsified: a law does not hold; the message has a small space and architectures to paste.
    """
    effort = effort_of(effort, examples, seed)
    given = None if spaces is None else tuple(spaces)
    laws = _Laws(crossover, may_refuse, inherits, complements)
    strategy, first = cases(2, given), first_cases(2, given)
    try_law(once(laws.check_alike, lambda case: case.space), strategy, effort, first=first)
    try_law(laws.check_one, strategy, effort, first=first)
    laws.use.check()
    if mixes and not laws.has_mixed and laws.last is not None:
        raise laws.last(MIXTURE, "in all examples each child was one of its parents")


@final
class _Laws:
    def __init__(self, crossover: Crossover, may_refuse: bool, inherits: bool, complements: bool) -> None:
        self._crossover = crossover
        self._subject = subject_of("crossover", crossover)
        self._may_refuse = may_refuse
        self._inherits = inherits
        self._complements = complements
        self.use = Use()
        self.has_mixed = False
        self.last: Report | None = None

    def _children(
        self, case: Case, report: Report, first: Architecture, second: Architecture
    ) -> tuple[Architecture, ...] | None:
        def operation(rng: Random) -> Sequence[Architecture]:
            return self._crossover.apply(first, second, case.space, rng)

        # Of parents that differ in one decision nothing is left to chance.
        use = self.use if len(differing(first.decisions, second.decisions)) > 1 else Use()
        children = operate(report, operation, case.space, [first, second], case.seed, use)
        if children is not None and len(children) != 2:
            raise report(PAIR, f"it gives {len(children)}")
        return children

    def check_one(self, case: Case) -> None:
        """Cross two architectures, and check all that can be told of their children."""
        first, second = case.architecture(0), case.architecture(1)
        report = report_on_space(self._subject, case.space, case.seed, first=first, second=second)
        children = self._children(case, report, first, second)
        if children is None:
            if not self._may_refuse and key(first) != key(second):
                raise report(REFUSAL, shown_difference(first.decisions, second.decisions))
            return
        if self._inherits:
            for child in children:
                self._check_kept(report, first, second, child)
        if self._complements:
            self._check_complement(report, case.space, first, second, children)
        self.last = report
        self.has_mixed |= any(key(own) not in (key(first), key(second)) for own in children)

    def check_alike(self, case: Case) -> None:
        """Cross an architecture with itself."""
        own = case.architecture(0)
        report = report_on_space(self._subject, case.space, case.seed, first=own, second=own)
        for child in self._children(case, report, own, own) or ():
            if key(child) != key(own):
                raise report(LIKENESS, shown_difference(own.decisions, child.decisions))

    def _check_kept(self, report: Report, first: Architecture, second: Architecture, child: Architecture) -> None:
        common = {
            own: label
            for own, label in first.decisions.items()
            if own in second.decisions and own not in differing(first.decisions, second.decisions)
        }
        if lost := differing(common, child.decisions):
            values = f"at {', '.join(sorted(lost))}\n{shown_difference(first.decisions, child.decisions)}"
            raise report(INHERITANCE, values)

    def _check_complement(
        self, report: Report, space: Space, first: Architecture, second: Architecture, children: Sequence[Architecture]
    ) -> None:
        if not is_free(space):
            return
        one, other = (own.decisions for own in children)
        for address in differing(first.decisions, second.decisions):
            labels = [own.decisions[address] for own in (first, second)]
            if [one[address], other[address]] not in (labels, labels[::-1]):
                raise report(COMPLEMENT, f"at {address} the parents have {labels}, {[one[address], other[address]]}")


def is_free(space: Space) -> bool:
    """Tell whether all decisions of a space are free of one another: all are made always, with the same labels."""
    if space.real_settings:
        return False
    combinations = 1
    for labels in space.choices.values():
        combinations *= len(labels)
    return combinations == space.size()
