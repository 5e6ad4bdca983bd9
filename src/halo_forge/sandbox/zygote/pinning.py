"""Pages of memory that every fork writes to: the kernel is to copy them when it makes the fork.

A fork shares all memory with its parent until one of them writes to it. Then the kernel stops that one, copies the page
and goes on, which takes twice as long as to copy it at once. And Python writes to pages all over its memory, to count
who uses an object: a fork of a zygote to some two hundred, and the zygote itself to some hundred for each.

A page that a device may be writing to is copied at once, and stays its owner's alone (since Linux 5.10). Buffers that
are registered with io_uring count as such; in memory that is a library's own, since Linux 6.5. That is all that it is
used for here: it never gets anything to do.

Where there is no io_uring, forks are a bit slower. So they are where no more memory may be locked: all programs of an
ordinary user together may lock as much as `ulimit -l` says, most often 8 MiB, and each zygote takes about one.
"""

from __future__ import annotations

import ctypes
import os
from array import array

from .mappings import DATA, mappings

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from typing import TypeAlias

    # The first page of each, how many there are, and whether they were a file's.
    Ranges: TypeAlias = list[tuple[int, int, bool]]

PAGEMAP = "/proc/self/pagemap"
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_ENTRY, _ENTRY_BYTES = "Q", 8  # of the pagemap: see pagemap.rst of the kernel
_PRESENT, _OF_FILE, _EXCLUSIVE = 1 << 63, 1 << 61, 1 << 56
_MOST_BUFFERS = 1024  # that are taken at once
_IO_URING_SETUP, _IO_URING_REGISTER = 425, 427  # on all processors
_REGISTER_BUFFERS = 0
_ENTRIES, _PARAMETERS_BYTES = 1, 120  # the least; sizeof(struct io_uring_params)

_syscall = ctypes.CDLL(None).syscall


def data_ranges() -> Ranges:
    """All memory of this process that may be written to and is its own."""
    ranges = []
    for mapping in mappings():
        if mapping.rights == DATA:
            first, number = mapping.start // _PAGE_BYTES, (mapping.end - mapping.start) // _PAGE_BYTES
            ranges.append((first, number, mapping.file.startswith("/")))
    return ranges


def look(pagemap: int, ranges: Ranges) -> bytes:
    """What the kernel says of the pages, by a descriptor of a process's `PAGEMAP`."""
    said = []
    for first, number, _ in ranges:
        said.append(os.pread(pagemap, number * _ENTRY_BYTES, first * _ENTRY_BYTES))
    return b"".join(said)


def written(said: bytes, said_of_fork: bytes, ranges: Ranges) -> tuple[list[int], list[int]]:
    """Pages of this process that it no longer shares with a fork, as one of both has written to them.

    Args:
        said, said_of_fork: what `look` found of each of the two; of the fork perhaps only a part.

    Returns:
        Those of plain memory, and those that were a file's.
    """
    pages = [(page, of_file) for first, number, of_file in ranges for page in range(first, first + number)]
    plain: list[int] = []
    files: list[int] = []
    for (page, of_file), here, there in zip(pages, array(_ENTRY, said), array(_ENTRY, said_of_fork), strict=False):
        if here & (_PRESENT | _OF_FILE) == _PRESENT and (here | there) & _EXCLUSIVE:
            (files if of_file else plain).append(page)
    return plain, files


def pin(pages: list[int]) -> None:
    """Pin these pages of this process, for as long as it lives; none of them where that is refused."""
    if not pages:
        return
    ring = _syscall(_IO_URING_SETUP, _ENTRIES, ctypes.create_string_buffer(_PARAMETERS_BYTES))
    if ring < 0:
        return
    pages = pages[:_MOST_BUFFERS]
    buffers = (ctypes.c_size_t * (2 * len(pages)))()  # each a struct iovec: where, and how many bytes
    buffers[::2] = [page * _PAGE_BYTES for page in pages]
    buffers[1::2] = [_PAGE_BYTES] * len(pages)
    if _syscall(_IO_URING_REGISTER, ring, _REGISTER_BUFFERS, buffers, len(pages)) != 0:
        os.close(ring)
