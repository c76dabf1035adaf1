"""What can be said of a whole space before anything runs: proved, refuted, or not proved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from random import Random
from typing import Literal, final

from archdsl.diagnostics import ArchdslError, Diagnostic, Label, by_place
from archdsl.elaborate import Budget, BudgetSpent, Network, Program, bind_network, check_names
from archdsl.elaborate.faults import TooVague
from archdsl.elaborate.report import counted
from archdsl.elaborate.suggest import confirm
from archdsl.ir import Interval, label_text

from .apart import KnownParts
from .attempts import explorers
from .causes import Unlike
from .diagram import EMPTY, Diagram, count, literals, real_settings
from .exploration import Failure, NamedTypes
from .joined import Wide
from .probing import probe
from .trace import Trace

# Advice costs a check of the whole file for each proposal; what takes longer is not advised.
SECONDS_FOR_ADVICE = 3.0
SECONDS_OF_A_TRIAL = 2.0

MOST_NOTED = 2_000
"""So many characters of decisions are told; where more lead to a mistake, it is most often a recursion."""


@final
@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of all architectures of a network.

    `proved`: every one is well-typed and legal. `refuted`: the diagnostics name the decisions that lead to a fault.
    `not proved`: the budget was spent before all was walked; nothing is known of the rest. Some architectures were
    drawn then and are right: a wrong one among them refutes the space.

    `walks` is how many paths were walked.
    """

    kind: Literal["proved", "refuted", "not proved"]
    diagnostics: tuple[Diagnostic, ...]
    walks: int


@final
@dataclass(frozen=True, slots=True)
class WalkedSpace:
    """What is known of a network, all of whose architectures were walked: its diagram, and the order of its choices.

    The diagram is empty, and there is no order, where the verdict is not `proved`. `output_types` are the types of the
    outputs, once for each way in which some architectures have them. `parts` need not be walked again to
    count genotypes; of a space that `is_plain` nothing need be: each genotype is one architecture.
    """

    verdict: Verdict
    diagram: Diagram
    trace: Trace | None
    output_types: tuple[NamedTypes, ...] = ()
    parts: KnownParts | None = None
    is_plain: bool = False


def walk_space(network: Network, budget: Budget | None = None) -> WalkedSpace:
    """Walk all architectures on types alone."""
    budget = budget or Budget()
    allowed = budget.steps
    for explorer in explorers(network, budget):
        try:
            diagram, whole = explorer.explore()
        except BudgetSpent as spent:
            given = f"{allowed:,} steps and {budget.seconds:g} s"
            return WalkedSpace(_unproved(network, spent.diagnostic, explorer.walks, given), EMPTY, None)
        except (Wide, TooVague):
            continue
        break
    found = [_told(failure, network) for failure in whole.failures]
    if not found and diagram is EMPTY:
        found.append(_empty(whole.refusals, explorer.unlike_uses(whole), network))
    if found:
        return WalkedSpace(Verdict("refuted", by_place(found), explorer.walks), EMPTY, None)
    parts = explorer.plain_parts()
    is_plain = parts is not None and whole.is_plain
    types = explorer.output_types(whole)
    return WalkedSpace(Verdict("proved", (), explorer.walks), diagram, whole.trace, types, parts, is_plain)


def _unproved(network: Network, spent: Diagnostic, walks: int, allowed: str) -> Verdict:
    """Say what is not proved, what was used, and what is known of some architectures."""
    probed = probe(network, Random(0))
    if probed.failure is not None:
        return Verdict("refuted", (_told(probed.failure, network),), walks)
    drawn = probed.passed + probed.refused
    samples = f"of {counted(drawn, 'architecture')} drawn at random {probed.passed} are right, none is wrong"
    if probed.refused:
        samples += f", and {probed.refused} are kept away by a requirement"
    warning = replace(
        spent,
        level="warning",
        message=f"not every architecture of `{network.name}` is proved: {spent.message}",
        notes=(*spent.notes, f"{counted(walks, 'path')} walked within {allowed}", samples),
    )
    return Verdict("not proved", (warning,), walks)


def check_space(network: Network, budget: Budget | None = None) -> tuple[Verdict, Diagram]:
    """Walk all architectures on types alone; give the verdict and the decision diagram of the members."""
    walked = walk_space(network, budget)
    return walked.verdict, walked.diagram


@final
@dataclass(frozen=True, slots=True)
class CheckedProgram:
    """What is known of a whole file: the worst verdict of its networks, all diagnostics, and the sizes that are.

    A size counts all but real settings, which `real_settings` has for each network that is proved.
    """

    kind: Literal["proved", "refuted", "not proved"]
    diagnostics: tuple[Diagnostic, ...]
    sizes: Mapping[str, int]
    real_settings: Mapping[str, Mapping[str, Interval]]


