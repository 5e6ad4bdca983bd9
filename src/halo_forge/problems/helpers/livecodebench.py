"""Comparing what a function returns with what LiveCodeBench expects of it.

Results have to be equal; a tuple is as good as the list that is expected. Source: LiveCodeBench (Jain et al. 2024,
arXiv:2403.07974), its call-based tests.
"""

from __future__ import annotations

import json

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from typing import Any


def agrees(function: Any, arguments: str, expected: str) -> bool:
    """Call `function` with one JSON value a line, and compare with a JSON text."""
    wanted = json.loads(expected)
    got = function(*map(json.loads, arguments.split("\n")))
    if isinstance(got, tuple):
        got = list(got)
    if got != wanted:
        raise AssertionError(f"expected {shown(wanted)}, got {shown(got)}")
    return True


def shown(value: Any) -> str:
    """A value for a message."""
    text = repr(value)
    return text if len(text) <= 200 else text[:200] + "…"
