"""What /proc says of processes: CPU time, memory, whether they were kept waiting, whose children they are.

Nearly all of it every user may read, so it also sees processes inside a sandbox of the same user or of another. A
process that ends while it is read counts as nothing.

Limits: the kernel forgets the CPU time of a process whose parent ignores its end. `TreeMeter` remembers what it saw of
such a process, so what it used after the last look, or all of it when there was no look, is lost.
"""

from __future__ import annotations

import contextlib
import math
import os
import re
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

_TICK_S = 1.0 / os.sysconf("SC_CLK_TCK")
_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20
_PROC = "/proc"
_CHUNK = 65536
_INODE_MB = 1 / 1024  # what the kernel keeps for one file in memory, about
_SOCKET_MB = 0.25  # what a socket's buffers may hold (net.core.wmem_default), about
_SHARED_MAPPING = re.compile(rb"^([0-9a-f]+)-([0-9a-f]+) \S+ \S+ \S+ (\d+) +/dev/zero \(deleted\)$", re.MULTILINE)
_OOM_KILLS = re.compile(rb"^oom_kill (\d+)$", re.MULTILINE)
_MOMENT_S = 1.0  # for `oom_kills_before`
_SOCKETS = re.compile(rb"^sockets: used (\d+)", re.MULTILINE)


class Stat(NamedTuple):
    """A line of /proc/PID/stat. `waited_s` is the time of children that the process waited for."""

    state: str
    session: int
    started: int
    own_s: float
    waited_s: float
    threads: int
    virtual_mb: float
    rss_mb: float


@dataclass(frozen=True, slots=True)
class TreeUsage:
    """What a tree has used so far, and what it holds now."""

    pids: tuple[int, ...]
    cpu_s: float
    rss_mb: float
    virtual_mb: float


NOTHING = TreeUsage(pids=(), cpu_s=0.0, rss_mb=0.0, virtual_mb=0.0)
"""Of a tree that is gone."""


@dataclass(slots=True)
class TreeMeter:
    """Measures a process tree, or some, again and again."""

    _last: dict[int, Stat] = field(default_factory=dict)
    _lost_s: float = 0.0
    _before_s: dict[int, float] = field(default_factory=dict)  # what those that joined had used by then

    def look(self, roots: Iterable[int], joined: Iterable[int] = ()) -> TreeUsage:
        """What `roots` and their descendants use now.

        Args:
            joined: processes that take part, and had used time for something else before they were first looked at.
        """
        pids = {pid for root in roots for pid in tree(root)}
        for pid in joined:
            pids.add(pid)
            if pid not in self._before_s and (found := stat(pid)) is not None:
                self._before_s[pid] = found.own_s + found.waited_s
        now = {pid: found for pid in pids | self._last.keys() if (found := self._same(pid)) is not None}
        gone_s = sum(was.own_s + was.waited_s for pid, was in self._last.items() if pid not in now)
        credited_s = sum(now[pid].waited_s - was.waited_s for pid, was in self._last.items() if pid in now)
        self._lost_s += max(0.0, gone_s - credited_s)
        self._last = now
        return TreeUsage(
            pids=tuple(now),
            cpu_s=self._lost_s + sum(one.own_s + one.waited_s for one in now.values()) - sum(self._before_s.values()),
            rss_mb=sum(one.rss_mb for one in now.values()),
            virtual_mb=sum(one.virtual_mb for one in now.values()),
        )

    def _same(self, pid: int) -> Stat | None:
        found, was = stat(pid), self._last.get(pid)
        return None if found is not None and was is not None and found.started != was.started else found


@dataclass(slots=True)
class WaitMeter:
    """Measures how long a process tree was ready to run and got no processor (schedstat, second field).

    Only threads that lived one after the other are added up: a tree whose threads wait for each other would gather more
    seconds than have gone by, and could sleep for them later on. Limits: what a thread waited after the last look is
    lost with it, so of children that live for a few hundredths of a second nothing is known.
    """

    longest_s: float = 0.0
    _before: dict[str, float] = field(default_factory=dict)  # thread -> what had been waited when it was new

    def look(self, pids: Iterable[int], joined: Collection[int] = ()) -> None:
        """Take in what the threads of these processes have waited by now.

        Args:
            joined: those of them that were there before, see `TreeMeter.look`.
        """
        earlier_s, known, self._before = self.longest_s, self._before, {}
        for pid in pids:
            for task in _list(f"{_PROC}/{pid}/task"):
                values = _read(f"{_PROC}/{pid}/task/{task}/schedstat").split()
                if len(values) == 3:
                    waited_s = int(values[1]) / 1e9
                    self._before[task] = known.get(task, earlier_s - waited_s if pid in joined else earlier_s)
                    self.longest_s = max(self.longest_s, self._before[task] + waited_s)


