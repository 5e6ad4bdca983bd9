"""Ending every process that carries a mark, at once or when halo-forge is gone.

This file is also the program that `halo_forge.sandbox.guard` starts, so it imports nothing but the standard library.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

_ROUND_S = 0.05
_QUIET_ROUNDS = 40  # a process that was being started when halo-forge died shows its mark a moment later
_MOST_ROUNDS = 1200


def end_marked(mark: str) -> list[int]:
    """SIGKILL every process that has `mark` in its environment. Returns their numbers.

    Raises:
        OSError: the processes of this machine can't be listed.
    """
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and _end(int(entry), mark.encode())]


def _end(pid: int, mark: bytes) -> bool:
    try:
        with _pidfd(pid) as process:  # the number alone may be another process's by the time that it is used
            if mark not in Path(f"/proc/{pid}/environ").read_bytes():
                return False
            signal.pidfd_send_signal(process, signal.SIGKILL)
    except OSError:  # gone, or not ours
        return False
    return True


@contextlib.contextmanager
def _pidfd(pid: int) -> Iterator[int]:
    process = os.pidfd_open(pid)
    try:
        yield process
    finally:
        os.close(process)


def stand_by(mark: str) -> None:
    """Wait for the end of standard input; end what is marked unless a word came before."""
    for polite in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # it goes when halo-forge does, not before
        signal.signal(polite, signal.SIG_IGN)
    if sys.stdin.buffer.read():
        return
    quiet = 0
    for _ in range(_MOST_ROUNDS):
        quiet = 0 if end_marked(mark) else quiet + 1
        if quiet > _QUIET_ROUNDS:
            return
        time.sleep(_ROUND_S)


if __name__ == "__main__":
    stand_by(sys.argv[1])
    os._exit(0)  # somebody waits, and the interpreter has nothing to put in order
