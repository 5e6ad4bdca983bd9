"""Memory of this run's processes and of the system, and how busy the processors are.

Limits: resident memory is summed over processes, so pages that several of them share count in each. Programs that
start and end between two looks are not seen.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import psutil

from halo_forge.sandbox.proc import stat, tree

_MIB = 2**20


@dataclass(frozen=True, slots=True)
class HostReading:
    """This machine at one moment.

    Attributes:
        pids: this process and all its descendants, the programs that are judged among them.
        memory_bytes: resident memory of them.
        system_bytes: memory of the machine that is not available, whoever has it.
        busy_s: processor seconds that were used since the machine started, of `total_s` that there were.
    """

    pids: frozenset[int]
    memory_bytes: int
    system_bytes: int
    busy_s: float
    total_s: float


def read_host() -> HostReading:
    """How it is now."""
    pids = tree(os.getpid())
    resident_mb = sum(found.rss_mb for pid in pids if (found := stat(pid)) is not None)
    memory, times = psutil.virtual_memory(), psutil.cpu_times()
    total_s = sum(times) - times.guest - times.guest_nice  # a guest's time is in the user's already
    return HostReading(
        pids=frozenset(pids),
        memory_bytes=round(resident_mb * _MIB),
        system_bytes=memory.total - memory.available,
        busy_s=total_s - times.idle - times.iowait,
        total_s=total_s,
    )
