"""The thread that measures, behind one context manager.

It looks about once a second, and more rarely on a machine where a look is dear: it takes less than a hundredth of one
processor in any case. It never harms the run: a driver that hangs is left alone with its thread.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from halo_forge.hardware.collector import Collector
from halo_forge.hardware.readings import in_words
from halo_forge.hardware.session import Session

_log = logging.getLogger(__name__)

_EVERY_S = 1.0
_MOST_S = 10.0  # between two looks
_DEAREST = 0.005  # processor seconds a second, for looking and for keeping each
_KEEP_EVERY_S = 5.0  # at first; a killed session lacks this much at its end
_KEEP_SHARE = 0.005  # … or this share of its length, whatever is more
_PATIENCE_S = 10.0  # with drivers

Keep = Callable[[Session], None]


@contextmanager
def measured(look_around: Callable[[], Collector], number: int, keep: Keep) -> Iterator[None]:
    """Measure until the context ends.

    Args:
        look_around: finds the devices; it is called in the thread.
        number: of the session.
        keep: takes what was measured so far, now and then and at the end; called in the thread. What it raises is
            noted in the log and else ignored.
    """
    sampler = _Sampler(look_around, number, keep)
    thread = threading.Thread(target=sampler.run, name="hardware", daemon=True)
    thread.start()
    sampler.ready.wait(_PATIENCE_S)
    try:
        yield
    finally:
        sampler.over.set()
        thread.join(_PATIENCE_S)
        sampler.left_alone.set()


@dataclass(slots=True)
class _Sampler:
    look_around: Callable[[], Collector]
    number: int
    keep: Keep
    ready: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    left_alone: threading.Event = field(default_factory=threading.Event)
    every_s: float = _EVERY_S
    keep_at: float = 0.0

    def run(self) -> None:
        """Look until it is over."""
        try:
            collector = self.look_around()
            collector.look(time.time(), time.monotonic())
            self.ready.set()
            self._go_on(collector)
        except Exception as error:  # measuring is never fatal
            _log.warning("the machine is measured no longer: %s", in_words(error))
            _log.debug("measuring failed", exc_info=True)
        finally:
            self.ready.set()

    def _go_on(self, collector: Collector) -> None:
        began = time.monotonic()
        self._keep_now(collector, began, complete=False)
        while not self.over.wait(self.every_s):
            cost = time.thread_time()
            collector.look(time.time(), time.monotonic())
            self.every_s = min(_MOST_S, max(_EVERY_S, (time.thread_time() - cost) / _DEAREST))
            if time.monotonic() >= self.keep_at:
                self._keep_now(collector, began, complete=False)
        collector.look(time.time(), time.monotonic())
        self._keep_now(collector, began, complete=True)

    def _keep_now(self, collector: Collector, began: float, *, complete: bool) -> None:
        if self.left_alone.is_set():
            return  # the run has ended without us, and its files are closed
        cost = time.thread_time()
        try:
            self.keep(collector.session(self.number, complete=complete))
        except Exception as error:  # a full disk; the result, which needs it too, says so
            _log.info("what was measured could not be kept: %s", in_words(error))
        now = time.monotonic()
        dear = (time.thread_time() - cost) / _DEAREST
        self.keep_at = now + max(_KEEP_EVERY_S, _KEEP_SHARE * (now - began), dear)
