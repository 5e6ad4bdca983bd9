"""Where text goes: tables to standard output, everything about the work in progress to standard error."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # rich is imported when something is printed with it, not for every --help
    from rich.console import Console
    from rich.table import Table


@functools.cache
def out() -> Console:
    """For results."""
    from rich.console import Console

    class Out(Console):
        def on_broken_pipe(self) -> None:
            """Leave it to `main`, for which it is no fault."""
            raise BrokenPipeError

    return Out(highlight=False)


@functools.cache
def err() -> Console:
    """For progress, notes and complaints."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def note(text: str) -> None:
    """One line for the user that is not a result."""
    err().print(text, markup=False, soft_wrap=True)


def plain_table(*columns: str) -> Table:
    """A table without lines."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for column in columns:
        table.add_column(column)
    return table
