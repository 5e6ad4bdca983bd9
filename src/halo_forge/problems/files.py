"""Opening a file that a user named, and saying what to type instead where that fails.

Gzip is told by content, not by name. A file is opened once and read forwards, so pipes work.
"""

from __future__ import annotations

import gzip
import io
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from halo_forge.problems.lines import ByteStream, Source
from halo_forge.problems.wording import closest, shown_path

GZIP_MAGIC = b"\x1f\x8b"


@contextmanager
def opened(path: str, source: Source, names: Sequence[str] = (), wanted: str = "a JSONL file") -> Iterator[ByteStream]:
    """The bytes of a file, unzipped where they need it.

    Args:
        names: what could have been typed in place of a path, for the message about a missing file.
        wanted: what to name instead, for the same message.

    Raises:
        UserError: the source's own; the file cannot be opened.
    """
    with _open(path, source, names, wanted) as stream:
        yield gzip.GzipFile(fileobj=stream, mode="rb") if _is_gzip(stream, source) else stream


def stem(path: str) -> str:
    """The name of a file without its folder and without ``.jsonl``, ``.ndjson``, ``.json`` or ``.gz``."""
    return re.sub(r"(\.(jsonl|ndjson|json))?(\.gz)?$", "", os.path.basename(path), flags=re.IGNORECASE)


def _open(path: str, source: Source, names: Sequence[str], wanted: str) -> io.BufferedReader:
    try:
        return open(path, "rb")
    except (FileNotFoundError, NotADirectoryError):
        raise source.bad(_missing(path, names, wanted)) from None
    except IsADirectoryError:
        raise source.bad(_directory(path)) from None
    except OSError as fault:
        what = f"cannot be opened: {fault.strerror}; check its name and its permissions"
        raise source.bad(what) from None
    except ValueError:  # a NUL character in the path
        raise source.bad("not a path; name a file") from None


def _is_gzip(stream: io.BufferedReader, source: Source) -> bool:
    try:
        return stream.peek(len(GZIP_MAGIC)).startswith(GZIP_MAGIC)
    except OSError as fault:
        raise source.bad(f"cannot be read: {fault.strerror}; check what it is") from None


def _missing(path: str, names: Sequence[str], wanted: str) -> str:
    meant = closest(path, names)
    if meant is None:
        meant = _similar_file(path)
    advice = f"name {wanted}" if meant is None else f"did you mean {shown_path(meant)}?"
    if not names:
        return f"no such file; {advice}"
    joint = " or a built-in set: " if meant is None else " The built-in sets are: "
    return f"no such file; {advice}{joint}{', '.join(names)}"


def _similar_file(path: str) -> str | None:
    """A file beside the missing one with nearly its name. Endings are not compared: they are all alike."""
    nearby = {stem(found): found for found in _json_files(os.path.dirname(path))}
    near = closest(stem(path), nearby)
    return None if near is None else nearby[near]


def _directory(path: str) -> str:
    found = _json_files(path)
    advice = f"name a file in it, such as {shown_path(found[0])}" if found else "name a JSONL file"
    return f"a directory; {advice}"


def _json_files(folder: str) -> list[str]:
    """The JSON and JSONL files of a folder, by name; none if it cannot be looked into."""
    try:
        with os.scandir(folder if folder else ".") as entries:
            found = sorted(entry.name for entry in entries if ".json" in entry.name and entry.is_file())
    except OSError:
        return []
    return [os.path.join(folder, name) for name in found]
