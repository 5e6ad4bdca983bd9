"""Messages between the two processes: four bytes of length, then JSON.

What comes in is not trusted: a message has to be an object, of a bounded size.
"""

from __future__ import annotations

import json
import sys
from json.encoder import c_make_encoder  # type: ignore[attr-defined]
from os import read, write  # see `zygote.walls`

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MOST_BYTES = 64 * 1024 * 1024
_CHUNK, _SIZE_BYTES = 65536, 4
_DEEP = 20_000  # frames, so that a value may be nested as deep as a solution can build it


def _encoder() -> Any:
    """What makes the parts of a text, for a value and the depth 0."""
    plain = json.JSONEncoder(check_circular=False)
    try:
        return c_make_encoder(
            None, plain.default, json.encoder.encode_basestring_ascii, None, ":", ",", False, False, True
        )
    except TypeError:  # it is not there, or wants something else: only speed is lost
        return lambda value, _: (plain.encode(value),)


# These do without looking for what `Channel` does not send: white space around a message, values that hold themselves.
# And what json makes anew for every message is made here.
_encode = _encoder()
_decode = json.JSONDecoder().scan_once  # type: ignore[attr-defined]


class ChannelError(Exception):
    """What came is no message."""


class OtherSideGone(BaseException):
    """The other process is not there when it is needed. No suite may catch this and go on to pass."""


class Channel:
    """A pipe to the other process and one from it.

    Attributes:
        reader, writer: this process's ends.
    """

    def __init__(self, reader: int, writer: int) -> None:
        self.reader, self.writer = reader, writer
        self._ahead = b""  # what was read with the message before it

    def send(self, message: dict[str, Any]) -> None:
        """Send one message. OSError when the other process is gone."""
        data = "".join(deeply(_encode, message, 0)).encode()
        if len(data) > MOST_BYTES:
            raise OverflowError(f"more than {MOST_BYTES >> 20} MiB of data")
        data = len(data).to_bytes(_SIZE_BYTES, "big") + data
        sent = write(self.writer, data)
        while sent < len(data):
            sent += write(self.writer, memoryview(data)[sent:])

    def receive(self) -> dict[str, Any] | None:
        """The next message; ``None`` at the end of the stream.

        Raises:
            ChannelError: it is too long, or no JSON object.
        """
        data = self._message()
        if not data:
            return None
        try:
            text = data.decode()
            message, end = deeply(_decode, text, 0)
        except StopIteration:
            raise ChannelError("no JSON") from None
        except (ValueError, RecursionError, MemoryError) as error:
            raise ChannelError(type(error).__name__) from None
        if type(message) is not dict or end != len(text):
            raise ChannelError("no object")
        return message

    def _message(self) -> bytes:
        """The next message as it came; none at the end of the stream."""
        ahead, self._ahead = self._ahead or read(self.reader, _CHUNK), b""
        size = int.from_bytes(ahead[:_SIZE_BYTES], "big")
        if len(ahead) == _SIZE_BYTES + size and size > 0:  # as it usually is
            return ahead[_SIZE_BYTES:]
        self._ahead = ahead
        size = int.from_bytes(self._exactly(_SIZE_BYTES), "big")
        if size > MOST_BYTES:
            raise ChannelError(f"more than {MOST_BYTES >> 20} MiB of data")
        return self._exactly(size)

    def _exactly(self, size: int) -> bytes:
        """That many bytes, or none when the stream ends before."""
        chunks, there = [self._ahead], len(self._ahead)
        while there < size:
            chunk = read(self.reader, _CHUNK)
            if not chunk:
                return b""
            chunks.append(chunk)
            there += len(chunk)
        data = b"".join(chunks)
        self._ahead = data[size:]
        return data[:size]


def deeply(action: Callable[..., Any], *args: Any) -> Any:
    """Call something that follows a value all the way down, deeper than calls may usually go.

    It may be called twice.
    """
    try:
        return action(*args)
    except RecursionError:  # hardly any value is so deep
        pass
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _DEEP))
    try:
        return action(*args)
    finally:
        sys.setrecursionlimit(before)
