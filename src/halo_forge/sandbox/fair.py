"""A time limit that a busy machine cannot cause.

Verdicts go by CPU time. Only elapsed time can end a program that sleeps, and that clock also runs while a program
waits for a processor. So a run that was ended by elapsed time alone, and that had been kept waiting, is run once more
with nothing of ours beside it, and that run counts.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from halo_forge.sandbox.base import Command, Sandbox, Tier
from halo_forge.types import Execution, KilledBy

_NEARLY_USED_UP = 0.8  # of its CPU time: more elapsed time would not have changed the verdict
_KEPT_WAITING = 0.1  # of the elapsed time, ready to run but without a processor


class FairSandbox:
    """Any sandbox, with the second run that fairness asks for."""

    def __init__(self, inner: Sandbox) -> None:
        self._inner = inner
        self._gate = _Gate()

    @property
    def tier(self) -> Tier:
        """The inner sandbox's tier."""
        return self._inner.tier

    @property
    def description(self) -> str:
        """The inner sandbox's description."""
        return self._inner.description

    def run(self, command: Command) -> Execution:
        """Run `command`; see `Sandbox.run`."""
        self._gate.join()
        try:
            execution = self._inner.run(command)
        finally:
            self._gate.leave()
        if not _was_starved(execution, command):
            return execution
        with self._gate.alone():
            return self._inner.run(command)

    def close(self) -> None:
        """Close the inner sandbox."""
        self._inner.close()


def _was_starved(execution: Execution, command: Command) -> bool:
    if execution.killed_by is not KilledBy.WALL or execution.cpu_s >= _NEARLY_USED_UP * command.limits.cpu_s:
        return False
    return execution.kept_waiting_s >= _KEPT_WAITING * execution.wall_s


class _Gate:
    """Many may be in together, or one alone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._inside = 0
        self._waiting_alone = 0

    def join(self) -> None:
        """Come in beside others, as soon as nobody is or wants to be alone; to be followed by `leave`."""
        with self._lock:
            while self._waiting_alone:
                self._changed.wait()
            self._inside += 1

    def leave(self) -> None:
        """Go out again."""
        with self._lock:
            self._inside -= 1
            if self._waiting_alone:
                self._changed.notify_all()

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        with self._announced():
            with self._lock:
                self._changed.wait_for(lambda: self._inside == 0)
                self._inside += 1
            try:
                yield
            finally:
                self.leave()

    @contextlib.contextmanager
    def _announced(self) -> Iterator[None]:
        """Nobody new comes in while somebody waits to be alone."""
        with self._lock:
            self._waiting_alone += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting_alone -= 1
                self._changed.notify_all()
