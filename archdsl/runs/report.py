"""A run as one page: what was found, how it was found, and what went wrong."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import final

from archdsl.diagnostics import ArchdslError
from archdsl.evaluators.trial import Trial, best
from archdsl.ir.draw import to_svg
from archdsl.ir.draw.words import TIMES

from .charts import Chart, Line, Point, Style, draw, number
from .markup import (
    axis_label,
    decided_text,
    decision_table,
    duration,
    hint,
    link,
    outcome,
    reason,
    text,
    value_text,
)
from .run import Run
from .style import STYLE

_BEST = 3
"""How many architectures are drawn."""

_COSTED = 500
"""For how many architectures, the best ones, costs are computed that no trial measured."""

_COSTS = {"params": "parameters", "macs": "MACs"}


def report(run: Run) -> str:
    """Write a run as one self-contained HTML page: no script, no style sheet or picture from elsewhere.

    It shows the best architectures, the objective over the trials, costs against the objective with the Pareto front,
    the lineage of the best, all trials, the failed ones with their reasons, the configuration and the space.
    """
    page = _Page(run)
    title = f"{run.space.network}: {run.config.strategy.name}"
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{text(title)}</title>",
            f"<style>\n{STYLE}</style>",
            "</head>",
            "<body>",
            *page.header(),
            *page.architectures(),
            *page.progress(),
            *page.costs(),
            *page.lineage(),
            *page.failures(),
            *page.trials(),
            *page.settings(),
            "</body>",
            "</html>\n",
        ]
    )


@final
@dataclass(frozen=True, slots=True)
class _Costed:
    """A complete trial with the value of a cost."""

    trial: Trial
    cost: float


@final
class _Page:
    def __init__(self, run: Run) -> None:
        self.run = run
        self.complete = [trial for trial in run.trials if trial.is_complete]
        self.failed = [trial for trial in run.trials if not trial.is_complete]
        self.leader = best(run.trials)
        self.by_number = {trial.number: trial for trial in run.trials}
        ranked = sorted(self.complete, key=lambda trial: (-trial.fitness, trial.number))
        self.ranked = list({trial.architecture: trial for trial in reversed(ranked)}.values())[::-1]

    def header(self) -> Iterator[str]:
        config, trials = self.run.config, self.run.trials
        wanted = f" of {config.trials}" if config.trials is not None else ""
        seconds = sum(trial.cost for trial in trials)
        facts = [
            ("trials", f"{len(trials)}{wanted}"),
            ("failed", str(len(self.failed))),
            ("time in trials", duration(seconds)),
        ]
        if self.leader is not None:
            words = f"best {self.leader.objective.name}"
            facts = [(words, value_text(self.leader.objective)), ("found in trial", str(self.leader.number)), *facts]
        facts.append(("seed", str(config.seed)))
        where = f" · {self.run.dir}" if self.run.dir is not None else ""
        state = "" if self.run.is_finished else " · not finished"
        yield f"<header><h1>{text(self.run.space.network)}</h1>"
        yield f"<p>{text(f'{config.strategy.name} on {config.space.origin}{where}{state}')}</p></header>"
        yield '<dl class="facts">'
        yield from (f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>" for name, value in facts)
        yield "</dl>"

    def architectures(self) -> Iterator[str]:
        yield "<section><h2>Best architectures</h2>"
        if not self.ranked:
            yield "<p>No trial is complete.</p>"
        shown = self.ranked[:_BEST]
        for place, trial in enumerate(shown, 1):
            is_open = " open" if place == 1 else ""
            words = ", ".join(f"{m.name} {value_text(m)}" for m in trial.measurements)
            yield f'<details class="architecture"{is_open}><summary><b>{place}.</b> trial {trial.number}: '
            yield f"{text(words)}</summary>"
            yield f'<div class="drawing">{to_svg(trial.architecture.graph)}</div>'
            yield from decision_table(
                trial.architecture.decisions, shown[0].architecture.decisions if place > 1 else None
            )
            yield "</details>"
        yield "</section>"

    def progress(self) -> Iterator[str]:
        if not self.complete:
            return
        objective = self.complete[0].objective
        points = [
            Point(trial.number, trial.objective.value, self._style(trial), hint(trial), f"#trial-{trial.number}")
            for trial in self.complete
        ]
        points += [
            Point(trial.number, None, "failed", f"trial {trial.number}: {reason(trial)}", f"#trial-{trial.number}")
            for trial in self.failed
        ]
        incumbent: list[tuple[float, float]] = []
        leader: Trial | None = None
        for trial in self.complete:
            if leader is None or trial.fitness > leader.fitness:
                leader = trial
                incumbent.append((trial.number, trial.objective.value))
        assert leader is not None
        incumbent.append((self.run.trials[-1].number, leader.objective.value))
        legend: list[tuple[Style, str]] = [("plain", "trial"), ("best", "best; the line is the incumbent")]
        legend += [("failed", "failed")] * bool(self.failed)
        chart = Chart(
            f"{objective.name} over the trials", "trial", axis_label(objective), points,
            [Line(incumbent, "best", step=True)], legend, whole=True,
        )  # fmt: skip
        yield f"<section><h2>{text(objective.name)} over the trials</h2>{draw(chart)}</section>"

    def costs(self) -> Iterator[str]:
        yield '<div class="pair">'
        for cost, words in _COSTS.items():
            costed = self._costed(cost)
            if len({one.cost for one in costed}) < 2:
                continue
            front = pareto([(one.cost, one.trial.fitness) for one in costed])
            objective = costed[0].trial.objective
            points = [
                Point(
                    one.cost, one.trial.objective.value,
                    self._style(one.trial, "front" if i in front else "plain"),
                    f"{hint(one.trial)}, {one.cost:,.0f} {words}", f"#trial-{one.trial.number}",
                )
                for i, one in enumerate(costed)
            ]  # fmt: skip
            line = Line([(costed[i].cost, costed[i].trial.objective.value) for i in front], "front", step=True)
            legend: list[tuple[Style, str]] = [("plain", "trial"), ("front", "Pareto front"), ("best", "best")]
            title = f"{objective.name} against {words}"
            chart = Chart(title, words, axis_label(objective), points, [line], legend, log=True, width=560.0)
            left_out = len(self.complete) - len(costed)
            note = f"<p>{left_out} complete trials have no {text(words)} here.</p>" if left_out else ""
            yield f"<section><h2>{text(title)}</h2>{draw(chart)}{note}</section>"
        yield "</div>"

    def lineage(self) -> Iterator[str]:
        if self.leader is None or not self.leader.candidate.parents:
            return
        yield "<section><h2>Lineage of the best</h2><ol class='lineage'>"
        trial: Trial | None = self.leader
        seen: set[int] = set()
        while trial is not None and trial.number not in seen:
            seen.add(trial.number)
            parents = [self.by_number[n] for n in trial.candidate.parents if n in self.by_number]
            yield f"<li>{link(trial.number)}: {text(outcome(trial))}{self._made(trial)}</li>"
            trial = max(parents, key=lambda p: p.fitness if p.is_complete else float("-inf"), default=None)
        yield "</ol></section>"

    def failures(self) -> Iterator[str]:
        if not self.failed:
            return
        yield "<section><h2>Failed trials</h2>"
        for (status, why), count in Counter((t.status, reason(t)) for t in self.failed).most_common():
            members = [t for t in self.failed if (t.status, reason(t)) == (status, why)]
            links = ", ".join(link(t.number) for t in members[:50]) + (", …" if count > 50 else "")
            yield f"<details><summary>{count} {TIMES} {text(status.replace('_', ' '))}: {text(why)}</summary>"
            yield f"<p>Trials {links}</p><pre>{text(members[0].error or '')}</pre></details>"
        yield "</section>"

    def trials(self) -> Iterator[str]:
        names = list(dict.fromkeys(m.name for trial in self.complete for m in trial.measurements))
        heads = ["trial", "status", *names, "seconds", "made by", "decisions", "seeds"]
        yield "<section><h2>Trials</h2><div class='wide'><table><thead><tr>"
        yield "".join(f"<th>{text(head)}</th>" for head in heads) + "</tr></thead><tbody>"
        for trial in self.run.trials:
            values = {m.name: number(m.value) for m in trial.measurements}
            cells = [str(trial.number), trial.status.replace("_", " "), *(values.get(name, "") for name in names)]
            row = "".join(f"<td>{text(cell)}</td>" for cell in [*cells, f"{trial.cost:.1f}"])
            decisions = "".join(decision_table(trial.architecture.decisions, None))
            few = f"<details><summary>{len(trial.architecture.decisions)}</summary>{decisions}</details>"
            seeds = f"{trial.seeds.ask}, {trial.seeds.evaluate}"
            style = " class='best'" if trial is self.leader else "" if trial.is_complete else " class='failed'"
            yield f'<tr id="trial-{trial.number}"{style}>{row}<td>{self._made(trial, short=True)}</td>'
            yield f"<td>{few}</td><td>{seeds}</td></tr>"
        yield "</tbody></table></div></section>"

    def settings(self) -> Iterator[str]:
        yield "<section><h2>Settings</h2>"
        yield f"<details open><summary>Configuration</summary><pre>{text(self.run.config.to_yaml())}</pre></details>"
        source = self.run.space.elaborated.program.main.module.source
        yield f"<details><summary>Space: {text(source.path)}</summary><pre>{text(source.text)}</pre></details>"
        yield "</section>"

    def _style(self, trial: Trial, other: Style = "plain") -> Style:
        return "best" if trial is self.leader else other

    def _costed(self, cost: str) -> list[_Costed]:
        """Give the trials with a cost: as measured, else as computed from the architecture, for the best ones."""
        known = {id(trial) for trial in self.ranked[:_COSTED]}
        found: list[_Costed] = []
        for trial in self.complete:
            measured = next((m.value for m in trial.measurements if m.name == cost), None)
            if measured is None and id(trial) in known:
                try:
                    measured = float(getattr(trial.architecture, cost))
                except ArchdslError:
                    continue
            if measured is not None:
                found.append(_Costed(trial, measured))
        return found

    def _made(self, trial: Trial, *, short: bool = False) -> str:
        """Say how a candidate was made, and what it does not share with its first parent."""
        parents = [n for n in trial.candidate.parents if n in self.by_number]
        if not parents:
            return text(trial.candidate.operator or "") if short else ""
        how = text(trial.candidate.operator or "made")
        made = f"{how} of {', '.join(map(link, parents))}"
        if short:
            return made
        first = self.by_number[parents[0]].architecture.decisions
        own = trial.architecture.decisions
        changes = [
            f"{address}: {decided_text(first.get(address))} → {decided_text(own.get(address))}"
            for address in dict.fromkeys([*first, *own])
            if first.get(address) != own.get(address)
        ]
        return f", {made}<ul>{''.join(f'<li><code>{text(change)}</code></li>' for change in changes)}</ul>"


def pareto(points: Sequence[tuple[float, float]]) -> list[int]:
    """Give the places of the points that no other beats: of those as cheap, none is fitter. The cheapest is first.

    >>> pareto([(3, 0.9), (1, 0.5), (2, 0.4), (2, 0.7)])
    [1, 3, 0]
    """
    front: list[int] = []
    for i in sorted(range(len(points)), key=lambda i: (points[i][0], -points[i][1], i)):
        if not front or points[i][1] > points[front[-1]][1]:
            front.append(i)
    return front
