"""The zygote itself: waits for jobs, and forks for each.

A job is one message on the control socket, marshalled, with descriptors beside it: the standard streams, a memory file
with the files of the job one behind the other, and those that the job's words name by number. When it is over the
answer says how it ended and what it had used. Before that the host may ask which processes there are, and gets
descriptors (pidfds) of the fork, of process 1 of its namespace, and of the server if one takes part.

Of a job the zygote reads nothing but how the walls have to be and where things go: no source, no tests, no expected
output is ever in its memory, so no later fork can find any there.
"""

from __future__ import annotations

import ctypes
import errno
import gc
import marshal
import mmap
import os
import select
import time

# Not of the module, see `messages`.
from _socket import AF_UNIX, SOCK_SEQPACKET, socketpair
from _socket import socket as Socket

# Out of their modules: see `walls`.
from os import (
    O_CREAT,
    O_EXCL,
    O_WRONLY,
    PRIO_PROCESS,
    close,
    closerange,
    dup2,
    fork,
    kill,
    pread,
    sendfile,
    setpgid,
    setpriority,
    setsid,
    umask,
    waitpid,
)

from . import walls
from .mappings import tidy
from .messages import FILES_FD, FIRST_NAMED, MOST_BYTES, STDERR, THESE, WHICH, readable, receive, send
from .packing import fill_holes
from .pinning import PAGEMAP, data_ranges, look, pin, written
from .reaping import ended
from .server import SIGKILL, Server, of_server
from .walls import HEED_SIGNALS, begin_namespace, call, enter, give_up

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import NoReturn, TypeAlias

    from .messages import Job, World
    from .pinning import Ranges
    from .reaping import End

    # A fork that is tried out: its number, that of process 1 beside it, where it says what became of which memory.
    _Trial: TypeAlias = tuple[int, int | None, int, Ranges]

_ASIDE = 100  # where descriptors are put while they change places
_USED, _WAITING = b"used", b"tw"  # the words before their numbers in sockstat
_SOCKSTAT_BYTES = 4096
_BEFORE_PINNING = 12  # jobs: by then Python has made its notes beside the code (see `rehearsal`)
_TRIAL_TMP = b"1048576"  # as most jobs have, or less
_TRIAL_S, _LONG_S = 2.0, 1000
_LOOKS, _LOOK_EVERY_S = 40, 0.005  # for sockets that the kernel is about to let go of, as it does with some a bit later


def wait_for_job(control_fd: int, rehearse: Callable[[], None] | None = None, *, as_first: bool = False) -> list[str]:
    """Serve until the host hangs up. Returns in forks only, behind their walls, with the words of the job.

    Args:
        rehearse: does what forks do; without it they begin other programs.
        as_first: forks are process 1 of their namespace; else that one only waits (see `walls`).
    """
    zygote = _Zygote(control_fd, rehearse, as_first=as_first)
    # Nobody is ever to take it to pieces: forks would do so in memory of their own, and close others' descriptors.
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(zygote))
    while True:
        words = zygote.do_job()
        if words is not None:
            return words


