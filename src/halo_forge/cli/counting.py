"""Samples that may be written to while they are judged: what was there when they were counted, and nothing else.

A file or folder is read twice, to count and to judge, and samples are far too many to be held in between. So its size
and its hash are taken with the count, and compared when everything is judged. A file may grow meanwhile; a folder has
to stay as it is. A run that goes on with a file that it counted before takes it from its hash that nothing has changed.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass

from halo_forge.errors import SampleFileError
from halo_forge.problems.base import ProblemSet
from halo_forge.problems.samples import count_samples, fingerprint

_BLOCK = 1 << 20
_Look = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Counted:
    """A file or folder of samples as it was.

    Attributes:
        total: how many samples it had.
        sha256: of its first `size` bytes, which were all; of a folder its fingerprint.
        look: of a file.
    """

    path: str
    total: int
    size: int
    sha256: str
    look: _Look | None

    @classmethod
    def of(cls, path: str, problems: ProblemSet) -> Counted:
        """Count the samples.

        Raises:
            SampleFileError: the file can't be used, or changes already.
        """
        if os.path.isdir(path):
            return cls._of_folder(path, problems)
        before = _look(path)
        if before is None and os.path.exists(path):
            raise SampleFileError(f"{path} is not a regular file, and it has to be read twice; copy it to one")
        total = count_samples(path, problems).total()  # has the words for what is missing
        if before is None or _look(path) != before:
            raise _busy(path)
        size = before[1]
        return cls(path, total, size, _hash(path, size), before)

    @classmethod
    def again(cls, path: str, sha256: str, total: int) -> Counted | None:
        """As it was counted before, with that hash; ``None`` where it is a folder, or no longer the same."""
        look = _look(path)
        try:
            if look is None or _hash(path, look[1]) != sha256 or _look(path) != look:
                return None
        except OSError:
            return None
        return cls(path, total, look[1], sha256, look)

    @classmethod
    def _of_folder(cls, path: str, problems: ProblemSet) -> Counted:
        found = fingerprint(path)
        total = count_samples(path, problems).total()
        if fingerprint(path) != found:
            raise _busy(path)
        return cls(path, total, 0, found, None)

    def has_grown(self) -> bool:
        """Whether there is more in the file now.

        Raises:
            SampleFileError: what was counted is no longer there, so the verdicts are of no file that there ever was.
        """
        if self.look is None:
            if not os.path.isdir(self.path) or fingerprint(self.path) != self.sha256:
                raise self.changed()
            return False
        now = _look(self.path)
        if now == self.look:
            return False
        if now is None or _hash(self.path, self.size) != self.sha256:
            raise self.changed()
        return now[1] > self.size

    def changed(self) -> SampleFileError:
        """The error that says so."""
        return SampleFileError(f"{self.path} was changed or removed while it was judged; score it again, with --fresh")


def _busy(path: str) -> SampleFileError:
    return SampleFileError(f"{path} is being written to; score it when it is complete, or score a copy")


def _look(path: str) -> _Look | None:
    """What tells a file that was written to from one that was not; ``None`` when it is no regular file."""
    if not os.path.isfile(path):
        return None
    status = os.stat(path)
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _hash(path: str, size: int) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while size and (block := file.read(min(_BLOCK, size))):
            digest.update(block)
            size -= len(block)
    return digest.hexdigest()
