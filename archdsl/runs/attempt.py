"""One evaluation, and what becomes of its exceptions."""

import re
import time
import traceback
from dataclasses import replace

from archdsl.diagnostics import ArchdslError
from archdsl.evaluators.protocol import Evaluator, TrialFailure, TrialFiles, measured
from archdsl.evaluators.trial import Budget, Candidate, Measurement, Seeds, Status, Trial
from archdsl.searchspace import Architecture

from .disk import CANNOT_WRITE, cannot_write, is_full

_LONGEST = 20_000
"""How many characters of an error are kept."""


def attempt(
    number: int, candidate: Candidate, budget: Budget, seeds: Seeds, evaluator: Evaluator, files: TrialFiles | None
) -> Trial:
    """Evaluate a candidate; an exception makes a trial that failed.

    The evaluator is given a copy of the architecture: the graph that it asks for goes with the copy, while the trial
    stays. What is not the candidate's fault is no result and passes through: an interrupt, and a disk that is full or
    read-only, whoever wrote to it.
    """
    measurements: tuple[Measurement, ...] = ()
    status: Status = "complete"
    error: str | None = None
    copy = replace(candidate, architecture=Architecture(candidate.architecture.space, candidate.architecture.decisions))
    start = time.perf_counter()
    try:
        result = evaluator.evaluate(copy, budget, seed=seeds.evaluate, files=files)
        measurements = measured(result, evaluator.quantities)
    except TrialFailure as failure:
        status, error = failure.status, _shorten(str(failure))
    except (Exception, SystemExit) as exception:
        if isinstance(exception, OSError) and is_full(exception):
            raise cannot_write(exception, exception.filename or "a file of the evaluation") from exception
        if isinstance(exception, ArchdslError) and any(d.code == CANNOT_WRITE for d in exception.diagnostics):
            raise
        status = "out_of_memory" if _is_out_of_memory(exception) else "failed"
        error = _shorten(_describe(exception))
    cost = round(time.perf_counter() - start, 6)
    return Trial(number, candidate, budget, seeds, status, measurements, cost, error)


def _is_out_of_memory(exception: BaseException) -> bool:
    # PyTorch's own class is not a `MemoryError`, and is known by name here because torch need not be installed.
    return isinstance(exception, MemoryError) or type(exception).__name__ == "OutOfMemoryError"


def _describe(exception: BaseException) -> str:
    """Give the traceback from the evaluator on; of a mistake that was diagnosed, the diagnosis."""
    if isinstance(exception, ArchdslError):
        return str(exception)
    frames = exception.__traceback__ and exception.__traceback__.tb_next
    return "".join(traceback.format_exception(type(exception), exception, frames)).rstrip()


def _shorten(text: str) -> str:
    """Drop addresses in memory, which no two runs share, and the middle of what is too long."""
    text = re.sub(r"\b0x[0-9a-f]{6,}\b", "0x…", text)
    if len(text) <= _LONGEST:
        return text
    return f"{text[: _LONGEST // 2]}\n… {len(text) - _LONGEST} characters …\n{text[-_LONGEST // 2 :]}"
