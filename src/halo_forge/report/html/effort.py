"""What results cost: tokens, time, money, and what the hardware did, as far as the files say."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from halo_forge.comparison import Row
from halo_forge.evidence import Evidence
from halo_forge.report.html import charts
from halo_forge.report.html.parts import Section, Table
from halo_forge.report.terminal import seconds_in_words

_BINS = 24
_MOST_SHOWN = 0.99  # of the values; the last bin has the rest
_MOST_LINES = 400  # points of a line over time
_Series = Mapping[str, list[tuple[float, float]]]
_TIME_KEYS = ("t", "time", "time_s", "seconds")


def effort_section(rows: Sequence[Row], evidences: Sequence[Evidence]) -> Section | None:
    """Tokens and time; ``None`` where nothing is known."""
    found = [dict(_effort(row)) for row in rows]
    names = list(dict.fromkeys(name for one in found for name in one))
    cells = [(row.result.name, *(one.get(name, "n/a") for name in names)) for row, one in zip(rows, found, strict=True)]
    table = Table(("", *names), cells)
    drawn = tuple(chart for chart in _histograms(rows, evidences) if chart)
    if not names and not drawn:
        return None
    return Section("effort", "Tokens and time", drawn, "", table if names else None, keys=bool(drawn), open_table=True)


def _effort(row: Row) -> Iterator[tuple[str, str]]:
    result = row.result
    tokens, cost = _object(result.stated.get("tokens")), _object(result.stated.get("cost"))
    if result.tokens is not None:
        yield "tokens generated", f"{result.tokens:,}"
        if row.samples:
            yield "tokens a sample", f"{result.tokens / row.samples:.0f}"
    for name, key, pattern in (
        ("of them thinking", "thinking", "{:,.0f}"),
        ("tokens/s", "per_second", "{:,.0f}"),
        ("cut at the token limit", "truncated", "{:,.0f}"),
    ):
        if (number := _number(tokens.get(key))) is not None:
            yield name, pattern.format(number)
    for name, seconds in (("generating", result.generation_s), ("judging", result.verification_s)):
        if seconds is not None:
            yield name, seconds_in_words(seconds)
    if (dollars := _number(cost.get("total"))) is not None:
        yield "cost", f"${dollars:,.2f}" if dollars >= 1 else f"${dollars:.4g}"
    if result.energy_wh is not None:
        yield "energy", f"{result.energy_wh:.3g} Wh"


def _histograms(rows: Sequence[Row], evidences: Sequence[Evidence]) -> Iterator[Markup]:
    tokens = [[float(a.sample.n_tokens) for a in e.answers if a.sample.n_tokens is not None] for e in evidences]
    cpu = [[a.verdict.cpu_s for a in e.answers if a.verdict.cpu_s is not None] for e in evidences]
    for title, found, label in (
        ("Samples (%) by generated tokens", tokens, "tokens of a sample"),
        ("Samples (%) by CPU time", cpu, "CPU seconds of a program"),
    ):
        yield charts.line_chart(title, _shares(rows, found), label)


def _shares(rows: Sequence[Row], found: Sequence[Sequence[float]]) -> list[charts.Line]:
    """The share of each result's samples in each bin, as steps."""
    everything = sorted(value for values in found for value in values)
    if not everything:
        return []
    high = everything[min(len(everything) - 1, math.ceil(_MOST_SHOWN * len(everything)))]
    width = high / _BINS
    if width <= 0:
        return []
    lines = []
    for row, values in zip(rows, found, strict=True):
        counts = [0] * _BINS
        for value in values:
            counts[min(_BINS - 1, int(value / width))] += 1
        shares = [100 * count / len(values) for count in counts] if values else []
        steps = [(edge * width, share) for bin_, share in enumerate(shares) for edge in (bin_, bin_ + 1)]
        lines.append(charts.Line(row.result.name, steps))
    return lines


def hardware_section(rows: Sequence[Row]) -> Section | None:
    """Every number under ``hardware``, and lines over time; ``None`` where no file has any."""
    found = [_object(row.result.stated.get("hardware")) for row in rows]
    leaves = [dict(_numbers(one)) for one in found]
    names = list(dict.fromkeys(name for one in leaves for name in one))
    series = [_series(one.get("series")) for one in found]
    drawn = tuple(
        chart
        for name in dict.fromkeys(name for one in series for name in one)
        if (chart := charts.line_chart(name, _lines(rows, series, name), "seconds since it began"))
    )
    if not names and not drawn:
        return None
    cells = tuple((name, *(one.get(name, "n/a") for one in leaves)) for name in names)
    table = Table(("", *(row.result.name for row in rows)), cells)
    return Section("hardware", "Hardware", drawn, "", table if names else None, keys=bool(drawn), open_table=True)


def _lines(rows: Sequence[Row], series: Sequence[_Series], name: str) -> list[charts.Line]:
    return [charts.Line(row.result.name, one.get(name, [])) for row, one in zip(rows, series, strict=True)]


def _numbers(value: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for key, inner in value.items():
        if key in ("series", "reasons"):
            continue
        if isinstance(inner, dict):
            yield from _numbers(inner, f"{before}{key}.")
        elif (number := _number(inner)) is not None:
            yield before + key, f"{number:,.4g}"
        elif isinstance(inner, str):
            yield before + key, inner


def _series(value: object) -> dict[str, list[tuple[float, float]]]:
    """Values over time by name: columns of numbers, of which one is the time; gaps (``null``) are left out."""
    columns = {name: values for name, values in _object(value).items() if isinstance(values, list)}
    times = next((columns.pop(key) for key in _TIME_KEYS if key in columns), None)
    if times is None:
        return {}
    return {name: list(_known(times, values))[:_MOST_LINES] for name, values in columns.items()}


def _known(times: Sequence[object], values: Sequence[object]) -> Iterator[tuple[float, float]]:
    for at, value in zip(times, values, strict=False):
        x, y = _number(at), _number(value)
        if x is not None and y is not None and y >= 0:
            yield x, y


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
