"""Ctrl-C: the first stops the run cleanly, the second at once."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType

STOPPED = 130
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def stoppable() -> Iterator[threading.Event]:
    """An event that Ctrl-C (or a polite kill) sets; a Ctrl-C that was held back until now counts (see `raft.child`)."""
    cancel = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        if cancel.is_set():
            os._exit(STOPPED)
        cancel.set()

    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    held_back = signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    try:
        yield cancel
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held_back)
        for number, handler in before.items():
            signal.signal(number, handler)
