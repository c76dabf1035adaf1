"""Trials as the plain data that the journal holds, and back."""

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from archdsl.evaluators.trial import Budget, Candidate, Measurement, Seeds, Trial
from archdsl.ir.guards import Label

from .journal import Contents, Record


def to_record(trial: Trial, finished: float) -> Record:
    """Give a trial as plain data; `finished` is the time at which it was, in seconds since 1970.

    All that depends on how fast the machine is, or on when the run took place, stands under `time`.
    """
    return {
        "trial": trial.number,
        **to_asked(trial.candidate, trial.budget, trial.seeds),
        "status": trial.status,
        "measurements": [dataclasses.asdict(measurement) for measurement in trial.measurements],
        "error": trial.error,
        "time": {
            "finished": datetime.fromtimestamp(finished, UTC).isoformat(timespec="milliseconds"),
            "cost": round(trial.cost, 6),
        },
    }


def to_trial(record: Mapping[str, Any], candidate: Candidate) -> Trial:
    """Read a trial whose candidate is known already."""
    return Trial(
        number=record["trial"],
        candidate=candidate,
        budget=Budget(**record["budget"]),
        seeds=Seeds(**record["seeds"]),
        status=record["status"],
        measurements=tuple(Measurement(**measurement) for measurement in record["measurements"]),
        cost=record["time"]["cost"],
        error=record["error"],
    )


def decisions_in(record: Mapping[str, Any]) -> dict[str, Label]:
    """Read the decisions of the architecture that a record is about."""
    return {a: tuple(label) if isinstance(label, list) else label for a, label in record["decisions"].items()}


def to_asked(candidate: Candidate, budget: Budget, seeds: Seeds) -> Record:
    """Give as plain data what is known of a trial before its evaluation."""
    return {
        "decisions": candidate.architecture.to_dict(),
        "parents": list(candidate.parents),
        "operator": candidate.operator,
        "budget": dataclasses.asdict(budget),
        "seeds": dataclasses.asdict(seeds),
    }


def differences(candidate: Candidate, budget: Budget, seeds: Seeds, record: Mapping[str, Any]) -> tuple[str, ...]:
    """Say in what a trial that is about to be replayed differs from its record; nothing where it does not.

    Numbers and truth values are told apart by how they are written: 1, 1.0 and true differ.
    """
    asked = to_asked(candidate, budget, seeds)
    ours = {**asked.pop("decisions"), **asked}
    theirs = {**record["decisions"], **{key: record[key] for key in asked}}
    return tuple(
        f"`{key}` is {_written(ours, key)}, the journal has {_written(theirs, key)}"
        for key in dict.fromkeys([*ours, *theirs])
        if _written(ours, key) != _written(theirs, key)
    )


def _written(values: Mapping[str, Any], key: str) -> str:
    return repr(values[key]) if key in values else "not there"


def comparable(contents: Contents) -> tuple[Record, ...]:
    """Give the header and the records of a journal without times, in which alone two equal runs may differ."""
    records = (contents.header, *contents.records)
    return tuple({key: value for key, value in record.items() if key != "time"} for record in records)
