"""The zygotes of one sandbox: as many of each kind as commands run at once, started when they are first needed."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from halo_forge.errors import JudgeError
from halo_forge.sandbox.base import Command, Zygote
from halo_forge.sandbox.zygote.host import NoZygotes, RunningZygote
from halo_forge.sandbox.zygote.job import fits


@dataclass(slots=True)
class Zygotes:
    """All zygotes of one sandbox. Safe to use from several threads at once.

    Attributes:
        start: starts one.
        usable: not closed yet.
    """

    start: Callable[[Zygote], RunningZygote]
    usable: bool = True
    _idle: dict[Zygote, list[RunningZygote]] = field(default_factory=dict)
    _asked: Counter[Zygote] = field(default_factory=Counter)
    _kept_to: Counter[int | None] = field(default_factory=Counter)  # processor -> zygotes
    _owner: int = field(default_factory=os.getpid)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    # bwrap ends with the thread that started it, and a zygote may live longer than the first one that needs it. Threads
    # of the pool stay until it is shut down.
    _starter: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(os.cpu_count(), "zygote-starter"))

    @contextlib.contextmanager
    def one(self, kind: Zygote) -> Iterator[RunningZygote]:
        """One that nobody else uses meanwhile.

        Raises:
            NoZygotes: it can't be started.
            JudgeError: this process is a fork of the one that made this object.
        """
        if os.getpid() != self._owner:  # both would talk to the same ones
            raise JudgeError("a sandbox can't be used on the other side of a fork; open another one there")
        found = self._take(kind)
        try:
            zygote = found.result() if isinstance(found, Future) else found
        except BaseException:  # perhaps only the wait for it was interrupted
            if isinstance(found, Future):
                found.add_done_callback(self._give_up)
            raise
        try:
            before = _go_to(zygote.processor)
            try:
                yield zygote
            finally:
                _go_back(zygote.processor, before)
        except BaseException:
            zygote.usable = False
            raise
        finally:
            self._put_back(kind, zygote)

    def are_worth_it(self, kind: Zygote, command: Command) -> bool:
        """Whether so many commands could have had one of the kind by now; counts one more if not.

        Never for a command that takes more words than one message holds.
        """
        if not (kind.can_be_forked and fits(command)):
            return False
        if self._asked[kind] > kind.worth_it_after:
            return True
        with self._lock:
            self._asked[kind] += 1
            return self._asked[kind] > kind.worth_it_after

    def close(self) -> bool:
        """End them all, those at work when their command has ended. Returns whether that had not been done before.

        They are left alone on the other side of a fork.
        """
        if os.getpid() != self._owner:
            return False
        with self._lock:
            first, self.usable = self.usable, False
            idle = [zygote for zygotes in self._idle.values() for zygote in zygotes]
            self._idle.clear()
        for zygote in idle:  # so that they end side by side
            zygote.kill()
        for zygote in idle:
            self._send_away(zygote)
        self._starter.shutdown(wait=False)
        return first

    def _take(self, kind: Zygote) -> RunningZygote | Future[RunningZygote]:
        with self._lock:  # against `close`, after which none can be started
            if not self.usable:
                raise NoZygotes("they were sent away")
            waiting = self._idle.get(kind)
            return waiting.pop() if waiting else self._starter.submit(self._begin, kind)

    def _begin(self, kind: Zygote) -> RunningZygote:
        zygote = self.start(kind)
        if not kind.server:  # what its forks run may have many threads
            return zygote
        with self._lock:
            processor = min(sorted(os.sched_getaffinity(0)), key=lambda number: self._kept_to[number])
            self._kept_to[processor] += 1
        zygote.keep_to(processor)
        return zygote

    def _send_away(self, zygote: RunningZygote) -> None:
        zygote.close()
        with self._lock:
            self._kept_to[zygote.processor] -= 1

    def _give_up(self, begun: Future[RunningZygote]) -> None:
        """Send one away that nobody waits for any more, if it was started."""
        if not begun.cancelled() and begun.exception() is None:
            self._send_away(begun.result())

    def _put_back(self, kind: Zygote, zygote: RunningZygote) -> None:
        with self._lock:
            if zygote.usable and self.usable:
                self._idle.setdefault(kind, []).append(zygote)
                return
        self._send_away(zygote)


def _go_to(processor: int | None) -> set[int] | None:
    """Have this thread run where its zygote does: else it keeps another zygote waiting while that processor is idle.

    Returns where it could run before; ``None`` if nothing was changed.
    """
    if processor is None:
        return None
    before = os.sched_getaffinity(0)
    if processor not in before:
        return None
    _keep_to({processor})
    return before


def _go_back(processor: int | None, before: set[int] | None) -> None:
    if before is not None and os.sched_getaffinity(0) == {processor}:  # else somebody else has said where it may run
        _keep_to(before)


def _keep_to(processors: set[int]) -> None:
    try:  # noqa: SIM105 - contextlib has more to do, and this is done for every sample
        os.sched_setaffinity(0, processors)
    except OSError:
        pass  # then it is slower
