"""The last that a zygote of ours does before it forks."""

import os

from . import assertions, entry
from .rehearsal import rehearse

__all__ = ["assertions", "be_ready"]


def be_ready(variable: str) -> None:
    """Find all programs, rehearse, and take a variable of the environment away that was for the zygote alone."""
    for name in entry.PROGRAMS:
        entry.entry(name)
    rehearse()
    os.environ.pop(variable, None)
