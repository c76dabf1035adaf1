"""The resolved configuration of a run: all that is needed to go on with it."""

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal, Self, final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticSerializationError

from archdsl.diagnostics import ArchdslError, Diagnostic, UsageError
from archdsl.evaluators.trial import Budget

FORMAT: Literal[1] = 1
"""The version of the format of a run directory."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


@final
class SpaceConfig(_Part):
    """Which network of which of the texts that the run keeps, under which statics; `origin` is what the user named."""

    file: str
    network: str
    statics: dict[str, Any] = {}
    origin: str


@final
class StrategyConfig(_Part):
    """A strategy by name, with all its options; `options` is None for an object that the user made."""

    name: str
    options: dict[str, Any] | None = {}


@final
class RunConfig(_Part):
    """A run, as `config.yaml` has it.

    `evaluator` describes how candidates are measured, for whoever makes the evaluator again. The run ends after
    `trials` trials, or when trials have taken `time_limit` seconds.
    """

    format: Literal[1] = FORMAT
    archdsl: str = Field(default_factory=lambda: version("archdsl"))
    space: SpaceConfig
    strategy: StrategyConfig
    evaluator: dict[str, Any] = {}
    budget: Budget = Budget()
    trials: Annotated[int, Field(ge=1)] | None = None
    time_limit: Annotated[float, Field(gt=0)] | None = None
    seed: int = 0

    def is_over(self, done: int, seconds: float) -> bool:
        """Tell whether so many trials, which took so long, are all that is wanted."""
        return (self.trials is not None and done >= self.trials) or (
            self.time_limit is not None and seconds >= self.time_limit
        )

    @model_validator(mode="after")
    def _check_end(self) -> Self:
        if self.trials is None and self.time_limit is None:
            raise ValueError("expected a number of trials or a time limit, got neither")
        return self

    def to_yaml(self) -> str:
        """Write the configuration.

        Raises:
            UsageError: It holds what is not plain data.
        """
        try:
            values = self.model_dump(mode="json")
        except PydanticSerializationError as error:
            raise UsageError(Diagnostic("bad-option", f"the configuration must be plain data: {error}")) from error
        return yaml.safe_dump(values, sort_keys=False, allow_unicode=True)


def to_config(values: Mapping[str, Any]) -> RunConfig:
    """Make a configuration.

    Raises:
        UsageError: Values are missing, unknown or out of range; all of them are named.
    """
    try:
        return RunConfig.model_validate(dict(values))
    except ValidationError as error:
        raise UsageError(Diagnostic("bad-option", mistake) for mistake in _mistakes(error)) from error


def read_config(path: Path) -> RunConfig:
    """Read the configuration of a run.

    Raises:
        ArchdslError: It is missing, of another format, or not a configuration; all mistakes are named.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ArchdslError(_bad(path, str(error).splitlines()[0])) from error
    found = values.get("format") if isinstance(values, dict) else None
    if found != FORMAT:
        raise ArchdslError(_bad(path, f"expected the format {FORMAT}, got {found!r}"))
    try:
        return RunConfig.model_validate(values)
    except ValidationError as error:
        raise ArchdslError(_bad(path, mistake) for mistake in _mistakes(error)) from error


def _mistakes(error: ValidationError) -> list[str]:
    """Say what is wrong, one sentence for each value."""
    return [
        f"`{'.'.join(map(str, detail['loc']))}`: {detail['msg'].replace('Input should', 'it should')}, "
        f"got {detail['input']!r}"
        if detail["loc"]
        else str(detail["ctx"]["error"])
        for detail in error.errors(include_url=False)
    ]


def _bad(path: Path, reason: str) -> Diagnostic:
    return Diagnostic("bad-run-config", f"`{path}` is not the configuration of a run: {reason}")
