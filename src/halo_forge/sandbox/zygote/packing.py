"""Room for what forks will make, close together.

Python keeps objects of each size in pools of their own, and whatever is made goes into a hole that something has left.
After all that is imported the holes lie everywhere, and each that a fork fills is a page of memory to copy for it. So
all of them are filled once, for good, and what is made from then on lies side by side.
"""

from __future__ import annotations

_POOL_BYTES = 16384  # of Python's allocator: in each pool a header, and then blocks of one size
_HEADER_BYTES = 48
_STEP_BYTES, _MOST_BYTES = 16, 512  # sizes of blocks
_OBJECT_BYTES, _NUMBER_BYTES = 16, 32
_BYTES_BYTES = 33  # of an empty bytes object
_MOST = 20000

_kept: list[object] = []


def fill_holes() -> None:
    """Fill them all."""
    for size in range(_STEP_BYTES, _MOST_BYTES + 1, _STEP_BYTES):
        for number in range(_MOST):
            _kept.append(_block(size, number))
            if id(_kept[-1]) % _POOL_BYTES == _HEADER_BYTES:  # a new pool: there was no hole left
                break


def _block(size: int, number: int) -> object:
    if size == _OBJECT_BYTES:
        return object()
    if size == _NUMBER_BYTES:
        return 1000 + number
    return bytes(size - _BYTES_BYTES)
