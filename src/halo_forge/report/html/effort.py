"""What results cost: tokens, time, money, and what the hardware did, as far as the files say."""

from __future__ import annotations

import itertools
import math
import sys
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
_Series = Mapping[str, list[tuple[float, float]]]
_NOT_DRAWN = ("session", "at", "seconds")
_WORDS = {
    "gpu_power_w": "GPU power (W)",
    "gpu_memory_gb": "GPU memory (GiB)",
    "gpu_utilization_pct": "GPU utilisation (%)",
    "gpu_temperature_c": "GPU temperature (°C)",
    "cpu_power_w": "CPU power (W)",
    "cpu_utilization_pct": "CPU utilisation (%)",
    "memory_gb": "Memory of the run (GiB)",
    "system_memory_gb": "Memory of the machine in use (GiB)",
}


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
        if result.tokens is not None and (number := _number(tokens.get(key))) is not None:
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
    series = [_series(_object(one.get("series"))) for one in found]
    drawn = tuple(
        chart
        for name in dict.fromkeys(name for one in series for name in one)
        if (chart := _over_time(name, _lines(rows, series, name)))
    )
    if not names and not drawn:
        return None
    cells = [(name, *(one.get(name, "n/a") for one in leaves)) for name in names]
    table = Table(("", *(row.result.name for row in rows)), cells)
    aside = tuple(dict.fromkeys(line for one in found for line in _remarks(one)))
    return Section("hardware", "Hardware", drawn, "", table if names else None, keys=bool(drawn), aside=aside)


def _over_time(name: str, lines: Sequence[charts.Line]) -> Markup:
    most = 100.0 if name.endswith("_pct") else math.inf
    return charts.line_chart(_WORDS.get(name, name), lines, "measured seconds", most)


def _lines(rows: Sequence[Row], series: Sequence[_Series], name: str) -> list[charts.Line]:
    return [charts.Line(row.result.name, one.get(name, [])) for row, one in zip(rows, series, strict=True)]


def _numbers(value: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Numbers and words by name; what is not known is left out, and `_remarks` says why it is not."""
    for key, inner in value.items():
        if key in ("series", "reasons"):
            continue
        name = before + key.replace("_", " ")
        if isinstance(inner, dict):
            yield from _numbers(inner, "" if key == "phases" else f"{name}: ")
        elif (number := _number(inner)) is not None:
            yield name, f"{number:,.4g}"
        elif isinstance(inner, str):
            yield name, inner


def _remarks(hardware: Mapping[str, Any]) -> Iterator[str]:
    notes = hardware.get("notes")
    yield from (f"{line}." for line in notes if isinstance(line, str)) if isinstance(notes, list) else ()
    missing: dict[str, list[str]] = {}
    for key, why in _object(hardware.get("reasons")).items():
        missing.setdefault(str(why), []).append(key.replace("_", " "))
    yield from (f"Not measured: {', '.join(keys)} ({why})." for why, keys in missing.items())


def _series(columns: Mapping[str, Any]) -> dict[str, list[tuple[float, float]]]:
    """Values by name, over the time that was measured: a run may have been stopped for a night in between."""
    lengths = columns.get("seconds")
    if not isinstance(lengths, list):
        return {}
    at = list(itertools.accumulate(0.0 if (s := _number(length)) is None else s for length in lengths))
    drawn = {name: values for name, values in columns.items() if isinstance(values, list) and name not in _NOT_DRAWN}
    return {
        name: [(x, y) for x, value in zip(at, values, strict=False) if (y := _number(value)) is not None and y >= 0]
        for name, values in drawn.items()
    }


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= sys.float_info.max else None  # neither NaN nor a number too long for a float


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
