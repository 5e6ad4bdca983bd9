"""A `Comparison` for a person at a terminal: the answer, the table, the reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from halo_forge.comparison import Category, Comparison, Pair
from halo_forge.report.comparison_cells import Cell, Column, columns, rate
from halo_forge.report.comparison_words import best_first, headline, points, rerun_sentence, sentence, sides
from halo_forge.report.terminal import counted, plain_table

_MOST_IN_CATEGORIES = 4  # results side by side
_WIDEST_NAME = 32
_UNBOUNDED = 10_000  # columns


def render(comparison: Comparison, console: Console) -> RenderableType:
    """Everything, top to bottom; `console` decides whether the table has to be split."""
    tables = fitted_tables(columns(comparison), console)
    parts: list[RenderableType] = [Text(headline(comparison), "bold"), Text(), *tables, Text()]
    parts += [Text(line) for line in _sentences(comparison)]
    if (foremost := _foremost(comparison)) is not None:
        parts += [Text(), *(Text(line) for line in sides(foremost))]
    if comparison.categories:
        parts += [Text(), _categories(comparison)]
    parts += [Text(), *_warnings(comparison)] if comparison.remarks or comparison.forced else []
    return Group(*parts)


def fitted_tables(shown: Sequence[Column], console: Console) -> list[Table]:
    """One table, or where the window is too narrow several, each with as many columns as fit beside the first."""
    names, *rest = shown
    unbounded = console.options.update(width=_UNBOUNDED)
    tables: list[Table] = []
    beside: list[Column] = []
    for column in rest:
        longer = _table([names, *beside, column])
        if beside and Measurement.get(console, unbounded, longer).maximum > console.width:
            tables.append(_table([names, *beside]))
            beside = []
        beside.append(column)
    return [*tables, _table([names, *beside])]


def _table(shown: Sequence[Column]) -> Table:
    table = plain_table(*(column.title for column in shown))
    table.columns[0].max_width = _WIDEST_NAME
    table.columns[0].overflow = "fold"
    for column in table.columns[1:]:
        column.justify = "right"
        column.no_wrap = True
    for row in range(len(shown[0].cells)):
        table.add_row(*(_cell(column.cells[row]) for column in shown))
    return table


def _cell(cell: Cell) -> Text:
    return Text.assemble(cell.value, "\n" if cell.below else "", (cell.below, "dim"))


def _foremost(comparison: Comparison) -> Pair | None:
    """The pair whose problems are shown: the best of the others against the baseline."""
    names = [row.result.name for row in best_first(comparison)]
    return next((pair for name in names if (pair := comparison.against_baseline(name)) and pair.problems), None)


def _with_baseline(comparison: Comparison) -> list[Pair]:
    names = [row.result.name for row in comparison.rows]
    return [pair for name in names if (pair := comparison.against_baseline(name)) is not None]


def _sentences(comparison: Comparison) -> Iterator[str]:
    shown = _with_baseline(comparison)
    tested = sum(pair.p_value is not None for pair in comparison.pairs)
    for pair in shown:
        yield sentence(pair, tested)
        if len(shown) == 1 and pair.difference is not None:
            yield rerun_sentence(pair)
    if len(shown) > 1:
        yield f"All {len(comparison.pairs)} pairs, and the problems that changed sides: --format json, or --output FILE"


def _categories(comparison: Comparison) -> Table:
    names = [row.result.name for row in comparison.rows if row.result.name in comparison.categories[0].pass_at_k]
    shown = names if len(names) <= _MOST_IN_CATEGORIES else _two(comparison)
    table = plain_table("category", "problems", *(f"{name}, pass@{comparison.k}" for name in shown))
    if len(shown) == 2:
        table.add_column("difference (not tested)")
    for column in table.columns[1:]:
        column.justify = "right"
    for category in comparison.categories:
        cells = [_cell(rate(category.pass_at_k[name])) for name in shown]
        table.add_row(category.name, str(category.problems), *cells, *_gap(category, shown))
    return table


def _two(comparison: Comparison) -> list[str]:
    """The baseline and the best of the others: more would not fit."""
    pair = _foremost(comparison)
    return [best_first(comparison)[0].result.name] if pair is None else [pair.b, pair.a]


def _gap(category: Category, shown: Sequence[str]) -> list[str]:
    if len(shown) != 2:
        return []
    low, high = (category.pass_at_k[name].value for name in shown)
    return ["" if low is None or high is None else f"{points(high - low)} pts"]


def _warnings(comparison: Comparison) -> Iterator[Text]:
    if comparison.forced:
        problems = counted(max((row.total or 0 for row in comparison.rows if row.samples), default=0), "problem")
        yield Text(f"FORCED: these results are not comparable (what they have in common: {problems})", "bold red")
        yield from (Text(f"  {line}", "bold red") for line in comparison.forced)
    yield from (Text(f"note: {line}") for line in comparison.remarks)
