"""Precompiled blocks of includes in the user's cache: lent out, made by who needs them first, forgotten when many.

Several processes may share the cache. Who uses a block holds a shared lock on its directory; who removes one needs it
alone, and leaves it where somebody has it. Who needs one that is not there makes it and waits for it, because the
processors are busy judging anyway; whoever else needs it meanwhile compiles plainly. What is half made when the process
is killed is swept up later.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from halo_forge.errors import JudgeError
from halo_forge.made_once import WORK, made_once, place_of
from halo_forge.verifiers.headers import Headers, Making, is_whole
from halo_forge.verifiers.lean import LeanLink
from halo_forge.verifiers.warm import no_place

KIND = "headers"  # the directory in the cache
MOST_BYTES = 2 * 1024**3  # of all blocks; one of <bits/stdc++.h> has 100 MB
_log = logging.getLogger(__name__)
_ABANDONED_S = 24 * 3600.0


@dataclass(slots=True)
class Blocks:
    """The blocks of one compiler with one set of flags. Safe to use from several threads.

    Attributes:
        making: how one is made.
        identity: everything beside the block that decides what is made.
        name: of the compiler, for people.
        quicker: more words for the compiler, which change nothing but the time or have the compile fail.
        lean: a still quicker way for some programs.
        headers: the rest.
    """

    making: Making
    identity: object
    name: str
    quicker: tuple[str, ...]
    lean: LeanLink | None
    headers: Headers
    _seen: Counter[bytes] = field(default_factory=Counter)
    _places: dict[bytes, Path] = field(default_factory=dict)
    _tried: set[bytes] = field(default_factory=set)
    _whole: set[Path] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def lent(self, block: bytes) -> Iterator[Path | None]:
        """The directory of a precompiled block, which stays while the context does; ``None`` if it is not to be had.

        There is none of no includes at all.

        Raises:
            Cancelled: while it was made.
        """
        held = self._held(block) if block else None
        if held is None:
            yield None
            return
        try:
            yield self._place(block)
        finally:
            os.close(held)

    def _held(self, block: bytes) -> int | None:
        place = self._place(block)
        held = self._hold(place)
        if held is None and self._is_worth_making(block):
            self._make(block)
            held = self._hold(place)
        return held

    def _place(self, block: bytes) -> Path:
        if block not in self._places:
            self._places[block] = place_of(KIND, (self.identity, block), self.name)
        return self._places[block]

    def _hold(self, place: Path) -> int | None:
        """A descriptor that keeps a whole block from being removed."""
        held = _locked(place, fcntl.LOCK_SH)
        if held is None:
            return None
        if place not in self._whole:
            if not is_whole(place):
                os.close(held)
                _remove(place)
                return None
            self._whole.add(place)
        with suppress(OSError):  # somebody else's cache
            os.utime(place)
        return held

    def _is_worth_making(self, block: bytes) -> bool:
        """Whether to make it now; said once of each, so that nobody else makes it or tries again."""
        with self._lock:
            self._seen[block] += 1
            wanted = len(self._tried) < self.headers.eager or self._seen[block] >= self.headers.after
            if block in self._tried or not wanted:
                return False
            self._tried.add(block)
            return True

    def _make(self, block: bytes) -> None:
        try:
            made_once(KIND, (self.identity, block), partial(self.making.make, block), no_place, self.name)
            keep_within(MOST_BYTES, self._place(block))
        except (JudgeError, OSError) as error:  # only speed is lost
            _log.debug("%s does without %r: %s", self.name, block, error)


def keep_within(most_bytes: int, newest: Path) -> None:
    """Remove the blocks that were not used for longest, until the others have no more than `most_bytes`.

    Args:
        newest: stays, and lies beside the others.
    """
    used: list[tuple[float, int, Path]] = []
    for place in newest.parent.iterdir():
        with suppress(OSError):  # another process removes them too
            changed = place.stat().st_mtime
            if not place.name.startswith(WORK):
                used.append((changed, sum(file.stat().st_size for file in place.iterdir()), place))
            elif time.time() - changed > _ABANDONED_S:
                shutil.rmtree(place, ignore_errors=True)
    total = sum(size for _, size, _ in used)
    for _, size, place in sorted(used):
        if total <= most_bytes:
            break
        if place != newest and _remove(place):
            total -= size


def _remove(place: Path) -> bool:
    """Whether it could be had alone, and is gone."""
    held = _locked(place, fcntl.LOCK_EX)
    if held is None:
        return False
    try:
        aside = place.with_name(f"{WORK}{place.name}-{os.getpid()}")
        os.rename(place, aside)  # at once: nobody is to find half of it
        shutil.rmtree(aside, ignore_errors=True)
        return True
    except OSError:
        return False
    finally:
        os.close(held)


def _locked(place: Path, how: int) -> int | None:
    """A locked descriptor of a directory; ``None`` if it is not there, or is not to be had."""
    try:
        found = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return None
    try:
        fcntl.flock(found, how | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(found), os.stat(place)):
            return found
    except OSError:  # somebody has it, or it was removed meanwhile
        pass
    os.close(found)
    return None
