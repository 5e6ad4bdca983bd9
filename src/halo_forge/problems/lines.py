"""JSON objects out of JSONL, one a line, with the line number at hand for whoever has to complain.

UTF-8 with or without a byte order mark, LF or CRLF; blank lines are skipped and counted. One line is in memory at
a time, and none may be longer than `LONGEST_LINE_BYTES`, so neither a large file nor a gzip bomb fills the memory.
Files are opened by `halo_forge.problems.files`; what the objects mean is for others to say.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn, Protocol

from halo_forge.errors import UserError
from halo_forge.problems.wording import kind, shown_path
from halo_forge.types import JSONObject

LONGEST_LINE_BYTES = 128 * 1024 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

SPREAD_OUT = "JSON spread over several lines; write one object a line, as jq -c does"
ARRAY = "a list, where a JSON object is needed; write one object a line, as jq -c '.[]' does"
BAD_NUMBER = "a number that JSON does not have (NaN, Infinity) or that is far too long; correct it"


class ByteLines(Protocol):
    """The one thing that is asked of an open file, plain or zipped."""

    def readline(self, size: int, /) -> bytes:
        """The next line with its end, or its first `size` bytes; empty at the end."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file as messages name it, and the error that a fault in it raises.

    Attributes:
        name: what stands before the colon: a path as it was typed, or the name of a built-in set.
        error: `ProblemFileError` or `SampleFileError`.
    """

    name: str
    error: type[UserError]

    def bad(self, what: str, line: int | None = None) -> UserError:
        """The error that says `what`, of a line or of the file as a whole."""
        place = shown_path(self.name) if line is None else f"{shown_path(self.name)}:{line}"
        return self.error(f"{place}: {what}")


@dataclass(frozen=True, slots=True)
class Record:
    """One JSON object and the number of its line, counted from 1."""

    line: int
    data: JSONObject


def read_records(stream: ByteLines, source: Source) -> Iterator[Record]:
    """Each line of `stream` that is not blank, as a JSON object.

    Raises:
        UserError: the source's own; a line is not one JSON object, or the bytes cannot be read to the end.
    """
    number = 1
    while raw := _next_line(stream, source, number):
        if number == 1:
            raw = raw.removeprefix(BYTE_ORDER_MARK)
        if raw.strip():
            yield Record(number, _parse(_decode(raw, source, number), source, number))
        number += 1


def _next_line(stream: ByteLines, source: Source, number: int) -> bytes:
    try:
        raw = stream.readline(LONGEST_LINE_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise source.bad("the gzip data is cut off or damaged; fetch or pack the file again", number) from None
    except OSError as fault:
        raise source.bad(f"cannot be read on: {fault.strerror}; check the disk", number) from None
    if len(raw) > LONGEST_LINE_BYTES:
        what = f"longer than {LONGEST_LINE_BYTES // 1024**2} MB; write one object a line"
        raise source.bad(what, number)
    return raw


def _decode(raw: bytes, source: Source, number: int) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        what = f"not UTF-8 (byte {fault.start + 1} is 0x{raw[fault.start]:02x}); save the file as UTF-8"
        raise source.bad(what, number) from None


def _parse(text: str, source: Source, number: int) -> JSONObject:
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as fault:
        raise source.bad(_not_json(text, fault), number) from None
    except RecursionError:
        raise source.bad("JSON that is nested too deeply; make it flatter", number) from None
    except ValueError:
        raise source.bad(BAD_NUMBER, number) from None
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        raise source.bad(ARRAY, number)
    raise source.bad(f"{kind(value)}, where a JSON object is needed; write one object a line", number)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _not_json(text: str, fault: json.JSONDecodeError) -> str:
    if text.strip() in ("{", "["):
        return SPREAD_OUT
    reason = fault.msg.removesuffix(" at")
    return f"not JSON: {reason} at column {fault.colno}; each line has to be one whole JSON object"
