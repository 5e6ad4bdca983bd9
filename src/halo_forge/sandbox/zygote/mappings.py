"""Fewer and larger mappings: what a fork of this process has to copy, and what it comes to the kernel for.

Each library is five mappings, and each of them takes the kernel about a microsecond for every fork and its end. Those
that nobody writes to become one, and what the dynamic linker has made read-only goes back to the data that it was part
of. And the interpreter's code moves to huge pages, as PHP (opcache.huge_code_pages) and Node.js (--use-largepages) can
have theirs: a fork inherits no page tables of a file, and asks for every few pages of its code; of other memory it does
inherit them, and those of a huge page are one entry.

No program does anything else for that. What can't be done is left as it was, and forks are a bit slower.

Limits: the last step takes the code away from where it was and puts the copy there at once. A kernel that is out of
memory for its own tables just then would leave nothing, and the process would be gone.
"""

from __future__ import annotations

import ctypes
import os

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from collections.abc import Iterator

_READ_ONLY, _CODE, DATA = "r--p", "r-xp", "rw-p"
_PROT_READ, _PROT_WRITE, _PROT_EXEC = 1, 2, 4
_MAP_PRIVATE, _MAP_ANONYMOUS, _NO_FILE = 0x02, 0x20, -1
_MREMAP_MAYMOVE, _MREMAP_FIXED = 1, 2
_MADV_HUGEPAGE, _MADV_COLLAPSE = 14, 25  # the second since Linux 6.1
HUGE_BYTES = 2 * 1024 * 1024  # on x86-64; elsewhere this is untested, and nothing is moved

_number, _size, _address = ctypes.c_int, ctypes.c_size_t, ctypes.c_void_p
_FAILED = _address(-1).value
_libc = ctypes.CDLL(None)
_libc.mmap.argtypes = (_address, _size, _number, _number, _number, ctypes.c_long)
_libc.mremap.argtypes = (_address, _size, _size, _number, _address)
_libc.madvise.argtypes = _libc.mprotect.argtypes = (_address, _size, _number)
_libc.munmap.argtypes = (_address, _size)
_libc.mmap.restype = _address


class Mapping:
    """One line of ``/proc/self/maps``.

    Attributes:
        start, end: the first address, and the one behind the last.
        offset: where it begins in its file.
    """

    def __init__(self, line: str) -> None:
        words = line.split()
        self.start, self.end = (int(number, 16) for number in words[0].split("-"))
        self.rights, self.offset, self.file = words[1], int(words[2], 16), words[-1]

    def goes_on_in(self, other: Mapping) -> bool:
        """Whether the other one follows, in memory and in the file."""
        behind = (self.file, self.end, self.offset + self.end - self.start)
        return self.file.startswith("/") and behind == (other.file, other.start, other.offset)


def tidy() -> None:
    """Do all of it."""
    merge()
    move_code()


def merge() -> None:
    """Make fewer mappings of each library."""
    for run in list(_runs()):
        _merge(run)


def move_code() -> None:
    """Have the part of the interpreter's code that fills huge pages on such."""
    if os.uname().machine != "x86_64":
        return
    inside = _address_inside()
    for code in list(mappings()):
        if code.rights == _CODE and code.start <= inside < code.end:
            start, end = -(-code.start // HUGE_BYTES) * HUGE_BYTES, code.end // HUGE_BYTES * HUGE_BYTES
            if start < end:
                _move(start, end - start)


def mappings() -> Iterator[Mapping]:
    """Those of this process."""
    with open("/proc/self/maps") as file:
        yield from map(Mapping, file)


def _runs() -> Iterator[list[Mapping]]:
    """Neighbours that are of one file."""
    run: list[Mapping] = []
    for mapping in mappings():
        if run and not run[-1].goes_on_in(mapping):
            yield run
            run = []
        run.append(mapping)
    yield run


def _merge(run: list[Mapping]) -> None:
    """Give the same rights to as many as possible: the kernel makes one of them."""
    if run[-1].rights == DATA:
        run.pop()
        if run and run[-1].rights == _READ_ONLY:
            _allow(run[-1:], _PROT_READ | _PROT_WRITE)
            run.pop()
    if {mapping.rights for mapping in run} == {_READ_ONLY, _CODE}:
        _allow(run, _PROT_READ | _PROT_EXEC)


def _allow(run: list[Mapping], rights: int) -> None:
    _libc.mprotect(run[0].start, run[-1].end - run[0].start, rights)


def _address_inside() -> int:
    """Some address of the interpreter's code."""
    return ctypes.cast(ctypes.pythonapi.Py_IncRef, _address).value or 0


def _move(start: int, size: int) -> None:
    """Have memory that is never written to on huge pages, at the same addresses."""
    room = size + HUGE_BYTES
    place = _libc.mmap(None, room, _PROT_READ | _PROT_WRITE, _MAP_PRIVATE | _MAP_ANONYMOUS, _NO_FILE, 0)
    if place == _FAILED:
        return
    copy = -(-place // HUGE_BYTES) * HUGE_BYTES
    _libc.madvise(copy, size, _MADV_HUGEPAGE)
    ctypes.memmove(copy, start, size)
    # Only if it has really come to lie on huge pages: small ones would be more to copy for every fork.
    if not _libc.madvise(copy, size, _MADV_COLLAPSE) and not _libc.mprotect(copy, size, _PROT_READ | _PROT_EXEC):
        _libc.mremap(copy, size, size, _MREMAP_MAYMOVE | _MREMAP_FIXED, start)
    _libc.munmap(place, room)  # what is left there
