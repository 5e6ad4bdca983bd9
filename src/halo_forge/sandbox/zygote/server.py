"""The server of a zygote: a fork that outlives jobs, behind walls of its own, and has a part in many.

For each job it gets the descriptors that the job's words would name, and a pipe from and to the job's fork. The job is
over when it says so. What it serves is up to it; here it is only begun, asked and ended.
"""

from __future__ import annotations

import os
import select

# Out of their modules: see `walls`.
from os import close, kill, pipe, waitpid
from resource import RLIMIT_CPU

from .messages import FIRST_NAMED, STDERR, readable, send
from .reaping import ended

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from _socket import socket as Socket

    from .messages import Job, World
    from .reaping import End

_MOST_WORDS = 64  # bytes of what it says
SIGKILL = 9  # the signal module makes an object of it, which would be looked up in every fork
_ITS_OWN = 2  # from there on all of a job is so for as long as the server lives: size of /tmp, server, world


class Server:
    """One that was begun.

    Attributes:
        pid: its number.
        alive: it was not closed yet.
    """

    def __init__(self, pid: int, first: int, control: Socket, job: Job, world: World) -> None:
        self.pid = pid
        self._first = first
        self._control = control
        self._its_own = job[_ITS_OWN:]
        self._limit = b"%d" % max((soft for which, soft, _ in world[0] if which == RLIMIT_CPU), default=0)
        self._used_us = 0
        self._said: list[bytes] = []
        self._poller = select.poll()
        self._poller.register(control, select.POLLIN)
        self.alive = True

    def serves(self, job: Job) -> bool:
        """Whether it can have a part in a job: it is there, and has the limits of this job."""
        return job[_ITS_OWN:] == self._its_own and not self._poller.poll(0)

    def connect(self, fds: list[int]) -> list[int]:
        """Hand a job over to it, with how much time it may use up; returns the descriptors of the job's fork.

        The last two of them are new.

        Args:
            fds: of the job; those that its words name are for the server, and the error stream is for both.
        """
        from_server, to_fork = pipe()
        from_fork, to_server = pipe()
        theirs = [fds[STDERR], *fds[FIRST_NAMED:], from_fork, to_fork]
        try:  # noqa: SIM105 - see `messages`
            send(self._control, self._limit, theirs)
        except OSError:
            pass  # it is gone, which `asks` will find out
        close(from_fork)
        close(to_fork)
        return [*fds[:FIRST_NAMED], from_server, to_server]

    def asks(self) -> bool:
        """Hear what it has to say: whether it asks how the job's fork ended. Else the job is over, or it is gone.

        It says how many seconds it wants to wait for that; or how many microseconds it has used, and whether it goes
        on.
        """
        try:
            self._said = self._control.recv(_MOST_WORDS).split()
        except OSError:
            self._said = []
        return len(self._said) == 1

    def answer(self, pid: int) -> bool:
        """Tell how the job's fork ended, if it does soon; returns whether it did. It is still to be reaped."""
        status = _status_within(pid, float(self._said[0]))
        try:  # noqa: SIM105 - see `messages`
            self._control.send(b"" if status is None else b"%d" % status)
        except OSError:
            pass
        return status is not None

    def end(self, fork: End) -> End:
        """How the job ended: by what the server said, or like the server."""
        _, cpu_us, peak_kb = fork
        if self._said:
            used_us = int(self._said[0])
            self._used_us += used_us
            if self._said[1] == b"last":
                self.close()
            return 0, cpu_us + used_us, peak_kb
        status, own_us, _ = self.close()
        return status, cpu_us + own_us - self._used_us, peak_kb

    def close(self) -> End:
        """End it. Returns how it ended."""
        self.alive = False
        self._control.close()
        kill(self._first, SIGKILL)
        found = ended(self.pid)
        waitpid(self._first, 0)
        return found


def of_server(job: Job, world: World) -> tuple[Job, World]:
    """What is to be forked for the server that a job asks for, and its world. Its time is limited job by job.

    Its words name one descriptor, its control socket.
    """
    _, _, tmp_size, server, written = job
    rlimits = [limit for limit in world[0] if limit[0] != RLIMIT_CPU]
    return ([*server, str(FIRST_NAMED)], [], tmp_size, server, written), (rlimits, *world[1:])


def _status_within(pid: int, patience_s: float) -> int | None:
    """How a process ended, if it does in so many seconds: its exit code, or minus the signal."""
    process = os.pidfd_open(pid)
    over = readable(process, patience_s)
    os.close(process)
    if not over:
        return None
    found = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert found is not None
    return found.si_status if found.si_code == os.CLD_EXITED else -found.si_status
