"""Assertion suites: what can be told of one without running it, and writing one around a comparison of our own.

A suite that is written here keeps its helpers in a name space apart (`suite_with`): the function under test may be
called anything, ``sum`` and ``check`` included, and must not stand in for what the helpers use.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from importlib import resources
from typing import Any


def defines_check(tests: str) -> bool:
    """Whether a Python suite has to be called after it was defined: it has a ``def check(candidate)``.

    A judge then calls ``check`` with `Problem.entry_point`. A suite without one consists of bare asserts, which run
    by themselves.
    """
    return re.search(r"^def[ \t]+check[ \t]*\(", tests, re.MULTILINE) is not None


def suite_with(helper: str, setup: Iterable[str], asserts: Iterable[str]) -> str:
    """A suite of bare asserts, which may use what ``helpers/NAME.py`` of this package defines.

    Args:
        helper: the module's name. Its source becomes a part of the suite, which needs no halo-forge where it runs.
        setup: statements before the asserts; ``_helper["name"]`` is what the module defines as ``name``.
        asserts: one statement a test.
    """
    source = (resources.files("halo_forge.problems") / "helpers" / f"{helper}.py").read_text(encoding="utf-8")
    head = ('_helper = {"__name__": "helper"}', f"exec({quoted(source)}, _helper)")
    return "\n".join([*head, *setup, *asserts]) + "\n"


def quoted(text: str) -> str:
    """`text` as a Python string literal that keeps its lines, for people to read."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\r", "\\r")
    return f"'''{escaped}'''"


def json_literal(value: Any) -> str:
    """A Python string literal of the JSON text of `value`, which ``json.loads`` reads back, NaN and Infinity too."""
    return repr(json.dumps(value))
