"""Runs a suite of tests against a Python solution that lives in a process of its own.

Started in the sandbox with the numbers of two descriptors. It forks. The child becomes the candidate: it closes both
descriptors, receives the solution and nothing of the tests, executes it, and answers calls. The parent is the tester:
it executes the tests, or has pytest or unittest run them. In them the solution's functions are stand-ins that send
their arguments to the candidate as plain data and get plain data back.

So a solution never sees an expected value, and cannot reach what decides: not the frames of the suite, nor its
builtins, its assertions or its exit status. A candidate that ends its process has failed.

What travels, and how: `wire`. What can be done with an object that stays where it is: `remote`. What a solution may do
with functions and objects that a suite gives it: `tester`.

Limits. Lists, dicts and sets that are passed in are changed in place when the solution changes them, but what they hold
is exchanged, so another name for an inner list does not see the change. A list that comes back is never the very one
that was passed in. A solution's global variables are read once. And what a suite can't tell apart, this can't either: a
wrong function that its cases do not catch passes.
"""

from __future__ import annotations

import os
import time

from .candidate import Candidate, run
from .channel import Channel
from .judging import judge_payload
from .privacy import be_private
from .tester import Tester

_LOOK_EVERY_S = 0.001


def main(words: list[str]) -> None:
    """Fork, and be both."""
    payload_fd, result_fd = int(words[1]), int(words[2])
    to_candidate, to_tester = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        for fd in (payload_fd, result_fd, to_candidate[1], to_tester[0]):
            os.close(fd)
        run(Candidate(Channel(to_candidate[0], to_tester[1])))
    os.close(to_candidate[0])
    os.close(to_tester[1])
    # From here on the candidate, which is the same user, can't read this process's memory or descriptors. It starts
    # with the solution, which it has not been sent yet.
    be_private()
    channel = Channel(to_tester[0], to_candidate[1])
    judge_payload(Tester(channel, lambda patience_s: _status(pid, patience_s)), payload_fd, result_fd)
    os._exit(0)


def _status(pid: int, patience_s: float) -> int | None:
    """How the candidate ended, as soon as it has."""
    give_up_at = time.monotonic() + patience_s
    while True:
        late = time.monotonic() >= give_up_at  # before the look: there may be no processor for us in between
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if late:
            return None
        time.sleep(_LOOK_EVERY_S)
