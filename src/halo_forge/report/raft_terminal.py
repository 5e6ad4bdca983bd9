"""A run of RAFT on a terminal: what there was to gain, a row for each cycle, the test before and after, the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from halo_forge.raft.summary import BETTER, WORSE
from halo_forge.report.comparison_terminal import fitted_tables
from halo_forge.report.raft_cells import cycle_columns, tested_columns
from halo_forge.report.raft_run import Difference, RaftRun, read_run
from halo_forge.report.raft_words import difference_in_words, first_line, headline, pair_in_words, sentences, warnings
from halo_forge.types import JSONObject

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType

_STYLES = {BETTER: "green", WORSE: "red"}


def render(summary: JSONObject) -> RenderableType:
    """The summary, as `halo_forge.raft.summary` makes it; tables are split where the window is too narrow."""
    return _Shown(read_run(summary))


@dataclass(frozen=True, slots=True)
class _Shown:
    run: RaftRun

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        run = self.run
        yield Text(first_line(run), "bold")
        yield Text(headline(run))
        for columns in (cycle_columns(run), tested_columns(run)):
            for table in fitted_tables(columns, console) if columns else ():
                yield Text()
                yield table
        for pair, found in run.differences.items():
            yield Text()
            yield Text(pair_in_words(pair), "bold")
            yield from map(_difference, found)
        yield Text()
        yield from (Text(line, "red") for line in warnings(run))
        yield from map(Text, sentences(run))


def _difference(found: Difference) -> Text:
    return Text(f"  {difference_in_words(found)}", _STYLES.get(found.verdict, ""))
