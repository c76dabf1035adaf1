"""What a battery says of a law that does not hold: the law, the values, and texts to paste."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import indent
from typing import final

from archdsl.ir import Graph
from archdsl.searchspace import Architecture, Space, architecture_text

SPACE_FILE = "space.nas"


@final
class Falsified(AssertionError):
    """A law of an operator does not hold; the message has the smallest space and architecture that were found.

    `law` is the sentence that does not hold; `files` are the texts to paste, by name.
    """

    def __init__(self, subject: str, law: str, values: str, files: Mapping[str, str], seed: int | None = None) -> None:
        self.subject = subject
        self.law = law
        self.values = values
        self.files = dict(files)
        self.seed = seed
        super().__init__(str(self))

    def __str__(self) -> str:
        parts = [f"{self.subject} breaks a law: {self.law}", indent(self.values.strip("\n"), "  ")]
        parts += [f"{name}:\n{indent(text.strip(chr(10)), '    ')}" for name, text in self.files.items()]
        if self.seed is not None:
            parts.append(f"chance: Random({self.seed})")
        return "\n\n".join(part for part in parts if part)

    @property
    def size(self) -> tuple[int, ...]:
        """How much there is to read; of two examples the smaller is shown."""
        return (*(len(text) for text in self.files.values()), self.seed or 0)


@final
@dataclass(frozen=True, slots=True)
class Report:
    """What all failures of one example have in common: whose laws they are, and the texts to paste."""

    subject: str
    files: Mapping[str, str] = field(default_factory=dict)
    seed: int | None = None

    def __call__(self, law: str, values: object = "") -> Falsified:
        """Make the error."""
        return Falsified(self.subject, law, str(values), self.files, self.seed)


def report_on_space(subject: str, space: Space, seed: int | None = None, **architectures: Architecture) -> Report:
    """Report on a space and some of its architectures, as files that archdsl reads."""
    files = {SPACE_FILE: text_of(space)}
    files |= {f"{name}.yaml": _file(architecture) for name, architecture in architectures.items()}
    return Report(subject, files, seed)


def report_on_graph(subject: str, graph: Graph, seed: int | None = None) -> Report:
    """Report on a graph, as a network that archdsl reads."""
    return Report(subject, {"graph.nas": str(graph)}, seed)


def text_of(space: Space) -> str:
    """Give the text of the file that a space was read from."""
    return space.elaborated.program.main.module.source.text


def _file(architecture: Architecture) -> str:
    """Write an architecture's file beside that of its space."""
    lines = architecture_text(architecture).splitlines()
    kept: list[str] = []
    for line in lines:
        if line.startswith("text:"):
            break
        kept.append(f"space: {SPACE_FILE}" if line.startswith("space:") and "<text>" in line else line)
    return "\n".join(kept)


def subject_of(kind: str, own: object) -> str:
    """Call an operator by its name."""
    name = getattr(own, "name", None) or getattr(own, "__name__", None) or type(own).__name__
    return f"the {kind} `{name}`"
