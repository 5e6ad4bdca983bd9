"""What /proc says of a process tree: CPU time, memory, and whether it was kept waiting.

Reads only files that every user may read, so it also sees processes inside a sandbox of the same user or of another.
A process that ends while it is read counts as nothing.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_TICK_S = 1.0 / os.sysconf("SC_CLK_TCK")
_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20
_PROC = "/proc"


@dataclass(frozen=True, slots=True)
class TreeUsage:
    """What the living processes of a tree have used; children that were waited for are in their parent's CPU time."""

    cpu_s: float
    rss_mb: float


def tree(root: int) -> list[int]:
    """`root` and all its living descendants."""
    found, queue = [], [root]
    while queue:
        pid = queue.pop()
        found.append(pid)
        queue += _children(pid)
    return found


def tree_usage(root: int) -> TreeUsage:
    """CPU time and resident memory of `root` and its descendants."""
    cpu_s = rss_mb = 0.0
    for pid in tree(root):
        stat = _read(f"{_PROC}/{pid}/stat")
        if not stat:
            continue
        values = stat[stat.rindex(b")") + 2 :].split()  # the name before it may hold blanks and brackets
        cpu_s += sum(map(int, values[11:15])) * _TICK_S  # utime stime cutime cstime
        rss_mb += int(values[21]) * _PAGE_MB
    return TreeUsage(cpu_s, rss_mb)


def waited_for_cpu_s(root: int) -> float:
    """Seconds that the tree's living threads were ready to run and got no processor (schedstat, second field)."""
    total_ns = 0
    for pid in tree(root):
        for task in _list(f"{_PROC}/{pid}/task"):
            values = _read(f"{_PROC}/{pid}/task/{task}/schedstat").split()
            total_ns += int(values[1]) if len(values) == 3 else 0
    return total_ns / 1e9


def oom_kills() -> int:
    """How often this kernel has killed a process for want of memory since it started (0 where it does not say)."""
    for line in _read(f"{_PROC}/vmstat").splitlines():
        if line.startswith(b"oom_kill "):
            return int(line.split()[1])
    return 0


def _children(pid: int) -> list[int]:
    return [
        int(child)
        for task in _list(f"{_PROC}/{pid}/task")
        for child in _read(f"{_PROC}/{pid}/task/{task}/children").split()
    ]


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


def _list(path: str) -> list[str]:
    try:
        return os.listdir(path)
    except OSError:
        return []