def stat(pid: int) -> Stat | None:
    """What /proc/PID/stat says; ``None`` when there is no such process."""
    line = _read(f"{_PROC}/{pid}/stat")
    if not line:
        return None
    values = line[line.rindex(b")") + 2 :].split()  # the name before it may hold blanks and brackets
    user, system, waited_user, waited_system = map(int, values[11:15])
    return Stat(
        state=values[0].decode(),
        session=int(values[3]),
        started=int(values[19]),
        own_s=(user + system) * _TICK_S,
        waited_s=(waited_user + waited_system) * _TICK_S,
        threads=int(values[17]),
        virtual_mb=int(values[20]) / 2**20,
        rss_mb=int(values[21]) * _PAGE_MB,
    )


def tree(root: int) -> list[int]:
    """`root` and all its living descendants."""
    found, queue = [], [root]
    while queue:
        pid = queue.pop()
        found.append(pid)
        queue += children(pid)
    return found


def children(pid: int) -> list[int]:
    """The processes whose parent `pid` is, those that ended and were not waited for among them."""
    return [
        int(child)
        for task in _list(f"{_PROC}/{pid}/task")
        for child in _read(f"{_PROC}/{pid}/task/{task}/children").split()
    ]


def keep_nice(pid: int) -> None:
    """Have the calling thread's niceness count for a program that it started in a session of its own.

    The kernel may share processors out among sessions first (autogroup), and then a process's own niceness counts
    among the processes of its session alone. Best effort: the kernel takes a few changes a second from ordinary users.
    """
    niceness = os.getpriority(os.PRIO_PROCESS, 0)
    if niceness > 0:
        with contextlib.suppress(OSError), open(f"{_PROC}/{pid}/autogroup", "w") as file:
            file.write(str(niceness))


def memory_mb(pids: Iterable[int]) -> float:
    """Memory of processes, each page counted once, shared memory with what of it is mapped and not only touched.

    Resident size alone counts a page again for every process that shares it, and does not count shared memory that was
    written and let go of (MADV_DONTNEED). A process that may not be read counts with its whole address space.
    """
    total_mb = 0.0
    shared_mb: dict[bytes, float] = {}
    for pid in pids:
        rollup = _read(f"{_PROC}/{pid}/smaps_rollup")
        if not rollup:
            found = stat(pid)
            total_mb += found.virtual_mb if found is not None else 0.0
            continue
        kilobytes = {line.split(b":")[0]: int(line.split()[1]) for line in rollup.splitlines()[1:]}
        total_mb += (kilobytes.get(b"Pss", 0) - kilobytes.get(b"Pss_Shmem", 0)) / 1024
        for start, end, inode in _SHARED_MAPPING.findall(_read(f"{_PROC}/{pid}/maps")):
            shared_mb[inode] = max(shared_mb.get(inode, 0.0), (int(end, 16) - int(start, 16)) / 2**20)
    return total_mb + sum(shared_mb.values())


def kernel_memory_mb(pid: int, directory: str) -> float:
    """Memory that the kernel keeps for files below `directory` and for sockets, as the sandboxed `pid` sees them."""
    sockets = _SOCKETS.search(_read(f"{_PROC}/{pid}/net/sockstat"))
    inside = f"{_PROC}/{pid}/root{directory}"
    used = 0
    with contextlib.suppress(OSError), _held(inside) as place:  # one place, though bwrap may be moving the mounts
        if os.fstat(place).st_dev != os.stat(directory).st_dev:  # else bwrap is still setting up, and sees the host's
            files = os.fstatvfs(place)
            used = files.f_files - files.f_ffree
    return used * _INODE_MB + (int(sockets[1]) * _SOCKET_MB if sockets else 0.0)


@contextlib.contextmanager
def _held(path: str) -> Iterator[int]:
    place = os.open(path, os.O_PATH | os.O_DIRECTORY)
    try:
        yield place
    finally:
        os.close(place)


def threads_of(uid: int) -> int:
    """How many threads a user has on this machine."""
    total = 0
    for entry in _list(_PROC):
        try:
            mine = entry.isdigit() and os.stat(f"{_PROC}/{entry}").st_uid == uid
        except OSError:
            continue
        if mine and (found := stat(int(entry))) is not None:
            total += found.threads
    return total


_last_kills = -math.inf, 0  # when, and how often


def oom_kills() -> int:
    """How often this kernel has killed a process for want of memory since it started (0 where it does not say)."""
    global _last_kills
    found = _OOM_KILLS.search(_read(f"{_PROC}/vmstat"))
    kills = int(found[1]) if found else 0
    _last_kills = time.monotonic(), kills
    return kills


def oom_kills_before() -> int:
    """The same, but perhaps as of a moment ago: to write down all that it counts takes the kernel long.

    So what is killed in that moment may be taken for part of what came after it.
    """
    when, kills = _last_kills
    return kills if time.monotonic() - when < _MOMENT_S else oom_kills()


def _read(path: str) -> bytes:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        chunks = []
        while chunk := os.read(fd, _CHUNK):
            chunks.append(chunk)
        return b"".join(chunks)
    except OSError:
        return b""
    finally:
        os.close(fd)


def _list(path: str) -> list[str]:
    try:
        return os.listdir(path)
    except OSError:
        return []
