"""The words and small tables of a report, as HTML."""

from collections.abc import Iterator, Mapping
from html import escape

from archdsl.evaluators.trial import Measurement, Trial
from archdsl.ir import Label, label_text

from .charts import number


def text(words: str) -> str:
    """Write any text as HTML."""
    return escape("".join(char if char.isprintable() or char in "\n\t" else "\ufffd" for char in words))


def link(trial: int) -> str:
    """Lead to a trial in the list of all."""
    return f'<a href="#trial-{trial}">{trial}</a>'


def decided_text(label: Label | None) -> str:
    """Write what was decided."""
    return "nothing" if label is None else label_text(label)


def decision_table(decisions: Mapping[str, Label], other: Mapping[str, Label] | None) -> Iterator[str]:
    """List decisions; those that differ from another architecture's stand out."""
    yield '<table class="decisions"><tbody>'
    for address, label in decisions.items():
        differs = ' class="differs"' if other is not None and other.get(address) != label else ""
        yield f"<tr{differs}><th>{text(address)}</th><td>{text(label_text(label))}</td></tr>"
    yield "</tbody></table>"


def value_text(measurement: Measurement) -> str:
    """Write a measured value."""
    return f"{number(measurement.value)} {measurement.unit}".rstrip()


def axis_label(objective: Measurement) -> str:
    """Name the objective, its unit, and what is better."""
    better = "higher is better" if objective.direction == "maximize" else "lower is better"
    return f"{objective.name} ({', '.join([objective.unit] * bool(objective.unit) + [better])})"


def hint(trial: Trial) -> str:
    """Say in a tooltip what came out of a complete trial."""
    return f"trial {trial.number}: {trial.objective.name} {value_text(trial.objective)}"


def outcome(trial: Trial) -> str:
    """Say in a word what came out of a trial."""
    return (
        f"{trial.objective.name} {value_text(trial.objective)}" if trial.is_complete else trial.status.replace("_", " ")
    )


def reason(trial: Trial) -> str:
    """Give the last line of what went wrong."""
    lines = (trial.error or "").strip().splitlines()
    return lines[-1] if lines else trial.status


def duration(seconds: float) -> str:
    """Write a duration.

    >>> duration(3.21), duration(754), duration(7290)
    ('3.2 s', '12 min 34 s', '2 h 1 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
