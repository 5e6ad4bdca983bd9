"""A job for a zygote: what is sent to it of a command, and the processes that come of it, for `supervise`."""

from __future__ import annotations

import contextlib
import functools
import marshal
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from halo_forge.sandbox import proc
from halo_forge.sandbox.base import Command, ResourceLimits, Zygote
from halo_forge.sandbox.environment import environment
from halo_forge.sandbox.inherit import MEBIBYTE, RESOURCES, Descriptors, rlimits
from halo_forge.sandbox.spawned import kill_process
from halo_forge.sandbox.streams import OutputStream
from halo_forge.sandbox.supervise import Ended, Ends, Tree
from halo_forge.sandbox.zygote.host import ForkEnded, RunningZygote
from halo_forge.sandbox.zygote.messages import FIRST_NAMED, MOST_BYTES

if TYPE_CHECKING:
    from halo_forge.sandbox.zygote.messages import Job, World

_BESIDE_BYTES, _SIZE_BYTES = 4096, 24  # of a message: all but the words, the variables and the files; one file's size
_CHARACTER_BYTES = 4  # at most
_PID = re.compile(r"^Pid:\s*([1-9]\d*)$", re.MULTILINE)


def fits(command: Command) -> bool:
    """Whether one message holds the words of a job for it, however they are written."""
    words = (*command.argv, *command.files, *command.env, *command.env.values())
    letters = "".join(words)
    most = len(letters) * (1 if letters.isascii() else _CHARACTER_BYTES) + len(words) * _SIZE_BYTES
    return most + _BESIDE_BYTES <= MOST_BYTES


@functools.cache
def _world(limits: ResourceLimits, uid: int | None, outer: tuple[int, int] | None, niceness: int) -> bytes:
    """What is the same for most jobs of a zygote, as it is sent."""
    rows = [(RESOURCES[name], soft, hard) for name, soft, hard in rlimits(limits, limits.processes)]
    world: World = (rows, uid, outer, niceness)
    return marshal.dumps(world)


@dataclass(frozen=True, slots=True)
class Fork:
    """A command that a zygote runs in a fork; see `supervise.Start`."""

    zygote: RunningZygote
    command: Command
    kind: Zygote
    fds: Descriptors
    name: str = "a fork of the zygote"

    def begin(self, ends: Ends, stack: contextlib.ExitStack) -> Tree:
        """See `supervise.Start`.

        Raises:
            ZygoteFailed: it was not begun.
        """
        files = {name: data for name, data in self.command.files.items() if name not in self.kind.start.files}
        named = list(self.fds.inherited)
        words = self._words()
        blob = self.fds.memory("files", b"".join(files.values())) if files else ends.stdin.fd
        limits, niceness = self.command.limits, os.getpriority(os.PRIO_PROCESS, 0)
        server = self.kind.server if self.command.served else ()
        job: Job = (
            words,
            [(str(name), len(data)) for name, data in files.items()],
            b"%d" % (limits.tmp_mb * MEBIBYTE + sum(map(len, files.values()))),
            server,
            _world(limits, self.zygote.uid, self.zygote.outer, niceness),
        )
        streams = (ends.stdin.fd, ends.stdout.fd, ends.stderr.fd)
        self.zygote.fork(job, [*streams, blob, *named], niceness)
        return _ForkedTree(self.zygote, stack, 3 if server else 2)

    def _words(self) -> list[str]:
        if self.command.served:  # it names two pipes then
            return [*self.kind.served, str(FIRST_NAMED), str(FIRST_NAMED + 1)]
        words = self.fds.argv_from(FIRST_NAMED)[len(self.kind.instead_of) :]
        if self.kind.executes:
            variables = [f"{name}={value}" for name, value in environment(self.command).items()]
            words = [str(len(variables)), *variables, *words]
        return [str(word) for word in words]


class _ForkedTree:
    """A fork and what it started; see `supervise.Tree`."""

    notes: OutputStream | None = None

    def __init__(self, zygote: RunningZygote, stack: contextlib.ExitStack, number: int) -> None:
        """There are so many processes: the fork, process 1 of its namespace, perhaps a server with a part in it."""
        self._zygote = zygote
        self._stack = stack
        self._number = number
        self._over = False
        self._end: ForkEnded | None = None
        self.fd = zygote.control.fileno()

    @functools.cached_property
    def _processes(self) -> list[int]:
        """Descriptors of them, asked for when they are needed: most jobs are over by then. None for one that is."""
        processes = [] if self._is_over() else self._zygote.processes(self._number)
        for fd in processes:
            self._stack.callback(os.close, fd)
        return processes

    @functools.cached_property
    def root(self) -> int | None:
        """See `supervise.Tree`; only looked up for jobs that take a while."""
        return _pid_of(self._processes[0]) if self._processes else None

    @property
    def watched(self) -> Sequence[int]:
        """See `supervise.Tree`. Orphans are children of process 1, which has no memory of its own if it only waits."""
        if self._is_over() or self.root is None:
            return ()
        first = _pid_of(self._processes[1])
        return self.root, *([] if first is None else proc.children(first))

    @property
    def joined(self) -> Sequence[int]:
        """See `supervise.Tree`: the server."""
        servers = [_pid_of(fd) for fd in self._processes[2:]]
        return [server for server in servers if server is not None]

    def _is_over(self) -> bool:
        self._over = self._over or self._zygote.is_over()
        return self._over

    def heed_notes(self) -> None:
        """There are none."""

    def kill(self) -> None:
        """See `supervise.Tree`. Its namespace goes with it.

        Raises:
            ZygoteFailed: the zygote is gone, and with it the fork.
        """
        if self._end is not None:
            return
        if not self._is_over():
            # The server first: it could see the fork end, and take that for the fork's own doing.
            for fd in reversed(self._processes[1:]):
                kill_process(fd)
        self._end = self._zygote.ended()

    def reap(self) -> Ended:
        """See `supervise.Tree`."""
        if self._end is None:
            raise AssertionError("reap() comes after kill()")
        if not self._end.walled_in:
            self._zygote.walls_stand = False
        if not self._end.clean:
            self._zygote.usable = False
        return Ended(self._end.status, self._end.cpu_s, self._end.peak_rss_mb)


def _pid_of(pidfd: int) -> int | None:
    """The process's number; ``None`` when it is gone."""
    found = _PID.search(Path(f"/proc/self/fdinfo/{pidfd}").read_text())
    return int(found[1]) if found else None
