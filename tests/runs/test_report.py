"""A run as a page."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.evaluators.protocol import FunctionEvaluator, TrialFailure
from archdsl.runs import Run, load_run, search
from archdsl.runs.charts import Chart, Line, Point, axis, draw
from archdsl.runs.report import pareto, report
from archdsl.searchspace import Architecture, loads
from tests.strategies.toy import score, toy_space

VOID = {"meta", "br", "hr", "img"}
HOSTILE = '<script>alert("1")</script> & \x07 </pre>'


class Page(HTMLParser):
    """Reads a page, and refuses one whose elements do not close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        values = {name: value or "" for name, value in attrs}
        self.links += [values[name] for name in ("href", "src", "data", "action") if name in values]
        self.ids += [values["id"]] if "id" in values else []
        assert not any(name.startswith("on") for name in values)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def fragile(architecture: Architecture) -> dict[str, float]:
    value = score(architecture)
    if value < 0.2:
        raise ValueError(HOSTILE)
    if value > 0.97:
        raise TrialFailure("too many parameters", status="infeasible")
    return {"accuracy": value, "params": 1000 * value}


@pytest.fixture(scope="module")
def run() -> Run:
    """A search whose best architecture has parents."""
    options = {"population_size": 6, "tournament_size": 3}
    runs = (search(toy_space(), fragile, trials=40, options=options, seed=seed) for seed in range(20))
    return next(run for run in runs if run.best_trial.candidate.parents)


def test_a_page_is_whole_and_needs_nothing_else(run: Run) -> None:
    text = report(run)
    page = Page(text)
    assert text.startswith("<!doctype html>")
    assert not {"script", "link", "img", "iframe", "object", "base"} & set(page.tags)
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", text)
    assert all(link.removeprefix("#") in page.ids for link in page.links)
    assert len(page.ids) == len(set(page.ids)) == len(run.trials)


def test_what_users_wrote_is_escaped(run: Run) -> None:
    text = report(run)
    assert "<script" not in text
    assert "\x07" not in text
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; \ufffd &lt;/pre&gt;" in text


def test_the_best_architecture_is_drawn_with_its_decisions(run: Run) -> None:
    text = report(run)
    assert text.count('<g class="figure">') == 3
    best = run.best_trial
    assert f"<b>1.</b> trial {best.number}:" in text
    first = text.partition("<b>2.</b>")[0]
    for address, label in best.architecture.decisions.items():
        assert f"<th>{address}</th><td>{label}</td>" in first


def test_every_trial_is_listed_with_its_seeds(run: Run) -> None:
    text = report(run)
    for trial in run.trials:
        row = text.partition(f'<tr id="trial-{trial.number}"')[2].partition("</tr>\n")[0]
        assert trial.status in row
        assert f"<td>{trial.seeds.ask}, {trial.seeds.evaluate}</td>" in row
        assert all(f'href="#trial-{parent}"' in row for parent in trial.candidate.parents)


def test_failed_trials_stand_together_by_their_reasons(run: Run) -> None:
    page = Page(report(run))
    broken = sum(trial.status == "failed" for trial in run.trials)
    infeasible = sum(trial.status == "infeasible" for trial in run.trials)
    assert broken > 1
    assert f"{broken} \u00d7 failed: ValueError: <script>" in page.text
    assert not infeasible or f"{infeasible} \u00d7 infeasible: too many parameters" in page.text


def test_the_lineage_says_what_each_step_changed(run: Run) -> None:
    text = report(run)
    best = run.best_trial
    assert best.candidate.parents
    lineage = text.partition("Lineage of the best")[2].partition("</ol>")[0]
    parent = run.trials[best.candidate.parents[0]].architecture.decisions
    changed = [a for a, label in best.architecture.decisions.items() if parent[a] != label]
    assert changed
    for address in changed:
        assert f"{address}: {parent[address]} \u2192 {best.architecture.decisions[address]}" in lineage


