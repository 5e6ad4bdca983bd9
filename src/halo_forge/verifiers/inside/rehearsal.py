"""Conversations that the zygote has with itself before it forks.

Python works out on the way how to do what it does often, and notes it beside the code. In a fork each note is a page of
memory that has to be copied first, and no fork lives long enough to profit. So the zygote makes them all.
"""

from __future__ import annotations

import contextlib
import os
import sys

from .candidate import Candidate, run
from .channel import Channel

_TIMES = 10  # what has run eight times is worth it to Python
_GIVEN = {"preamble": None, "prompt": "def f(x):\n", "form": "solution", "entry_point": "f", "prelude": "[\0\0\0\0"}
_SOLUTION = "from typing import List\n\ndef f(*x: List):\n    return x[0]\n"
_ARGUMENTS = ([1, 2], ["a", "b"], "a", 1, 0.5, {"tuple": [1, 2]}, {"dict": [["a"], [1]]}, [[1, 2], [3]])
_NONSENSE = b"\0\0\0\1?"


def rehearse() -> None:
    """Say all that there usually is to say about a solution, again and again."""
    for _ in range(_TIMES):
        to_candidate, to_tester = os.pipe(), os.pipe()
        with contextlib.suppress(Exception):  # without a rehearsal forks are a little slower
            _converse(to_candidate, to_tester)
        for fd in (*to_candidate, *to_tester):
            os.close(fd)
    sys.modules.pop("solution", None)


def _converse(to_candidate: tuple[int, int], to_tester: tuple[int, int]) -> None:
    tester = Channel(to_tester[0], to_candidate[1])
    tester.send({**_GIVEN, "code": _SOLUTION})
    for argument in _ARGUMENTS:
        tester.send({"do": "call", "on": 1, "names": [], "args": [argument, argument]})
    tester.send({"do": "call", "on": 1, "names": [], "args": []})
    os.write(to_candidate[1], _NONSENSE)  # a candidate would end its process at the end of the stream
    run(Candidate(Channel(to_candidate[0], to_tester[1])))
