"""The files of a run as the file system sees them: names, the lock, appending, replacing, keeping aside.

Every function here leaves, whenever the process is killed, files that the next one can go on with. Complaints of
the system become a `StoreError` of one line.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from halo_forge.errors import StoreError

_OWN_ENDINGS = (
    ".samples.jsonl", ".generated.jsonl", ".run.json", ".trackers.jsonl", ".hardware.jsonl", ".problems.jsonl",
)  # fmt: skip
_READ_ONLY = (errno.EACCES, errno.EPERM, errno.EROFS)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class RunFiles:
    """Where a run is kept."""

    result: Path
    samples: Path
    generated: Path
    run: Path
    trackers: Path
    hardware: Path
    problems: Path

    @classmethod
    def of(cls, output: Path) -> RunFiles:
        """The files that belong to the result `output`; ``.json`` at its end is not part of their stem.

        Raises:
            StoreError: the name cannot be a result's.
        """
        if output.name.endswith(_OWN_ENDINGS):
            raise StoreError(f"{output} is a name that runs keep for their own files; choose another --output")
        stem = output.name.removesuffix(".json")
        if stem in ("", ".."):
            raise StoreError(f"{output} does not name a file; try --output results/x.json")
        return cls(output, *(output.with_name(stem + ending) for ending in _OWN_ENDINGS))

    def all(self) -> tuple[Path, ...]:
        """All of them."""
        return (
            self.result, self.samples, self.generated, self.run, self.trackers, self.hardware, self.problems,
        )  # fmt: skip

    def refuse_other_kinds(self) -> None:
        """StoreError when there is a directory, a device, … in the place of one of them."""
        for path in self.all():
            if path.is_dir():
                raise StoreError(f"{path} is a directory; --output has to name a file")
            if os.path.lexists(path) and not path.is_file():
                raise StoreError(f"{path} is not a regular file; choose another --output")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the system has against writing `path` into a StoreError."""
    try:
        yield
    except OSError as error:
        hint = "choose another --output"
        if error.errno in _FULL:
            hint = "make room and run the command again, without --fresh: it goes on from what is there"
        raise StoreError(f"cannot write {path}: {error.strerror}; {hint}") from error


def lock(path: Path) -> int:
    """Hold `path` alone (an empty file is made where there is none) until `unlock` or the end of the process.

    Returns:
        a file descriptor for `unlock`.

    Raises:
        StoreError: another process holds it.
    """
    while True:
        fd = _open_to_lock(path)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_file_at(fd, path):
                return fd
        except BlockingIOError:
            os.close(fd)
            raise StoreError(
                f"another process is writing the run of {path}; wait for it or choose another --output"
            ) from None
        except BaseException:
            os.close(fd)
            raise
        os.close(fd)  # replaced between opening and locking: what we hold means nothing any more


def unlock(fd: int) -> None:
    """Give a lock back, also where a forked child has inherited it."""
    try:
        fcntl.flock(fd, fcntl.LOCK_UN)
    finally:
        os.close(fd)


def replace(path: Path, chunks: Iterable[bytes]) -> None:
    """Put new content in the place of `path` in one step: a reader finds the old or the new, and all of it."""
    staged = path.with_name(path.name + ".tmp")  # always the same: a kill leaves one, and the next time uses it
    with explained(path):
        try:
            with staged.open("wb") as file:
                file.writelines(chunks)
                file.flush()
                os.fsync(file.fileno())
            os.replace(staged, path)
        except BaseException:
            with suppress(OSError):
                staged.unlink()
            raise
        sync_directory(path)


def remove(path: Path) -> None:
    """Delete a file."""
    with explained(path):
        path.unlink()
        sync_directory(path)


def sync(path: Path) -> None:
    """Have the content of `path` reach the disk."""
    with explained(path):
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def sync_directory(path: Path) -> None:
    """Have the name of `path` reach the disk, where the file system can do that for a directory."""
    with suppress(OSError):
        fd = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def mend_tail(path: Path, decode: Callable[[bytes], object]) -> None:
    """Make `path` end with a whole line: one that lacks only its end is completed, a torn one is cut off.

    Args:
        decode: raises `ValueError` for what is not a whole line. The beginning of a JSON object is never one itself,
            so a line that can be decoded lacks nothing.
    """
    if not path.exists():
        return
    start, tail = _unended(path)
    if not tail:
        return
    with explained(path):
        try:
            decode(tail)
        except ValueError:
            os.truncate(path, start)
            return
        with path.open("ab") as file:
            file.write(b"\n")


def keep_aside(files: RunFiles) -> None:
    """Rename what there is of a run to ``….old-1`` (or the next free number), and copy its identity.

    The identity stays in place until the caller replaces it: samples never lie beside another run's.
    """
    with explained(files.result):
        number = 1
        while any(os.path.lexists(_old(path, number)) for path in files.all()):
            number += 1
        # no tracker gets other samples
        for path in (
            files.trackers, files.samples, files.generated, files.hardware, files.result, files.problems,
        ):  # fmt: skip
            if path.exists():
                path.rename(_old(path, number))
        identity = files.run.read_bytes()
        if identity:
            replace(_old(files.run, number), [identity])


class Appender:
    """Appends whole lines to one file, which is opened (and made) at the first of them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None
        self._torn_at: int | None = None  # length of the file before a line that may be there in part

    def open(self) -> int:
        """Make sure that the file can be written.

        Raises:
            StoreError: it cannot.
        """
        if self._fd is None:
            with explained(self._path):
                self._fd = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
        return self._fd

    def append(self, line: bytes) -> int:
        """Add `line`, or nothing of it. Returns where in the file it begins.

        Raises:
            StoreError: the disk is full or broken. What could be written of the line is cut off again.
        """
        fd = self.open()
        with explained(self._path):
            self._cut_torn(fd)
            began = self._torn_at = os.fstat(fd).st_size
            try:
                _write(fd, line)
                self._torn_at = None
            finally:
                self._cut_torn(fd)
        return began

    def close(self) -> None:
        """Have everything reach the disk. A later `append` opens the file again."""
        if self._fd is None:
            return
        fd, self._fd = self._fd, None
        with explained(self._path):
            try:
                os.fsync(fd)
            finally:
                os.close(fd)

    def _cut_torn(self, fd: int) -> None:
        if self._torn_at is not None:
            os.ftruncate(fd, self._torn_at)
            self._torn_at = None


def _write(fd: int, line: bytes) -> None:
    """One write; the system takes a part only when the next write would say what is wrong."""
    left = memoryview(line)
    while left:
        left = left[os.write(fd, left) :]


def _open_to_lock(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        if error.errno not in _READ_ONLY or not path.exists():
            raise
    # A finished run can be opened where nothing can be written.
    return os.open(path, os.O_RDONLY | os.O_CLOEXEC)


def _is_file_at(fd: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), path.stat())
    except FileNotFoundError:
        return False


def _unended(path: Path) -> tuple[int, bytes]:
    """Where the text after the last line end begins, and that text."""
    tail = b""
    with path.open("rb") as file:
        start = file.seek(0, os.SEEK_END)
        while start > 0:
            size = min(_BLOCK, start)
            start = file.seek(start - size)
            block = file.read(size)
            cut = block.rfind(b"\n") + 1
            tail = block[cut:] + tail
            if cut:
                return start + cut, tail
    return 0, tail


def _old(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.old-{number}")
