"""What can be told of an assertion suite without running it."""

from __future__ import annotations

import re


def defines_check(tests: str) -> bool:
    """Whether a Python suite has to be called after it was defined: it has a ``def check(candidate)``.

    A judge then calls ``check`` with `Problem.entry_point`. A suite without one consists of bare asserts, which run
    by themselves.
    """
    return re.search(r"^def[ \t]+check[ \t]*\(", tests, re.MULTILINE) is not None