def test_the_charts_show_each_trial_the_incumbent_and_the_front(run: Run) -> None:
    charts = re.findall(r'<svg class="chart".*?</svg>', report(run), re.DOTALL)
    complete = sum(trial.is_complete for trial in run.trials)
    assert len(charts) == 2  # no op of the space costs a multiplication
    assert charts[0].count("<a href=") == len(run.trials)
    assert charts[1].count("<a href=") == complete
    assert all(chart.count('<circle class="mark best"') == 2 for chart in charts)  # the point and the legend
    assert charts[0].count('class="mark failed"') == len(run.trials) - complete + 1


def test_the_configuration_and_the_space_are_in_the_page(run: Run, tmp_path: Path) -> None:
    on_disk = search(toy_space(), score, trials=3, seed=11, out_dir=tmp_path / "run")
    page = Page(report(load_run(tmp_path / "run")))
    assert "".join(on_disk.config.to_yaml().split()) in "".join(page.text.split())
    assert "network toy(x: image[1, 4, 4])" in page.text
    assert str(tmp_path / "run") in page.text


def test_an_objective_to_be_minimized_has_a_falling_incumbent_and_a_front_below() -> None:
    evaluator = FunctionEvaluator(lambda a: {"loss": score(a), "params": 5 + score(a)}, minimize=("loss", "params"))
    run = search(toy_space(), evaluator, trials=20)
    assert run.best_trial.objective.value == min(trial.objective.value for trial in run.trials)
    page = Page(report(run))
    assert "loss (lower is better)" in page.text
    assert page.tags.count("a") > 0


def test_a_run_without_a_complete_trial_still_has_a_page(run: Run) -> None:
    failed = replace(run, trials=tuple(trial for trial in run.trials if not trial.is_complete)[:2])
    assert "No trial is complete" in Page(report(failed)).text
    assert "No trial is complete" in Page(report(replace(run, trials=()))).text


def test_a_run_of_one_trial_has_a_page() -> None:
    run = search(loads("network n(x: vec[3]) -> vec[2] = linear[2](x)"), lambda architecture: 0.0, trials=1)
    assert "best score" in Page(report(run)).text


def test_costs_that_no_trial_measured_are_computed() -> None:
    space = loads("network n(x: vec[3]) -> vec[3] = x |> choose { one = linear[3] | two = linear[3] |> linear[3] }")
    run = search(space, score, trials=12, strategy="random_search")
    text = report(run)
    assert "score against parameters" in text
    assert "score against MACs" in text


def test_the_same_run_gives_the_same_page(run: Run) -> None:
    assert report(run) == report(run)


# ---------------------------------------------------------------- charts

NUMBERS = st.floats(-1e9, 1e9).map(lambda value: float(f"{value:.6g}"))


@given(st.lists(NUMBERS, min_size=1, max_size=20), st.booleans(), st.booleans())
def test_an_axis_holds_all_values_and_has_few_rising_ticks(values: list[float], log: bool, whole: bool) -> None:
    made = axis(values, log=log, whole=whole)
    assert all(-1e-6 <= made.part(value) <= 1 + 1e-6 for value in values)
    assert list(made.ticks) == sorted(set(made.ticks))
    assert len(made.ticks) <= 12
    assert made.is_log or len(made.ticks) >= 2
    assert not whole or made.is_log or all(tick == int(tick) for tick in made.ticks)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=15), st.booleans())
def test_all_marks_are_inside_of_the_chart(places: list[tuple[float, float]], log: bool) -> None:
    points = [Point(x, y, "plain", "<&>") for x, y in places]
    points += [Point(places[0][0], None, "failed", "none")]
    text = draw(Chart("t<", "x<", "y<", points, [Line(places, "front", step=True)], [("plain", "<trial>")], log=log))
    marks = re.findall(r'cx="([-\d.]+)" cy="([-\d.]+)"', text)
    assert len(marks) == len(places) + 1
    assert all(60 <= float(x) <= 700 and 10 <= float(y) <= 290 for x, y in marks)
    Page(text)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=30))
def test_the_front_is_what_nothing_beats(points: list[tuple[int, int]]) -> None:
    front = {points[i] for i in pareto(points)}

    def beaten(cost: int, fitness: int) -> bool:
        return any(
            other <= cost and fitter >= fitness and (other, fitter) != (cost, fitness) for other, fitter in points
        )

    assert front == {point for point in points if not beaten(*point)}
