"""Our end of a zygote: waits until it is ready, sends it jobs, hears how they ended, and sends it away.

A zygote has a strict sandbox of its own and serves one command at a time; as many of them are started as commands run
at once. One that does not answer as it should is sent away, and another takes its place.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import socket
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from halo_forge.errors import last_line
from halo_forge.sandbox import proc
from halo_forge.sandbox.spawned import abandon, kill_process
from halo_forge.sandbox.zygote.messages import THESE, WHICH, readable, receive, send

if TYPE_CHECKING:
    from halo_forge.sandbox.zygote.messages import Job

_START_S, _ANSWER_S = 60.0, 10.0  # a zygote that takes longer is replaced
_MOST_ANSWER_BYTES, _PEEK_BYTES = 256, len(THESE) + 1


class ZygoteFailed(Exception):
    """A zygote did not answer as it should. What was run of the command is gone, and nothing is known of it."""


class NoZygotes(ZygoteFailed):
    """None can be started on this machine, or none can put up walls."""


@dataclass(frozen=True, slots=True)
class ForkEnded:
    """How a fork ended.

    Attributes:
        status: its exit code, or minus the signal.
        walled_in: its walls stood.
        clean: it has left nothing to later ones.
    """

    status: int
    cpu_s: float
    peak_rss_mb: float
    walled_in: bool
    clean: bool


@dataclass(slots=True)
class RunningZygote:
    """One that was started.

    Attributes:
        control: does not wait.
        uid: of its forks; ``None``: its own.
        outer: user and group id that its forks have outside, where they get a user namespace of their own.
        usable: it may get another job.
        walls_stand: its forks can put up their walls.
        processor: the one it is kept to.
        on_close: gives back what it held.
    """

    process: subprocess.Popen[bytes]
    control: socket.socket
    uid: int | None
    outer: tuple[int, int] | None
    usable: bool = True
    walls_stand: bool = True
    processor: int | None = None
    on_close: Callable[[], None] = lambda: None
    _polite: bool = False
    _root: int | None = None  # a descriptor of process 1 of its sandbox
    _asked: bool = False  # which processes there are, and it has not answered yet

    def wait_until_ready(self, filter_program: bytes) -> None:
        """Hand over what it needs, and wait until it has done its start-up.

        Raises:
            NoZygotes: it does not work here; with what it said last.
        """
        try:
            self.control.send(filter_program)
            if self._receive(_START_S)[0] == b"ready":
                self._root = os.pidfd_open(proc.children(self.process.pid)[0])
                return
        except (OSError, IndexError, ZygoteFailed):
            pass
        abandon(self.process)
        said = b"" if self.process.stderr is None else self.process.stderr.read()
        raise NoZygotes(last_line(said) or "it does not start")

    def keep_to(self, processor: int) -> None:
        """Have it and all its forks run on one processor: they take turns, and to wake another one takes time."""
        self.processor = processor
        for pid in proc.tree(self.process.pid):
            with contextlib.suppress(OSError):  # then it is slower
                os.sched_setaffinity(pid, {processor})

    def fork(self, job: Job, fds: Sequence[int], niceness: int) -> None:
        """Have it fork for a job.

        Raises:
            ZygoteFailed: it can't be asked.
        """
        self._be_polite(niceness)
        self._say(marshal.dumps(job), fds)

    def is_over(self) -> bool:
        """Whether `ended` would return at once."""
        try:
            return self._peek() != THESE
        except BlockingIOError:
            return False

    def processes(self, number: int) -> list[int]:
        """Descriptors of the processes that there are for a job; none when it is over, and `ended` says how.

        Raises:
            ZygoteFailed: it does not say; or they are not so many.
        """
        if not self._asked:  # else it was asked, and somebody interrupted who waited for the answer
            self._asked = True
            self._say(WHICH)
        self._wait(_ANSWER_S)
        if self._peek() != THESE:
            return []
        _, received = self._receive()
        self._asked = False
        if len(received) != number:
            for fd in received:
                os.close(fd)
            raise self._failed("its processes can't be watched; too many files are open")
        return received

    def ended(self) -> ForkEnded:
        """What it says of its fork, once that has ended.

        Raises:
            ZygoteFailed: nothing.
        """
        message, fds = self._receive()
        while message == THESE:  # nobody waited for it
            for fd in fds:
                os.close(fd)
            message, fds = self._receive()
        self._asked = False  # it takes no notice of a question that comes too late
        try:
            status, cpu_us, peak_kb, walled_in, clean = map(int, message.split())
            return ForkEnded(status, cpu_us / 1e6, peak_kb / 1024, bool(walled_in), bool(clean))
        except ValueError:
            raise self._failed("it does not say how a fork ended") from None

    def kill(self) -> None:
        """Have it and all that is in its sandbox end; `close` waits until they have."""
        self.control.close()
        if self._root is not None:
            kill_process(self._root)

    def close(self) -> None:
        """End it and all that is in its sandbox."""
        self.kill()
        abandon(self.process)
        if self._root is not None:
            with contextlib.suppress(ChildProcessError):  # bwrap has reaped it
                os.waitid(os.P_PIDFD, self._root, os.WEXITED)
            os.close(self._root)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        self.on_close()

    def _be_polite(self, niceness: int) -> None:
        """The forks set their own niceness; what the kernel keeps for a whole session is set once.

        The session is that of bwrap's child, which begins one of its own.
        """
        if niceness > 0 and not self._polite:
            self._polite = True
            for child in proc.children(self.process.pid):
                proc.keep_nice(child)

    def _wait(self, timeout_s: float) -> None:
        if not readable(self.control.fileno(), timeout_s):
            raise self._failed(f"no answer within {timeout_s:g} s")

    def _peek(self) -> bytes:
        """The beginning of the next message, which stays where it is.

        Raises:
            BlockingIOError: there is none.
            ZygoteFailed: there will be none.
        """
        try:
            return self.control.recv(_PEEK_BYTES, socket.MSG_PEEK)
        except BlockingIOError:
            raise
        except OSError as error:
            raise self._failed(str(error)) from error

    def _receive(self, timeout_s: float = _ANSWER_S) -> tuple[bytes, list[int]]:
        try:
            message, fds = receive(self.control, _MOST_ANSWER_BYTES)
        except BlockingIOError:
            self._wait(timeout_s)
            return self._receive(timeout_s)
        except OSError as error:
            raise self._failed(str(error)) from error
        if not message:
            raise self._failed("it has ended")
        return message, fds

    def _say(self, message: bytes, fds: Sequence[int] = ()) -> None:
        try:
            send(self.control, message, fds)
        except OSError as error:
            raise self._failed(str(error)) from error

    def _failed(self, why: str) -> ZygoteFailed:
        self.usable = False
        return ZygoteFailed(why)
