"""What the report says, top to bottom, before it is a page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from halo_forge.comparison import Comparison, Result, Row
from halo_forge.evidence import Evidence
from halo_forge.report.comparison_cells import UNKNOWN, Cell, columns, rate
from halo_forge.report.comparison_words import headline, rerun_sentence, sentence, sides, verdict
from halo_forge.report.html import charts
from halo_forge.report.html.effort import effort_section, hardware_section
from halo_forge.report.html.parts import Section, Table
from halo_forge.report.series import OutcomeCounts, curves, outcome_counts
from halo_forge.report.terminal import counted, interval_in_words, percent
from halo_forge.types import Estimate, Outcome

_LONGEST_SETTING = 160
_MOST_IN_TABLE = 12  # of the ks of a curve


@dataclass(frozen=True, slots=True)
class Content:
    """The page without its samples.

    Attributes:
        verdicts: for several results: a sentence on each pair with the baseline, and whether it is distinguishable.
        warnings: what makes the numbers doubtful; shown in red.
        remarks: what a reader of the numbers should know.
        notes: what a reader of the samples should know.
        settings: how the results were made; rows in which they differ are marked.
    """

    title: str
    headline: str
    subline: str
    tiles: tuple[tuple[str, Cell], ...]
    summary: Table | None
    verdicts: tuple[tuple[str, bool | None], ...]
    details: tuple[str, ...]
    warnings: tuple[str, ...]
    remarks: tuple[str, ...]
    notes: tuple[str, ...]
    models: tuple[str, ...]
    sections: tuple[Section, ...]
    settings: tuple[tuple[str, tuple[str, ...], bool], ...]


def build(comparison: Comparison, evidences: Sequence[Evidence], cuts: Sequence[str]) -> Content:
    """Everything. A comparison of one result is the report of that result.

    Args:
        evidences: of the rows, in their order.
        cuts: what the page leaves out.
    """
    rows = comparison.rows
    several = len(rows) > 1
    sections = (
        _curves(comparison),
        _outcomes(rows, evidences),
        _categories(comparison),
        effort_section(rows, evidences),
        hardware_section(rows),
    )
    return Content(
        title=" and ".join(row.result.name for row in rows[:2]) + (" …" if len(rows) > 2 else ""),
        headline=headline(comparison) if several else _headline(rows[0]),
        subline=_subline(rows),
        tiles=() if several else tuple(_tiles(rows[0])),
        summary=_summary(comparison) if several else None,
        verdicts=tuple(_verdicts(comparison)),
        details=tuple(_details(comparison)),
        warnings=tuple(_warnings(comparison)),
        remarks=comparison.remarks,
        notes=(*_gaps(rows, evidences), *cuts),
        models=tuple(row.result.name for row in rows),
        sections=tuple(section for section in sections if section is not None),
        settings=tuple(_settings([row.result for row in rows])),
    )


def _headline(row: Row) -> str:
    name = _said(row.result, "problems", "name")
    return f"{row.result.name} on {name}" if isinstance(name, str) else row.result.name


def _subline(rows: Sequence[Row]) -> str:
    parts = []
    if len({row.total for row in rows}) == 1 and rows[0].total is not None:
        parts.append(counted(rows[0].total, "problem"))
    samples = [row.samples for row in rows if row.samples is not None]
    if samples:
        each = f"{sum(samples):,} samples" if len(samples) == 1 else f"{sum(samples):,} samples of all results"
        parts.append(each)
    verifier = _said(rows[0].result, "verifier")
    if isinstance(verifier, str):
        parts.append(f"verifier {verifier}")
    return " · ".join(parts)


def _tiles(row: Row) -> Iterator[tuple[str, Cell]]:
    for k, estimate in row.pass_at_k.items():
        cell = rate(estimate)
        yield f"pass@{k}", cell if estimate.value is not None else Cell("n/a", f"needs {k} samples a problem")
    for name, estimate in row.metrics.items():
        yield name, rate(estimate)
    yield "compile rate", rate(row.compile_rate)
    if row.solved is not None and row.total is not None:
        yield "solved", Cell(f"{row.solved} of {row.total}", "problems, by any sample")


def _summary(comparison: Comparison) -> Table:
    shown = [column for column in columns(comparison) if any(cell != Cell(UNKNOWN) for cell in column.cells)]
    rows = tuple(tuple(column.cells[i] for column in shown) for i in range(len(comparison.rows)))
    return Table(tuple(column.title for column in shown), rows, keyed=True)


def _verdicts(comparison: Comparison) -> Iterator[tuple[str, bool | None]]:
    tested = sum(pair.p_value is not None for pair in comparison.pairs)
    for pair in comparison.pairs:
        if pair.b == comparison.baseline:
            yield sentence(pair, tested), None if verdict(pair) is None else pair.distinguishable


def _details(comparison: Comparison) -> Iterator[str]:
    against = [pair for pair in comparison.pairs if pair.b == comparison.baseline]
    for pair in against:
        yield from sides(pair)
    if len(against) == 1 and against[0].difference is not None:
        yield rerun_sentence(against[0])


def _warnings(comparison: Comparison) -> Iterator[str]:
    if comparison.forced:
        yield "FORCED: these results are not comparable."
        yield from comparison.forced
    for row in comparison.rows:
        if row.result.unscored:
            count = counted(row.result.unscored, "sample")
            yield f"{row.result.name}: {count} could not be judged; they count in no rate"
        if row.result.missing:
            yield f"{row.result.name}: not complete, {counted(row.result.missing, 'sample')} missing"
        if _said(row.result, "sandbox", "tier") == "unsafe":
            yield f"{row.result.name}: NO SANDBOX was used; these programs ran with their user's own rights"


def _gaps(rows: Sequence[Row], evidences: Sequence[Evidence]) -> Iterator[str]:
    for row, evidence in zip(rows, evidences, strict=True):
        for gap in evidence.gaps:
            yield gap if len(rows) == 1 else f"{row.result.name}: {gap}"


def _curves(comparison: Comparison) -> Section | None:
    drawn = curves(comparison)
    chart = charts.pass_at_k_chart(drawn)
    if not chart:
        return None
    ks = _some(sorted({k for curve in drawn for k in curve.points}))
    unknown = Estimate(None, None, None, 0, 0)
    rows: list[tuple[str | Cell, ...]] = [
        (curve.name, *(rate(curve.points.get(k, unknown)) for k in ks)) for curve in drawn
    ]
    table = Table(("", *(f"pass@{k}" for k in ks)), rows)
    note = "The chance that at least one of k samples is right. Bands: 95% intervals for new problems of this kind."
    return Section("curves", "pass@k", (chart,), note, table, keys=True)


def _some(ks: list[int]) -> list[int]:
    if len(ks) <= _MOST_IN_TABLE:
        return ks
    return sorted({ks[round(i * (len(ks) - 1) / (_MOST_IN_TABLE - 1))] for i in range(_MOST_IN_TABLE)})


def _outcomes(rows: Sequence[Row], evidences: Sequence[Evidence]) -> Section | None:
    found = [outcome_counts(row.result, evidence) for row, evidence in zip(rows, evidences, strict=True)]
    bars = [bar for bar in found if bar is not None]
    if not bars:
        return None
    present = [outcome for outcome in Outcome if any(outcome in bar.counts for bar in bars)]
    table_rows: list[tuple[str | Cell, ...]] = [
        (bar.name, *(_share(bar, outcome) for outcome in present)) for bar in bars
    ]
    table = Table(("", *(_spaced(outcome) for outcome in present)), table_rows)
    return Section(
        "outcomes", "Outcomes", (charts.outcome_chart(bars),), "What became of the samples.", table,
        legend=tuple((f"o-{outcome.value}", _spaced(outcome)) for outcome in present),
    )  # fmt: skip


def _spaced(outcome: Outcome) -> str:
    return outcome.value.replace("_", " ")


def _share(bar: OutcomeCounts, outcome: Outcome) -> Cell:
    count = bar.counts.get(outcome, 0)
    return Cell(f"{count:,}", f"{count / bar.total:.1%}")


def _categories(comparison: Comparison) -> Section | None:
    if not comparison.categories:
        return None
    rows: list[tuple[str | Cell, ...]] = []
    for category in comparison.categories:
        for number, row in enumerate(comparison.rows):
            estimate = category.pass_at_k.get(row.result.name)
            if estimate is None:
                continue
            label = Cell(category.name, counted(category.problems, "problem")) if number == 0 else ""
            who = () if len(comparison.rows) == 1 else (row.result.name,)
            cells = (percent(estimate), interval_in_words(estimate), charts.interval_bar(estimate, number))
            rows.append((label, *who, *cells))
    who_title = () if len(comparison.rows) == 1 else ("result",)
    table = Table(("category", *who_title, f"pass@{comparison.k}", "95% interval", ""), rows)
    return Section("categories", "Categories", (), "Differences between categories are shown, not tested.", table,
                   open_table=True)  # fmt: skip


def _settings(results: Sequence[Result]) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    named = [dict(leaves(result.settings)) for result in results]
    for name in dict.fromkeys(name for found in named for name in found):
        values = tuple(found.get(name, "") for found in named)
        yield name, values, len(set(values)) > 1


def leaves(value: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Settings by names such as ``sampling.top_p``, as text; long ones are cut."""
    for key, inner in value.items():
        if isinstance(inner, dict) and inner:
            yield from leaves(inner, f"{before}{key}.")
        else:
            text = inner if isinstance(inner, str) else json.dumps(inner, ensure_ascii=False)
            yield before + key, text if len(text) <= _LONGEST_SETTING else f"{text[:_LONGEST_SETTING]}…"


def _said(result: Result, *path: str) -> Any:
    value: Any = result.settings
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value
