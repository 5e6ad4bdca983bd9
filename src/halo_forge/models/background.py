"""An event loop in a thread, for an engine whose calls are coroutines, and a crew whose work is tasks of that loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from concurrent.futures import Future
from typing import Any, TypeVar

from halo_forge.models.base import GenerationRequest
from halo_forge.models.crew import PATIENCE_S, Crew
from halo_forge.types import Sample

T = TypeVar("T")


class Background:
    """The loop and its thread, until it is closed."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="halo-forge-loop", daemon=True)
        self._thread.start()

    @property
    def is_closed(self) -> bool:
        """Whether it was closed."""
        return self._loop.is_closed()

    def start(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Begin `work` and go on."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` returns or raises."""
        return self.start(work).result()

    def close(self, last: Coroutine[Any, Any, None] | None = None) -> None:
        """Cancel what is left, do one `last` thing, end the thread. Only once."""
        self.run(_all_cancelled())
        if last is not None:
            self.run(last)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Tasks(Crew):
    """A crew without threads of its own. As many prompts at once as there are slots: the server sorts them out."""

    def __init__(
        self,
        background: Background,
        requests: Iterator[GenerationRequest],
        answer: Callable[[GenerationRequest], Awaitable[Iterable[Sample]]],
        slots: int,
        cancel: threading.Event,
    ) -> None:
        """Have `answer` make all samples of each request."""
        super().__init__(requests, slots, cancel)
        self._background = background
        self._made = answer
        self._futures: set[Future[None]] = set()

    def _launch(self, request: GenerationRequest) -> None:
        self._prompting = False
        future = self._background.start(self._deliver(request))
        self._futures.add(future)
        future.add_done_callback(self._futures.discard)

    async def _deliver(self, request: GenerationRequest) -> None:
        try:
            for sample in await self._made(request):
                self._done.put(sample)
        except Exception as error:
            self._done.put(error)

    def _dismiss(self) -> None:
        for future in list(self._futures):
            future.cancel()


async def _all_cancelled() -> None:
    """Every other task of this loop, cancelled and at its end."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=PATIENCE_S)
