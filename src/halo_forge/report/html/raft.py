"""What the page of a run of RAFT says, top to bottom. It is made of the same parts as the report of results.

Limits: it shows what is in the summary; every sample is in the report of the results that the run leaves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from halo_forge.problems.kept import head
from halo_forge.raft.summary import UNDECIDED, UNLIKE
from halo_forge.report.comparison_cells import Cell, Column, rate
from halo_forge.report.comparison_words import points
from halo_forge.report.html import charts
from halo_forge.report.html.build import Content, leaves
from halo_forge.report.html.parts import Section, Table
from halo_forge.report.html.svg import text_lines
from halo_forge.report.raft_cells import cycle_columns, dropped_rows, tested_columns
from halo_forge.report.raft_run import BASELINE, FINAL, SHAM, Difference, Drawn, RaftRun
from halo_forge.report.raft_words import (
    difference_in_words,
    first_line,
    headline,
    headroom,
    measure_in_words,
    pair_in_words,
    sentences,
    warnings,
)
from halo_forge.report.terminal import counted
from halo_forge.types import Estimate

_LONGEST_TEXT = 4_000  # characters of a sample
_PARTS = ("train", "dev", "test")  # their ids are files of their own


def raft_content(run: RaftRun) -> Content:
    """Everything."""
    tested = tested_columns(run)
    sections = (_cycles(run), _rates(run), _training(run), _dropped(run), _kept(run))
    return Content(
        title=f"RAFT of {run.model}",
        headline=headline(run),
        subline=_subline(run),
        tiles=tuple(_tiles(run)),
        summary=_table(tested) if tested else None,
        verdicts=tuple(_verdicts(run)),
        details=(),
        warnings=tuple(warnings(run)),
        remarks=(first_line(run), *sentences(run)),
        notes=(),
        models=(run.model,),
        sections=tuple(section for section in sections if section is not None),
        settings=tuple((name, (text,), False) for name, text in leaves(_settings(run))),
    )


def _settings(run: RaftRun) -> dict[str, object]:
    return {name: value for name, value in run.plan.items() if name not in _PARTS}


def _subline(run: RaftRun) -> str:
    found = run.problems
    parts = [f"{counted(found['train'], 'problem')} to train on"]
    parts += [f"{found['dev']} to choose the cycle"] if found["dev"] else []
    parts += [f"{found['test']} to test"] if found["test"] else []
    return " · ".join(parts)


def _tiles(run: RaftRun) -> Iterator[tuple[str, Cell]]:
    if (room := headroom(run)) is not None:
        yield "headroom", Cell(*room)
    for found in run.differences.get(f"{FINAL} - {BASELINE}", ()):
        yield measure_in_words(found.measure), Cell(f"{points(found.value)} points", found.verdict)


def _is_real(found: Difference) -> bool | None:
    return None if found.verdict == UNLIKE else found.verdict != UNDECIDED


def _verdicts(run: RaftRun) -> Iterator[tuple[str, bool | None]]:
    for pair, differences in run.differences.items():
        for found in differences:
            line = f"{pair_in_words(pair)}: {difference_in_words(found)}"
            yield line.removesuffix(f": {UNDECIDED}"), _is_real(found)  # the mark before it says that


def _table(columns: Sequence[Column], *, keyed: bool = False) -> Table:
    rows = tuple(zip(*(column.cells for column in columns), strict=True))
    return Table(tuple(column.title for column in columns), rows, keyed)


def _cycles(run: RaftRun) -> Section:
    note = "Loss: mean of the first and of the last steps. Gradient norm: the median, before clipping."
    return Section("cycles", "Cycles", (), note, _table(cycle_columns(run), keyed=True), open_table=True)


def _rates(run: RaftRun) -> Section | None:
    """Baseline, the dev problems after each cycle, final, sham."""
    dev = [(str(cycle.number), cycle.dev) for cycle in run.cycles if cycle.dev is not None]
    before = [(name, run.tests[name]) for name in (BASELINE,) if name in run.tests]
    after = [(name, run.tests[name]) for name in (FINAL, SHAM) if name in run.tests]
    groups = [(name, tuple(_shown(drawn))) for name, drawn in (*before, *dev, *after)]
    chart = charts.rates_chart("Rates, with 95% intervals", groups, "a number: dev problems after that cycle")
    if not chart:
        return None
    names = [name for name, _ in groups[0][1]]
    table = Table(("", *names), [(group, *(rate(e) for _, e in found)) for group, found in groups])
    note = "Dev problems are other ones than the test problems, so only what stands on one kind can be held together."
    return Section("rates", "Before, between and after", (chart,), note, table, legend=_legend(names))


def _shown(drawn: Drawn) -> Iterator[tuple[str, Estimate]]:
    yield from (("pass@1", drawn.pass_at_1), ("strict pass@1", drawn.strict), ("compile rate", drawn.compile_rate))


def _training(run: RaftRun) -> Section | None:
    rows = run.trainings
    losses = [charts.Line(row.name, _by_step(row.trained.losses)) for row in rows]
    norms = [charts.Line(row.name, _by_step(row.trained.norms)) for row in rows]
    drawn = (charts.line_chart("Loss", losses, "step"), charts.line_chart("Gradient norm", norms, "step"))
    shown = tuple(chart for chart in drawn if chart)
    return Section("training", "Training", shown, legend=_legend([row.name for row in rows])) if shown else None


def _by_step(values: Sequence[float]) -> list[tuple[float, float]]:
    return [(float(step), value) for step, value in enumerate(values, 1)]


def _legend(names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((charts.colour(number), name) for number, name in enumerate(names))


def _dropped(run: RaftRun) -> Section:
    note = "Of the samples of all cycles so far: how many are trained on, and why the others are not."
    table = Table(("samples", *(row.name for row in run.trainings)), dropped_rows(run))
    return Section("kept", "Kept and dropped", (), note, table, open_table=True)


def _kept(run: RaftRun) -> Section | None:
    """What the chosen cycle was trained on, by way of example."""
    texts = tuple(_text(*shown) for shown in run.cycles[run.chosen - 1].shown)
    note = f"Two of the samples that cycle {run.chosen} was trained on."
    return Section("samples-kept", "What was learnt from", (), note, texts=texts) if texts else None


def _text(problem: str, cycle: int, text: str) -> tuple[str, Markup]:
    return f"{problem}, drawn in cycle {cycle}", text_lines(head(text, _LONGEST_TEXT))