class _Zygote:
    """What it keeps from job to job. Methods that fork return the words of the fork there, and nothing here."""

    def __init__(self, control_fd: int, rehearse: Callable[[], None] | None, *, as_first: bool) -> None:
        self._rehearse = rehearse
        self._as_first = as_first
        # To a low number: in forks all below `_ASIDE` is closed, and the host may have handed over any.
        self._control = Socket(fileno=os.dup(control_fd))
        os.close(control_fd)
        self._control_fd = self._control.fileno()
        self._filter = walls.filter_of(self._control.recv(MOST_BYTES))
        walls.empty_bounding_set()
        self._namespace = os.open("/proc/self/ns/pid", os.O_RDONLY)
        self._sockstat = os.open("/proc/self/net/sockstat", os.O_RDONLY)
        self._sockets, self._sockets_said = 0, b""
        self._count_sockets()
        shared = mmap.mmap(-1, mmap.PAGESIZE)  # with forks: one says here that its walls stand, and then lets go of it
        self._walled_in = (ctypes.c_ubyte * mmap.PAGESIZE).from_buffer(shared)
        self._let_go = walls.letting_go_of(self._walled_in)
        self._niceness = os.getpriority(PRIO_PROCESS, 0)
        self._job: Job | None = None
        self._written = b""  # what most jobs have in common
        self._world: World = ([], None, None, 0)  # the same, read
        self._server: Server | None = None
        self._poller = select.poll()  # for the server, once there is one
        self._before_pinning = _BEFORE_PINNING
        self._trial: _Trial | None = None
        walls.call(*walls.BE_PRIVATE)  # process 1 of each fork shares all memory with this one
        walls.call(*walls.BLOCK_SIGNALS)
        tidy()
        fill_holes()
        gc.freeze()  # else a fork's collector would touch, and so copy, every page
        gc.enable()  # who starts a zygote switches it off
        self._begin_namespace()
        self._control.send(b"ready")

    def do_job(self) -> list[str] | None:
        """Fork for the next job, and tell how it ended."""
        message, fds = self._hear()
        while message == WHICH:  # the job before was over by then
            message, fds = self._hear()
        job: Job = marshal.loads(message)
        self._job = job  # not to be taken to pieces in the fork
        if job[-1] != self._written:
            self._written = job[-1]
            self._world = marshal.loads(self._written)
        return self._do_served(job, fds) if job[-2] else self._do_alone(job, fds)

    def _do_alone(self, job: Job, fds: list[int]) -> list[str] | None:
        self._walled_in[0] = 0
        pid = fork()
        if pid == 0:
            return self._begin(job, self._world, fds)
        process = os.pidfd_open(pid)
        self._wait(self._poll_also(process), pid, pid if self._first is None else self._first)
        os.close(process)
        self._tell_end(self._take_down(pid, had_ended=True), fds)
        return None

    def _do_served(self, job: Job, fds: list[int]) -> list[str] | None:
        """The server gets what the words would name, and the fork is connected to it instead."""
        if self._server is not None and not self._server.serves(job):
            self._server.close()
            self._server = None
        if self._server is None:
            words = self._begin_server(job, fds[STDERR])
            if words is not None:
                return words
        server, first = self._server, self._first
        assert server is not None
        assert first is not None
        own = server.connect(fds)
        self._walled_in[0] = 0
        pid = fork()
        if pid == 0:
            return self._begin(job, self._world, own)
        _close(own[-2:])
        had_ended = False
        self._wait(self._poller, pid, first, server.pid)
        while server.asks():
            had_ended = server.answer(pid)
            self._wait(self._poller, pid, first, server.pid)
        end = server.end(self._take_down(pid, had_ended=had_ended))
        if not server.alive:
            self._server = None
        self._tell_end(end, fds)
        return None

    def _begin_server(self, job: Job, stderr: int) -> list[str] | None:
        ours, its = socketpair(AF_UNIX, SOCK_SEQPACKET)
        self._walled_in[0] = 0
        pid = fork()
        if pid == 0:
            nowhere = os.open(os.devnull, os.O_RDWR)
            ours.detach()
            fds = [nowhere, nowhere, stderr, nowhere, its.detach()]
            return self._begin(*of_server(job, self._world), fds)
        its.close()
        assert self._first is not None
        self._server = Server(pid, self._first, ours, job, self._world)
        self._poller = self._poll_also(ours.fileno())
        self._count_sockets()
        self._begin_namespace()
        return None

    def _learn(self) -> None:
        """Find out which pages forks and this process write to, and have them copied from then on (see `pinning`).

        A fork is tried out after one job, and is there until the next one is over. Where that is not possible, forks
        are a bit slower.
        """
        if self._before_pinning == 1:
            self._trial = self._begin_trial()
            if self._trial is not None:
                self._begin_namespace()
        elif self._trial is not None:
            try:  # noqa: SIM105 - see `messages`
                self._end_trial(*self._trial)
            except OSError:
                pass

    def _begin_trial(self) -> _Trial | None:
        ranges = data_ranges()
        reader, writer = os.pipe()
        try:
            pid = fork()
        except OSError:
            _close((reader, writer))
            return None
        if pid == 0:
            self._try(ranges, writer)
        close(writer)
        return pid, self._first, reader, ranges

    def _try(self, ranges: Ranges, writer: int) -> NoReturn:
        """Do what forks do, say what became of which memory, and wait to be ended."""
        try:
            rlimits, _, outer, niceness = self._world
            job: Job = ([], [], _TRIAL_TMP, (), b"")
            world: World = (rlimits, None, outer, niceness)  # else it counts among the processes of the next fork
            _kept, self._walled_in = self._walled_in, (ctypes.c_ubyte * 1)()  # which the next fork says for itself
            pagemap, nowhere = os.open(PAGEMAP, os.O_RDONLY), os.open(os.devnull, os.O_RDWR)
            self._begin(job, world, [nowhere, nowhere, nowhere, nowhere, pagemap, writer])
            if self._rehearse is not None:
                self._rehearse()
            os.write(FIRST_NAMED + 1, look(FIRST_NAMED, ranges))
            close(FIRST_NAMED + 1)
            time.sleep(_LONG_S)
        finally:
            os._exit(1)

    def _end_trial(self, pid: int, first: int | None, reader: int, ranges: Ranges) -> None:
        said_of_fork = b""
        try:
            pagemap = os.open(PAGEMAP, os.O_RDONLY)
            said = look(pagemap, ranges)
            close(pagemap)
            while readable(reader, _TRIAL_S) and (part := os.read(reader, MOST_BYTES)):
                said_of_fork += part
        finally:
            close(reader)
            kill(pid if first is None else first, SIGKILL)
            for process in (pid,) if first is None else (pid, first):
                try:  # noqa: SIM105 - see `messages`
                    waitpid(process, 0)
                except ChildProcessError:
                    pass  # it had ended, while `begin_namespace` left that to the kernel
        for pages in written(said, said_of_fork, ranges):
            pin(pages)

    def _begin_namespace(self) -> None:
        self._first = begin_namespace(self._namespace, as_first=self._as_first)

    def _begin(self, job: Job, world: World, fds: list[int]) -> list[str]:
        words, files, tmp_size, _, _ = job
        rlimits, uid, outer, niceness = world
        try:
            _arrange(fds)
            if self._first is None:
                setsid()
            else:
                setpgid(0, 1)  # a signal to the group is not to reach the zygote
            if niceness != self._niceness:
                _be_nice(niceness)
            enter(tmp_size)
            if files:
                _write_files(files)
            close(FILES_FD)
            give_up(uid, outer, rlimits, self._filter)
            call(*HEED_SIGNALS)
            self._walled_in[0] = 1
            call(*self._let_go)
        except OSError as error:
            os.write(2, f"{error}\n".encode())
            os._exit(1)
        return words

    def _hear(self) -> tuple[bytes, list[int]]:
        """What the host says. Without it there is nothing left to do."""
        message, fds = receive(self._control)
        if not message:
            os._exit(0)
        return message, fds

    def _poll_also(self, fd: int) -> select.poll:
        """For `_wait`: until there is something from that descriptor."""
        poller = select.poll()
        poller.register(self._control, select.POLLIN)
        poller.register(fd, select.POLLIN)
        return poller

    def _wait(self, poller: select.poll, *pids: int) -> None:
        """Wait until something else is heard of than the host, and tell that one of these processes when it asks."""
        while len(ready := poller.poll()) == 1 and ready[0][0] == self._control_fd:
            self._hear()
            processes = [os.pidfd_open(pid) for pid in pids]
            send(self._control, THESE, processes)
            _close(processes)

    def _take_down(self, pid: int, *, had_ended: bool) -> End:
        """End what is left of a fork. Returns how it ended."""
        if self._first is not None:
            kill(self._first, SIGKILL)
        end = ended(pid)
        if not had_ended:
            self._walled_in[0] = 1  # perhaps it had no time to put them up
        if self._first is not None:
            waitpid(self._first, 0)
        return end

    def _tell_end(self, end: End, fds: list[int]) -> None:
        self._control.send(b"%d %d %d %d %d" % (*end, self._walled_in[0], self._no_sockets_are_left()))
        _close(fds)  # not before: the host would wake up for the ends of the streams, and then once more
        self._begin_namespace()  # ahead, while the host looks at what was found
        if self._before_pinning:
            self._before_pinning -= 1
            self._learn()

    def _no_sockets_are_left(self) -> bool:
        """Whether a fork that is gone has left none to later ones: a socket that was sent through itself lives on."""
        for _ in range(_LOOKS):
            said = pread(self._sockstat, _SOCKSTAT_BYTES, 0)
            if said == self._sockets_said:  # as it usually is
                return True
            left = _sockets_in(said)
            if left <= self._sockets:
                self._sockets, self._sockets_said = left, said
                return True
            time.sleep(_LOOK_EVERY_S)
        return False

    def _count_sockets(self) -> None:
        """Note how many there are."""
        self._sockets_said = pread(self._sockstat, _SOCKSTAT_BYTES, 0)
        self._sockets = _sockets_in(self._sockets_said)


