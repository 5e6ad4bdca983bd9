"""Room for what forks will make, close together.

Python keeps objects of each size in pools of their own, and whatever is made goes into a hole that something has left.
After all that is imported the holes lie everywhere, and each that a fork fills is a page of memory to copy for it. So
they are filled once, for good, and what is made from then on lies side by side. What a few holes that stay cost, or
another allocator than Python's usual one, is speed alone.
"""

from __future__ import annotations

_POOL_BYTES = 16384  # of Python's allocator (obmalloc.c): in each pool a header, and then blocks of one size
_HEADER_BYTES = 48
_STEP_BYTES, _MOST_BYTES = 16, 512  # sizes of blocks
_OBJECT_BYTES, _NUMBER_BYTES, _EMPTY_BYTES = 16, 32, 33  # of object(), of an int's block, of bytes()
_ROOM_BYTES = 1024 * 1024  # to fill at most; a third is usual
_LARGE = 1000  # smaller numbers are not made anew

_kept: list[object] = []


def fill_holes() -> None:
    """Fill them."""
    room = _ROOM_BYTES
    for size in range(_STEP_BYTES, _MOST_BYTES + 1, _STEP_BYTES):
        while room > 0:
            room -= size
            _kept.append(_block(size))
            if id(_kept[-1]) % _POOL_BYTES == _HEADER_BYTES:  # the first of a pool, which is most likely a new one
                break


def _block(size: int) -> object:
    """A new object that takes a block of that size."""
    if size == _OBJECT_BYTES:
        return object()
    if size == _NUMBER_BYTES:
        return _LARGE + len(_kept)
    return bytes(size - _EMPTY_BYTES)
