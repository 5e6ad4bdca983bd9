"""Directories that are made once and stay in the user's cache, under the hash of what they are made of.

A directory appears whole or not at all, whoever else makes the same one. Limits: nothing is ever removed here.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from platformdirs import user_cache_path

WORK = "making-"  # begins the name of a directory that is not complete


def place_of(kind: str, made_of: object, name: str = "") -> Path:
    """Where `made_once` has the directory of `made_of`, be it there or not."""
    digest = hashlib.sha256(repr(made_of).encode()).hexdigest()[:32]
    return user_cache_path("halo-forge") / kind / (f"{name}-{digest}" if name else digest)


def made_once(
    kind: str, made_of: object, make: Callable[[Path], None], refused: Callable[[Path, OSError], Exception],
    name: str = "",
) -> Path:  # fmt: skip
    """The directory of `made_of`, which `make` fills if it is not there. Its time is that of its last use.

    Args:
        kind: the directory in the cache that holds it, and others like it.
        made_of: everything that decides what is in it; goes by its `repr`.
        make: fills an empty directory; what it raises passes through, but for an `OSError`.
        refused: the error to raise where the system refuses, from the directory in the cache and its error.
        name: for people, before the hash.
    """
    place = place_of(kind, made_of, name)
    try:
        if place.is_dir():
            with suppress(OSError):  # somebody else's cache
                os.utime(place)
            return place
        place.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=WORK, dir=place.parent))
    except OSError as error:
        raise refused(place.parent, error) from error
    try:
        make(work)
        os.rename(work, place)
    except OSError as error:
        if not place.is_dir():  # else another process was quicker
            raise refused(place.parent, error) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return place
