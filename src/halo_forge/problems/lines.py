"""JSON objects out of a file, one a line or in one list, with their place at hand for whoever has to complain.

UTF-8 with or without a byte order mark, LF or CRLF; blank lines are skipped and counted. Of JSONL one line is in
memory at a time, and none may be longer than `LONGEST_LINE_BYTES`, so neither a large file nor a gzip bomb fills the
memory. A file that begins with ``[`` is one JSON list, which is read as a whole and is bounded likewise. Files are
opened by `halo_forge.problems.files`; what the objects mean is for others to say.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from halo_forge import quick_json
from halo_forge.errors import UserError
from halo_forge.problems.wording import kind, shown_path
from halo_forge.types import JSONObject

LONGEST_LINE_BYTES = 128 * 1024 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

SPREAD_OUT = "JSON spread over several lines; write one object a line, as jq -c does"
ARRAY = "a list, where a JSON object is needed; write one object a line, as jq -c '.[]' does"
BAD_NUMBER = "a number that JSON does not have (NaN, Infinity) or that is far too long; correct it"


class ByteStream(Protocol):
    """What is asked of an open file, plain or zipped."""

    def readline(self, size: int, /) -> bytes:
        """The next line with its end, or its first `size` bytes; empty at the end."""

    def read(self, size: int, /) -> bytes:
        """The next `size` bytes, fewer at the end."""


@dataclass(slots=True)  # not frozen, only because there is one a line and a frozen one takes longer to make
class Item:
    """One JSON value of a file and where it stands.

    Attributes:
        number: of its line, or among the items of the list that the file is; from 1.
        unit: which of them, ``line`` or ``item``.
        odd_numbers: there is a NaN or an Infinity in it, which Python's json module writes and JSON does not have.
    """

    number: int
    data: Any
    unit: str = "line"
    odd_numbers: bool = False

    @property
    def place(self) -> str:
        """``line 3`` or ``item 3``."""
        return f"{self.unit} {self.number}"


@dataclass(slots=True)
class Record(Item):
    """An `Item` that is a JSON object."""

    data: JSONObject


@dataclass(frozen=True, slots=True)
class Source:
    """A file as messages name it, and the error that a fault in it raises.

    Attributes:
        name: what stands before the colon: a path as it was typed, or the name of a built-in set.
        error: `ProblemFileError` or `SampleFileError`.
    """

    name: str
    error: type[UserError]

    def bad(self, what: str, where: int | Item | None = None) -> UserError:
        """The error that says `what`, of a line, of an item or of the file as a whole."""
        return self.error(f"{self.at(where)}: {what}")

    def at(self, where: int | Item | None = None) -> str:
        """The file, or a line or an item of it, as messages name it."""
        place = shown_path(self.name)
        if isinstance(where, Item):
            return place + (f":{where.number}" if where.unit == "line" else f": {where.place}")
        return place if where is None else f"{place}:{where}"


def read_records(stream: ByteStream, source: Source) -> Iterator[Record]:
    """Each object of `stream`: a line that is not blank, or an item of the list that the file is.

    Raises:
        UserError: the source's own; something is not a JSON object, or the bytes cannot be read to the end.
    """
    for item in read_items(stream, source):
        yield as_record(item, source)


def as_record(item: Item, source: Source) -> Record:
    """The item, if it is an object.

    Raises:
        UserError: the source's own; it is something else.
    """
    if isinstance(item, Record):
        return item
    if isinstance(item.data, dict):
        return Record(item.number, item.data, item.unit, item.odd_numbers)
    if isinstance(item.data, list) and item.unit == "line":
        raise source.bad(ARRAY, item)
    advice = "write one object a line" if item.unit == "line" else "make it one"
    raise source.bad(f"{kind(item.data)}, where a JSON object is needed; {advice}", item)


def refuse_odd_numbers(item: Item, source: Source) -> None:
    """Complain about a NaN or an Infinity.

    Raises:
        UserError: the source's own; there is one.
    """
    if item.odd_numbers:
        raise source.bad(BAD_NUMBER, item if item.unit == "line" else None)  # of a list, one item may be meant


def read_items(stream: ByteStream, source: Source) -> Iterator[Item]:
    """Each value of `stream`, whatever it is: a line that is not blank, or an item of the list that the file is.

    Raises:
        UserError: the source's own; a line is no JSON, or the bytes cannot be read to the end.
    """
    number, first = 1, True
    while raw := _next_line(stream, source, number):
        if number == 1:
            raw = raw.removeprefix(BYTE_ORDER_MARK)
        if first and raw.lstrip().startswith(b"["):
            yield from _items(raw + _rest(stream, source, len(raw)), source)
            return
        if raw.strip():
            first = False
            value, odd = _parse(_decode(raw, source, number), source, number, _not_a_line)
            yield (Record if isinstance(value, dict) else Item)(number, value, odd_numbers=odd)
        number += 1


def read_text(stream: ByteStream, source: Source) -> str:
    """All of `stream` as one text, line ends as they are.

    Raises:
        UserError: the source's own; it is no UTF-8, too long, or cannot be read to the end.
    """
    raw = _read(lambda: stream.read(LONGEST_LINE_BYTES + 1), source, None)
    if len(raw) > LONGEST_LINE_BYTES:
        raise source.bad(f"longer than {LONGEST_LINE_BYTES // 1024**2} MB; that is no program")
    return _decode(raw, source, None)


def _items(raw: bytes, source: Source) -> Iterator[Item]:
    """The items of a list that is the whole of a file."""
    values, odd = _parse(_decode(raw, source, 1), source, None, _not_a_list)
    for number, value in enumerate(values, 1):
        yield Item(number, value, "item", odd)


def _rest(stream: ByteStream, source: Source, already: int) -> bytes:
    most = LONGEST_LINE_BYTES - already
    raw = _read(lambda: stream.read(most + 1), source, 1)
    if len(raw) > most:
        what = f"a list of more than {LONGEST_LINE_BYTES // 1024**2} MB; write one object a line, as jq -c '.[]' does"
        raise source.bad(what)
    return raw


def _next_line(stream: ByteStream, source: Source, number: int) -> bytes:
    raw = _read(lambda: stream.readline(LONGEST_LINE_BYTES + 1), source, number)
    if len(raw) > LONGEST_LINE_BYTES:
        what = f"longer than {LONGEST_LINE_BYTES // 1024**2} MB; write one object a line"
        raise source.bad(what, number)
    return raw


def _read(read: Callable[[], bytes], source: Source, number: int | None) -> bytes:
    try:
        return read()
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise source.bad("the gzip data is cut off or damaged; fetch or pack the file again", number) from None
    except OSError as fault:
        raise source.bad(f"cannot be read on: {fault.strerror}; check the disk", number) from None


def _decode(raw: bytes, source: Source, number: int | None) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        what = f"not UTF-8 (byte {fault.start + 1} is 0x{raw[fault.start]:02x}); save the file as UTF-8"
        raise source.bad(what, number) from None


def _parse(
    text: str, source: Source, number: int | None, words: Callable[[str, json.JSONDecodeError], str]
) -> tuple[Any, bool]:
    """The value, and whether there is a NaN or an Infinity in it."""
    try:
        return quick_json.parse(text), False
    except ValueError:
        odd: list[str] = []

    def constant(name: str) -> float:
        odd.append(name)
        return float(name)

    try:
        return json.loads(text, parse_constant=constant), bool(odd)
    except json.JSONDecodeError as fault:
        raise source.bad(words(text, fault), number) from None
    except RecursionError:
        raise source.bad("JSON that is nested too deeply; make it flatter", number) from None
    except ValueError:
        raise source.bad(BAD_NUMBER, number) from None


def _not_a_line(text: str, fault: json.JSONDecodeError) -> str:
    if text.strip() in ("{", "["):
        return SPREAD_OUT
    return f"not JSON: {_reason(fault)} at column {fault.colno}; each line has to be one whole JSON object"


def _not_a_list(text: str, fault: json.JSONDecodeError) -> str:
    where = f"line {fault.lineno}, column {fault.colno}"
    return f"not JSON: {_reason(fault)} at {where}; it begins with '[', so it has to be one JSON list"


def _reason(fault: json.JSONDecodeError) -> str:
    return fault.msg.removesuffix(" at")
