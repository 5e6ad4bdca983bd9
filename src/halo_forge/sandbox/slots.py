"""User ids for sandboxes that root starts: one to a job, never shared by two, whoever else runs on this machine.

A slot is a locked file; the lock goes when its holder ends, however it ends. Two jobs with one uid would share a limit
of processes, and only their namespaces would stand between them.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from halo_forge.errors import JudgeError, SandboxError

FIRST_UID = 60000
SLOTS = 4096
_DIRECTORY = Path("/run/halo-forge/slots")


class UidSlots:
    """Hands out user ids, at most one holder each on the whole machine."""

    def __init__(self, directory: Path = _DIRECTORY) -> None:
        self._directory = directory
        self._idle: list[tuple[int, int]] = []  # (slot, locked descriptor)
        self._taken: set[int] = set()
        self._lock = threading.Lock()
        self._owner = os.getpid()
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            details = directory.stat()
        except OSError as error:
            raise SandboxError(f"cannot make {directory} for sandbox user ids: {error.strerror}") from error
        if details.st_uid != os.geteuid() or details.st_mode & 0o022:
            raise SandboxError(f"{directory} can be written by others; remove it and run again")

    @contextlib.contextmanager
    def uid(self) -> Iterator[int]:
        """A user id that nobody else has until the context ends.

        Raises:
            JudgeError: all are in use, or this process is a fork of the one that made this object.
        """
        if os.getpid() != self._owner:  # a fork shares the locks, so both would hand out the same ids
            raise JudgeError("a sandbox can't be used on the other side of a fork; open another one there")
        with self._lock:
            slot, fd = self._idle.pop() if self._idle else self._acquire()
        try:
            yield FIRST_UID + slot
        finally:
            with self._lock:
                self._idle.append((slot, fd))

    def close(self) -> None:
        """Unlock every idle slot."""
        with self._lock:
            while self._idle:
                slot, fd = self._idle.pop()
                self._taken.discard(slot)
                os.close(fd)

    def _acquire(self) -> tuple[int, int]:
        for slot in range(SLOTS):
            if slot in self._taken:
                continue
            fd = os.open(self._directory / str(slot), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(fd)
                continue
            self._taken.add(slot)
            return slot, fd
        raise JudgeError(f"all {SLOTS} sandbox user ids are in use")
