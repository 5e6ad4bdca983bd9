"""The pipes of a supervised process, seen from our end. Nothing here ever waits."""

from __future__ import annotations

import os
from collections.abc import Iterable

_CHUNK = 65536
_CLOSED = -1


class End:
    """An end of a pipe, or another descriptor. To make a file object would take longer than to make the pipe."""

    __slots__ = ("fd",)

    def __init__(self, fd: int) -> None:
        self.fd = fd

    @property
    def open(self) -> bool:
        """Whether it was not closed yet."""
        return self.fd != _CLOSED

    def close(self) -> None:
        """Close it, if that was not done before."""
        fd, self.fd = self.fd, _CLOSED
        if fd != _CLOSED:
            os.close(fd)


def pipe(held: list[End]) -> tuple[End, End]:
    """The reading and the writing end of a new pipe, now among those that are held.

    A child inherits only what it is given.
    """
    reader, writer = map(End, os.pipe())
    held += (reader, writer)
    return reader, writer


def close_all(ends: Iterable[End]) -> None:
    """Close those that are open."""
    for end in ends:
        end.close()


class OutputStream:
    """A descriptor that is read until its end or its cap. The caller closes it."""

    def __init__(self, fd: int, cap: int) -> None:
        os.set_blocking(fd, False)
        self.fd = fd
        self.open = True
        self._cap = cap
        self._chunks: list[bytes] = []
        self._size = 0

    def read(self) -> bool:
        """Take one chunk of what is there, or see the end; returns whether it was one or the other."""
        try:
            data = os.read(self.fd, _CHUNK)
        except BlockingIOError:
            return False
        self.open = bool(data)
        self._chunks.append(data[: max(0, self._cap - self._size)])
        self._size += len(data)
        return True

    @property
    def overfull(self) -> bool:
        """Whether more came than the cap allows."""
        return self._size > self._cap

    @property
    def content(self) -> bytes:
        """What came, up to the cap."""
        return b"".join(self._chunks)


class InputStream:
    """A pipe that is fed with `content` and then closed."""

    def __init__(self, writer: End, content: bytes) -> None:
        self.fd = writer.fd
        self._writer = writer
        self._unsent = memoryview(content)
        self._close_when_sent()
        if self.open:
            os.set_blocking(self.fd, False)

    @property
    def open(self) -> bool:
        """Whether there is more to feed."""
        return self._writer.open

    def feed(self) -> None:
        """Write as much as the pipe takes."""
        try:
            self._unsent = self._unsent[os.write(self.fd, self._unsent[:_CHUNK]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:  # the program closed its stdin without reading all: its right
            self._unsent = self._unsent[:0]
        self._close_when_sent()

    def _close_when_sent(self) -> None:
        if not self._unsent:
            self._writer.close()
