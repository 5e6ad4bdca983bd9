"""Whether other processes of the same user may look into this one (its memory, its descriptors)."""

from __future__ import annotations

import ctypes

_PR_SET_DUMPABLE = 4
_libc = ctypes.CDLL(None)  # ahead of any fork: each one would have to do it again


def be_private() -> None:
    """Keep them out.

    Raises:
        OSError: the kernel does not do it.
    """
    if _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError("prctl(PR_SET_DUMPABLE) failed")
