"""``DONE.json``: the last file of a directory that is complete, with the sizes and hashes of the others.

A directory without it does not count, whatever lies in it: its making was interrupted.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from halo_forge.digest import file_sha256
from halo_forge.errors import StoreError
from halo_forge.store import files
from halo_forge.store.lines import encode_document
from halo_forge.types import JSONObject

NAME = "DONE.json"
_LOCK = "run.lock"


def finish(directory: Path, parts: Iterable[str]) -> None:
    """Say that `parts` (files or directories in `directory`) are complete; they reach the disk first."""
    listed: JSONObject = {}
    for path in _files(directory, parts):
        files.sync(path)
        listed[str(path.relative_to(directory))] = {"bytes": path.stat().st_size, "sha256": file_sha256(path)}
    files.replace(directory / NAME, [encode_document({"files": listed})])


def is_done(directory: Path) -> bool:
    """Whether `finish` got to its end, and everything is there in its size. Hashes are for `check`."""
    try:
        listed = json.loads((directory / NAME).read_bytes())["files"]
        return all(os.path.getsize(directory / name) == said["bytes"] for name, said in listed.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def check(directory: Path) -> None:
    """Read every file again.

    Raises:
        StoreError: one is not there, or not what was finished; or nothing was finished here.
    """
    if not is_done(directory):
        raise StoreError(f"{directory} is not complete; run the command that makes it again")
    for name, said in json.loads((directory / NAME).read_bytes())["files"].items():
        if file_sha256(directory / name) != said.get("sha256"):
            raise StoreError(f"{directory / name} is not what was written; remove {directory} and run it again")


def hold(directory: Path) -> None:
    """Make a directory, and keep every other process from it until this one ends.

    Two trainings in one place would delete each other's work.

    Raises:
        StoreError: another process holds it.
        OSError: it cannot be made.
    """
    directory.mkdir(parents=True, exist_ok=True)
    files.lock(directory / _LOCK)


def put_aside(directory: Path) -> None:
    """Rename a directory to ``….old-1`` or the next free number; nothing is done where there is none.

    Raises:
        StoreError: this process is in it.
    """
    if not directory.exists():
        return
    directory = Path(os.path.abspath(directory))
    if Path.cwd().is_relative_to(directory):
        raise StoreError(f"{directory} cannot be kept aside from within; go up, and give --output from there")
    number = 1
    while os.path.lexists(aside := directory.with_name(f"{directory.name}.old-{number}")):
        number += 1
    directory.rename(aside)


def _files(directory: Path, parts: Iterable[str]) -> Iterator[Path]:
    for part in parts:
        path = directory / part
        yield from sorted(found for found in path.rglob("*") if found.is_file()) if path.is_dir() else (path,)
