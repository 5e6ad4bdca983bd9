"""Where text goes: tables to standard output, everything about the work in progress to standard error."""

from __future__ import annotations

import functools

from rich.console import Console


@functools.cache
def out() -> Console:
    """For results."""
    return Console(highlight=False)


@functools.cache
def err() -> Console:
    """For progress, notes and complaints."""
    return Console(stderr=True, highlight=False)


def note(text: str) -> None:
    """One line for the user that is not a result."""
    err().print(text, markup=False, soft_wrap=True)
