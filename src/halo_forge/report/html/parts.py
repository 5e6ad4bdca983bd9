"""What sections of the report are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from halo_forge.report.comparison_cells import Cell


@dataclass(frozen=True, slots=True)
class Table:
    """Cells by row; a `Cell` has a second line, markup goes in as it is.

    Attributes:
        keyed: each row is one result, in their order, and gets its colour.
    """

    titles: tuple[str, ...]
    rows: Sequence[tuple[str | Cell, ...]]
    keyed: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One card of the page.

    Attributes:
        keys: the charts' colours are those of the results, which are to be named.
        legend: classes of other colours, and what they mean.
        aside: lines that few want to read, such as why something was not measured.
        open_table: the table is the section; else it waits until it is asked for.
        texts: what a model wrote, as `halo_forge.report.html.svg.text_lines` makes it safe, with a heading for each.
    """

    id: str
    title: str
    charts: tuple[Markup, ...] = ()
    note: str = ""
    table: Table | None = None
    keys: bool = False
    legend: tuple[tuple[str, str], ...] = ()
    aside: tuple[str, ...] = ()
    open_table: bool = False
    texts: tuple[tuple[str, Markup], ...] = ()