def check_program(
    program: Program, network: str | None = None, statics: Mapping[str, object] | None = None
) -> CheckedProgram:
    """Check a file: its names, and then all architectures of its networks, or of one of them.

    Only a file without mistakes in its names is walked: what a mistake leads to is no mistake of its own. What may
    mend a mistake becomes its help where the edited file was checked in the same way.
    """
    checked = _check(program, network, statics, Budget)
    if not any(diagnostic.fixes for diagnostic in checked.diagnostics):
        return checked

    def check_edited(edited: Program) -> tuple[Diagnostic, ...]:
        return _check(edited, network, statics, lambda: Budget(seconds=SECONDS_OF_A_TRIAL)).diagnostics

    confirmed = confirm(checked.diagnostics, program.main, check_edited, seconds=SECONDS_FOR_ADVICE)
    return replace(checked, diagnostics=confirmed)


def _check(
    program: Program, network: str | None, statics: Mapping[str, object] | None, budget: Callable[[], Budget]
) -> CheckedProgram:
    found = [*program.diagnostics, *check_names(program)]
    if any(diagnostic.level == "error" for diagnostic in found):
        return CheckedProgram("refuted", by_place(found), {}, {})
    kinds: list[Literal["proved", "refuted", "not proved"]] = ["proved"]
    sizes: dict[str, int] = {}
    reals: dict[str, Mapping[str, Interval]] = {}
    for name in [network] if network else program.networks():
        try:
            verdict, diagram = check_space(bind_network(program, name, statics), budget())
        except ArchdslError as error:
            found.extend(error.diagnostics)
            kinds.append("refuted")
            continue
        kinds.append(verdict.kind)
        found.extend(verdict.diagnostics)
        if verdict.kind == "proved":
            sizes[name] = count()(diagram)
            reals[name] = real_settings(literals(diagram))
    worst = max(kinds, key=["proved", "not proved", "refuted"].index)
    return CheckedProgram(worst, by_place(found), sizes, reals)


def _told(failure: Failure, network: Network) -> Diagnostic:
    """Name the decisions under which a fault happens."""
    diagnostic = failure.diagnostic
    if not failure.condition:
        return diagnostic
    prefix = f"{network.root}."
    shown = [(address.removeprefix(prefix), label_text(label)) for address, label in failure.condition]
    # The address of a choice without a name, in the network itself, is the network's.
    unnamed = network.root
    named = " and ".join(
        f"`{label}` is chosen" if address == unnamed else f"`{address}` is `{label}`" for address, label in shown[:3]
    )
    if len(shown) > 3:
        named += f" and {len(shown) - 3} more decisions lead there"
    full = _listed([f"{address} = {label_text(label)}" for address, label in failure.condition])
    note = f"it happens when {full}"
    if failure.share:
        of = "" if shown[0][0] == unnamed else f" of `{shown[0][0]}`"
        verb = "is" if failure.share.startswith("1 ") else "are"
        note = f"{failure.share}{of} {verb} affected ({full})"
    return replace(diagnostic, message=f"{diagnostic.message} when {named}", notes=(*diagnostic.notes, note))


def _listed(decisions: list[str]) -> str:
    """Write decisions one after the other, and how many there are beyond what anybody reads."""
    lengths = accumulate(map(len, decisions))
    shown = [decision for decision, length in zip(decisions, lengths, strict=True) if length <= MOST_NOTED]
    left = len(decisions) - len(shown)
    return ", ".join(shown) + (f", and so on for {left} more decisions" if left else "")


def _empty(refusals: tuple[Diagnostic, ...], unlike: Unlike | None, network: Network) -> Diagnostic:
    place = Label(network.definition.name_span, "no choice of decisions is admissible")
    if refusals:
        first = refusals[0]
        secondary = (Label(first.primary.span, first.message),) if first.primary else ()
        return Diagnostic("empty-space", f"`{network.name}` has no architecture", place, secondary)
    if unlike is not None:
        return _unlike(unlike, network, place)
    message = f"`{network.name}` has no architecture: what is decided once is admissible at no two of its uses together"
    return Diagnostic("empty-space", message, place)


def _unlike(unlike: Unlike, network: Network, place: Label) -> Diagnostic:
    """Show the two uses of what is decided once and can be decided for no two of them."""
    message = f"`{network.name}` has no architecture: `{unlike.root}` is decided once, for two uses that are unlike"
    first, second = unlike.places
    notes: tuple[str, ...] = ()
    if unlike.choice is not None:
        address, labels = unlike.choice
        one, other = (" or ".join(f"`{label_text(own)}`" for own in known) for known in labels)
        notes = (f"`{address}` is {one} at the one use, {other} at the other",)
    return Diagnostic("empty-space", message, place, (Label(first, "used here"), Label(second, "used here")), notes)
