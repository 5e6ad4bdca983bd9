"""Conversations that the zygote has with itself before it forks.

Python works out on the way how to do what it does often, and notes it beside the code. In a fork each note is a page of
memory that has to be copied first, and no fork lives long enough to profit. So the zygote makes them all.
"""

from __future__ import annotations

import contextlib
import os
import sys

from .candidate import Candidate, main, run
from .channel import Channel

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

_TIMES = 10  # what has run eight times is worth it to Python
_GIVEN = {"preamble": None, "prompt": "def f(x):\n", "form": "solution", "entry_point": "f", "prelude": "[\0\0\0\0"}
_SOLUTION = "from typing import List\n\ndef f(*x: List):\n    return x[0]\n"
_ARGUMENTS = ([1, 2], ["a", "b"], "a", 1, 0.5, {"tuple": [1, 2]}, {"dict": [["a"], [1]]}, [[1, 2], [3]])
_USUAL = ([1, 2],)
_NONSENSE = b"\0\0\0\1?"  # a candidate would end its process at the end of the stream


def rehearse() -> None:
    """Say all that there usually is to say about a solution, again and again."""
    said = _said(_ARGUMENTS)
    for _ in range(_TIMES):
        _answer(said, lambda reader, writer: run(Candidate(Channel(reader, writer))))
    sys.modules.pop("solution", None)


def once() -> None:
    """Be the candidate of a small suite, in a fork."""
    _answer(_few, lambda reader, writer: main(["", str(reader), str(writer)]))


def _answer(said: bytes, be_candidate: Callable[[int, int], Any]) -> None:
    to_candidate, to_tester = os.pipe(), os.pipe()
    os.write(to_candidate[1], said)
    with contextlib.suppress(Exception):  # without a rehearsal forks are a little slower
        be_candidate(to_candidate[0], to_tester[1])
    for fd in (*to_candidate, *to_tester):
        os.close(fd)


def _said(arguments: Iterable[Any]) -> bytes:
    """What a tester says that calls a function with each of them, and with none."""
    reader, writer = os.pipe()
    tester = Channel(-1, writer)
    tester.send({**_GIVEN, "code": _SOLUTION})
    for argument in arguments:
        tester.send({"do": "call", "on": 1, "names": [], "args": [argument, argument]})
    tester.send({"do": "call", "on": 1, "names": [], "args": []})
    os.close(writer)
    with open(reader, "rb") as file:
        return file.read() + _NONSENSE


_few = _said(_USUAL)
