"""Several requests at once, and one consumer of what they finish. `Threads` is for an engine whose calls block.

A request is pulled and started by the consumer itself, when it asks for a sample and enough slots are free: a slow
consumer slows the engine down, and the iterable of requests is never touched from another thread. With `Threads` a
request is started only after the one before has begun to answer, so that one prompt at a time is worked on.

Limits: a thread inside a call that doesn't return can't be stopped. It is left behind (a daemon) after a second.
"""

from __future__ import annotations

import queue
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from enum import Enum, auto
from typing import Protocol

from halo_forge.models.base import GenerationRequest
from halo_forge.types import Sample

BEAT_S = 0.1  # how soon `cancel` is noticed while nothing is finished
PATIENCE_S = 1.0  # how long threads and tasks may take to end


class _Signal(Enum):
    BEGUN = auto()


class Work(Protocol):
    """Answers one request."""

    def __call__(
        self, request: GenerationRequest, begun: Callable[[], None], deliver: Callable[[Sample], None],
        stopped: Callable[[], bool],
    ) -> None:  # fmt: skip
        """Deliver each sample of `request` once.

        Args:
            begun: to be called once, when the prompt has been worked on.
            stopped: whether to give up, which is no error.
        """


class Crew(ABC):
    """One pass over `requests`, with at most `slots` samples under way. No request may ask for more than that."""

    def __init__(self, requests: Iterator[GenerationRequest], slots: int, cancel: threading.Event) -> None:
        self._requests = requests
        self._free = slots
        self._cancel = cancel
        self._held: GenerationRequest | None = None  # pulled, but too large for what is free
        self._prompting = False
        self._left = threading.Event()  # the consumer went away, or a request failed
        self._done: queue.SimpleQueue[Sample | BaseException | _Signal] = queue.SimpleQueue()
        self._under_way = 0

    def samples(self) -> Iterator[Sample]:
        """Each sample as it is finished. Raises what answering raised, or what the requests raised."""
        try:
            while not self._stopped():
                while self._start():
                    pass
                if not self._under_way:
                    return
                item = self._next_item()
                if isinstance(item, BaseException):
                    raise item
                if isinstance(item, Sample):
                    self._free += 1
                    self._under_way -= 1
                    yield item
                elif item is _Signal.BEGUN:
                    self._prompting = False
        finally:
            self._left.set()
            self._dismiss()

    @abstractmethod
    def _launch(self, request: GenerationRequest) -> None:
        """Begin a request. Its samples, or what it raised, are put into ``_done``."""

    @abstractmethod
    def _dismiss(self) -> None:
        """End what is under way."""

    def _start(self) -> bool:
        """Start the next request, if it is its turn and it fits."""
        if self._prompting or not self._free:
            return False
        request = next(self._requests, None) if self._held is None else self._held
        self._held = request
        if request is None or request.count > self._free:
            return False
        self._held = None
        self._free -= request.count
        self._under_way += request.count
        self._launch(request)
        return True

    def _next_item(self) -> Sample | BaseException | _Signal | None:
        try:
            return self._done.get(timeout=BEAT_S)
        except queue.Empty:
            return None

    def _stopped(self) -> bool:
        return self._cancel.is_set() or self._left.is_set()


class Threads(Crew):
    """A thread for each request."""

    def __init__(self, requests: Iterator[GenerationRequest], work: Work, slots: int, cancel: threading.Event) -> None:
        super().__init__(requests, slots, cancel)
        self._work = work
        self._threads: list[threading.Thread] = []

    def _launch(self, request: GenerationRequest) -> None:
        self._prompting = True
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=self._answer, args=(request,), name="halo-forge-request", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _answer(self, request: GenerationRequest) -> None:
        try:
            self._work(request, lambda: self._done.put(_Signal.BEGUN), self._done.put, self._stopped)
        except BaseException as error:
            self._done.put(error)  # it is the consumer's to name who is at fault

    def _dismiss(self) -> None:
        until = time.monotonic() + PATIENCE_S
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
