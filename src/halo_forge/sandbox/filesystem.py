"""What a program in the strict sandbox sees of the machine's files, as arguments for bubblewrap.

It sees /usr read-only, the few files below /etc that toolchains need, the directories that the command asks for, and
memory file systems of its own. Hidden below those are source trees and installed Python packages: halo-forge, its
problem sets and their answers may be among them, and a verdict must not depend on what happens to be installed.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from pathlib import Path

import halo_forge
from halo_forge.sandbox.base import WORKDIR, Command
from halo_forge.sandbox.inherit import Descriptors

_SYSTEM = Path("/usr")
_SYSTEM_LINKS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_ETC = ("alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime")
HOST_NAME = "sandbox"
_NAMES = {
    "hosts": f"127.0.0.1 localhost {HOST_NAME}\n::1 localhost {HOST_NAME}\n".encode(),
    "nsswitch.conf": b"hosts: files\n",
}
_HIDDEN = (
    "src",
    "local/src",
    "lib/python3*/site-packages",
    "lib64/python3*/site-packages",
    "lib/python3*/dist-packages",
    "local/lib/python3*/site-packages",
    "local/lib64/python3*/site-packages",
    "local/lib/python3*/dist-packages",
)
_MEBIBYTE = 1024 * 1024
_PAGE = 4096


def file_system(command: Command, fds: Descriptors, *, trusted: bool = False) -> Iterator[str]:
    """The mounts of one command, in order.

    Args:
        trusted: it runs nothing of a sample itself. Then /proc is whole; the kernel lets nobody mount another one else.
    """
    yield from _system_tree()
    for name, content in _NAMES.items():  # a server of the program's own is often at "localhost"
        yield from ("--perms", "0444", "--file", str(fds.memory(name, content)), f"/etc/{name}")
    yield from ("--proc", "/proc")
    if not trusted:
        # Process 1 is bwrap itself. As an ordinary user it has the program's own user id, so the program could write
        # into its memory and have it report another exit status.
        yield from _empty(Path("/proc/1"))
    yield from ("--dev", "/dev")
    yield from _memory_file_system("/dev/shm", _MEBIBYTE)
    files_bytes = sum(len(content) for content in command.files.values())
    yield from _memory_file_system(WORKDIR, command.limits.tmp_mb * _MEBIBYTE + files_bytes)
    for directory in command.read_only:  # behind the memory file system, which would hide a toolchain below /tmp
        yield from _read_only(directory)
    for name, content in command.files.items():
        yield from ("--perms", "0555", "--file", str(fds.memory("file", content)), f"{WORKDIR}/{name}")
    yield from ("--remount-ro", "/dev", "--remount-ro", "/")


@functools.cache
def _system_tree() -> tuple[str, ...]:
    words = ["--ro-bind", str(_SYSTEM), str(_SYSTEM)]
    for name in _SYSTEM_LINKS:
        path = Path("/", name)
        if path.is_symlink():
            words += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            words += ["--ro-bind", str(path), str(path)]
    for directory in _hidden(_SYSTEM):
        words += _empty(directory)
    words += ["--perms", "0755", "--dir", "/etc"]
    for name in _ETC:
        words += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    return tuple(words)


@functools.cache
def _read_only(directory: Path) -> tuple[str, ...]:
    words: list[str] = []
    for parent in reversed(directory.parents[:-1]):  # bwrap alone would make them for root only
        words += ["--perms", "0755", "--dir", str(parent)]
    words += ["--ro-bind", str(directory), str(directory)]
    for hidden in _hidden(directory):
        words += _empty(hidden)
    return tuple(words)


def _hidden(visible: Path) -> list[Path]:
    """What of a visible directory is not shown."""
    own = Path(halo_forge.__file__).parents[1]
    candidates = [own, *(found for pattern in _HIDDEN for found in visible.glob(pattern))]
    real = {Path(os.path.realpath(path)) for path in candidates}
    return sorted(path for path in real if path.is_relative_to(visible) and path.is_dir())


def _empty(directory: Path) -> list[str]:
    return ["--size", str(_PAGE), "--perms", "0555", "--tmpfs", str(directory), "--remount-ro", str(directory)]


def _memory_file_system(place: str, size: int) -> tuple[str, ...]:
    return ("--size", str(size), "--perms", "1777", "--tmpfs", place)
