"""How a process ended, and what it had used.

`os.wait4` looks its module for the result up each time, and makes an object of many numbers: in the zygote that is a
dozen pages of memory for each fork (see `messages`).
"""

from __future__ import annotations

import ctypes

from .walls import error_number

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from typing import TypeAlias

    End: TypeAlias = tuple[int, int, int]  # exit code or minus the signal, CPU microseconds, most memory in KiB

_SIGNAL, _CODE_SHIFT = 0x7F, 8  # of a status: wait(2)
_USAGE_WORDS = 18  # struct rusage: user and system time, each as seconds and microseconds, most memory, and more
_MICROSECONDS = 1_000_000  # in a second

_wait4 = ctypes.CDLL(None).wait4
_status, _usage = ctypes.c_int(), (ctypes.c_long * _USAGE_WORDS)()
_to_status, _to_usage = ctypes.byref(_status), ctypes.byref(_usage)


def ended(pid: int) -> End:
    """Wait for a process; returns how it ended and what it had used.

    Raises:
        OSError: there is none, or a signal came, all of which are blocked where this is called.
    """
    if _wait4(pid, _to_status, 0, _to_usage) != pid:
        raise OSError(error_number(), f"can't wait for process {pid}")
    return code_of(_status.value), (_usage[0] + _usage[2]) * _MICROSECONDS + _usage[1] + _usage[3], _usage[4]


def code_of(status: int) -> int:
    """The exit code, or minus the signal that ended a process."""
    return -(status & _SIGNAL) if status & _SIGNAL else status >> _CODE_SHIFT
