"""Taking turns: those who ask for the same thing get it one after the other, all others at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """A lock for each name, which is forgotten when nobody has it."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._taken: dict[str, threading.Event] = {}

    @contextmanager
    def take(self, name: str) -> Iterator[None]:
        """Wait until nobody else has `name`, and have it until the context ends."""
        mine = threading.Event()
        while (theirs := self._claim(name, mine)) is not mine:
            theirs.wait()
        try:
            yield
        finally:
            with self._mutex:
                del self._taken[name]
            mine.set()

    def _claim(self, name: str, mine: threading.Event) -> threading.Event:
        """`mine`, or that of whoever has it."""
        with self._mutex:
            return self._taken.setdefault(name, mine)
