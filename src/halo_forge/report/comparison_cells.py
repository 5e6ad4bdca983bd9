"""A `Comparison` as columns of text: what the terminal, Markdown and LaTeX show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from halo_forge.comparison import Comparison, Row
from halo_forge.report.comparison_words import p_in_words, points
from halo_forge.report.terminal import interval_in_words, percent, seconds_in_words
from halo_forge.types import Estimate

UNKNOWN = "n/a"


@dataclass(frozen=True, slots=True)
class Cell:
    """A value, and what qualifies it: its interval, its share."""

    value: str
    below: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table."""

    title: str
    cells: tuple[Cell, ...]


def columns(comparison: Comparison) -> list[Column]:
    """The columns in their order; the first has the names."""
    rows = comparison.rows
    first, *further = comparison.ks
    metrics = list(rows[0].metrics)
    found = [Column("model", tuple(Cell(row.result.name) for row in rows)), _pass_at_k(rows, first)]
    if any(row.samples is None for row in rows):
        found.append(Column("first sample passes", tuple(rate(row.pass_rate) for row in rows)))
    found += [
        Column("difference", tuple(_difference(comparison, row) for row in rows)),
        Column("p (Holm)" if len(comparison.pairs) > 1 else "p", tuple(_p(comparison, row) for row in rows)),
        *(_pass_at_k(rows, k) for k in further),
        *(Column(name, tuple(rate(row.metrics[name]) for row in rows)) for name in metrics),
        Column("compile rate", tuple(rate(row.compile_rate) for row in rows)),
        *_costs(rows),
    ]
    return found


def _costs(rows: tuple[Row, ...]) -> Iterator[Column]:
    yield Column("tokens", tuple(_tokens(row) for row in rows))
    yield Column("time", tuple(_time(row) for row in rows))
    yield Column("energy", tuple(_energy(row.result.energy_wh) for row in rows))


def _pass_at_k(rows: tuple[Row, ...], k: int) -> Column:
    return Column(f"pass@{k}", tuple(_of_k(row, row.pass_at_k[k], k) for row in rows))


def _of_k(row: Row, estimate: Estimate, k: int) -> Cell:
    if estimate.value is None and row.samples:
        return Cell(UNKNOWN, f"needs {k} samples a problem")
    return rate(estimate)


def rate(estimate: Estimate) -> Cell:
    """A rate with its interval."""
    return Cell(percent(estimate), interval_in_words(estimate) if estimate.low is not None else "")


def _difference(comparison: Comparison, row: Row) -> Cell:
    if row.result.name == comparison.baseline:
        return Cell("baseline")
    pair = comparison.against_baseline(row.result.name)
    if pair is None or pair.difference is None:
        return Cell(UNKNOWN)
    below = "" if pair.low is None or pair.high is None else f"{points(pair.low)} to {points(pair.high)}"
    return Cell(f"{points(pair.difference)} pts", below)


def _p(comparison: Comparison, row: Row) -> Cell:
    pair = comparison.against_baseline(row.result.name)
    if pair is None:
        return Cell("")
    return Cell(UNKNOWN if pair.p_holm is None else p_in_words(pair.p_holm))


def _tokens(row: Row) -> Cell:
    tokens = row.result.tokens
    if tokens is None:
        return Cell(UNKNOWN)
    samples = sum(problem.n for problem in row.result.problems.values()) if row.result.problems else 0
    return Cell(_short(tokens), f"{tokens / samples:.0f} a sample" if samples else "")


def _time(row: Row) -> Cell:
    """Generating, where it was done here; else judging."""
    generation, verification = row.result.generation_s, row.result.verification_s
    if generation is not None:
        return Cell(seconds_in_words(generation), "generating")
    return Cell(UNKNOWN) if verification is None else Cell(seconds_in_words(verification), "judging")


def _energy(energy_wh: float | None) -> Cell:
    return Cell(UNKNOWN if energy_wh is None else f"{energy_wh:.3g} Wh")


def _short(number: int) -> str:
    for unit, name in ((1_000_000, "M"), (1_000, "k")):
        if number >= 10 * unit:
            return f"{number / unit:.3g}{name}"
    return str(number)