def _sockets_in(said: bytes) -> int:
    """Those that there are, and connections that keep a port for a minute after their ends."""
    found = said.split()
    return int(found[found.index(_USED) + 1]) + int(found[found.index(_WAITING) + 1])


def _arrange(fds: list[int]) -> None:
    """Put the job's descriptors in their places, from 0 on, and close all others."""
    number = len(fds)
    if min(fds) < number:
        for place in range(number):
            dup2(fds[place], _ASIDE + place)
        fds = list(range(_ASIDE, _ASIDE + number))
    for place in range(number):
        dup2(fds[place], place)
    closerange(number, _ASIDE + number)


def _be_nice(niceness: int) -> None:
    try:  # noqa: SIM105 - contextlib has more to do, and this is in every fork
        setpriority(PRIO_PROCESS, 0, niceness)
    except PermissionError:
        pass  # the zygote is nicer than that


def _write_files(files: list[tuple[str, int]]) -> None:
    before = umask(0o022)  # whoever is to use the directories is somebody else, where the sandbox belongs to root
    for name, size in files:
        if "/" in name:
            os.makedirs(os.path.dirname(name), exist_ok=True)
        file = os.open(name, O_WRONLY | O_CREAT | O_EXCL, 0o555)
        while size > 0:
            if not (sent := sendfile(file, FILES_FD, None, size)):
                raise OSError(errno.EIO, "a file is not whole")
            size -= sent
        close(file)
    umask(before)


def _close(fds: Iterable[int]) -> None:
    for fd in fds:
        close(fd)
