"""The server of a zygote: a fork that outlives jobs, behind walls of its own, and has a part in many.

For each job it gets the descriptors that the job's words would name, and a pipe from and to the job's fork. The job is
over when it says so. What it serves is up to it; here it is only begun, asked and ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import socket

from .messages import FIRST_NAMED, MOST_BYTES, STDERR, readable, send

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from typing import Any

_ITS_WORLD = ("server", "rlimits", "tmp_bytes", "niceness")  # what of a job is so for as long as it lives


class Server:
    """One that was begun.

    Attributes:
        pid: its number.
    """

    def __init__(self, pid: int, first: int, control: socket.socket, job: dict[str, Any]) -> None:
        self.pid = pid
        self._first = first
        self._control = control
        self._world = [job[name] for name in _ITS_WORLD]
        self._used_s = 0.0
        self._answer: dict[str, Any] | None = None
        self._alive = True

    def serves(self, job: dict[str, Any]) -> bool:
        """Whether it can have a part in a job: it is there, and has the limits of this job."""
        return (
            self._alive and self._world == [job[name] for name in _ITS_WORLD] and not readable(self._control.fileno())
        )

    def connect(self, fds: list[int], job: dict[str, Any]) -> list[int]:
        """Hand a job over to it, with how much time it may use up; returns the descriptors of the job's fork.

        Args:
            fds: of the job; those that its words name are for the server, and the error stream is for both.
        """
        cpu_s = next(soft for which, soft, _ in job["rlimits"] if which == resource.RLIMIT_CPU)
        to_fork, to_server = os.pipe(), os.pipe()
        theirs = [fds[STDERR], *fds[FIRST_NAMED:], to_server[0], to_fork[1]]
        with contextlib.suppress(OSError):  # it is gone, which `attend` will find out
            send(self._control, json.dumps(cpu_s).encode(), theirs)
        os.close(to_server[0])
        os.close(to_fork[1])
        return [*fds[:FIRST_NAMED], to_fork[0], to_server[1]]

    def attend(self, pid: int) -> dict[str, Any] | None:
        """Wait until it says that the job is over, or is gone. How the job's fork had ended by then, if it had."""
        fork, found = os.pidfd_open(pid), None
        poller = select.poll()
        for fd in (fork, self._control.fileno()):
            poller.register(fd, select.POLLIN)
        while self._control.fileno() not in {fd for fd, _ in poller.poll()}:
            found = ended(pid)
            poller.unregister(fork)
            with contextlib.suppress(OSError):
                self._control.send(json.dumps(found["status"]).encode())
        os.close(fork)
        message = b""
        with contextlib.suppress(OSError):
            message = self._control.recv(MOST_BYTES)
        self._answer = json.loads(message) if message else None
        return found

    def end(self, fork: dict[str, Any]) -> dict[str, Any]:
        """How the job ended: by what the server said, or like the server."""
        if self._answer is not None:
            used_s: float = self._answer["cpu_s"]
            self._used_s += used_s
            if self._answer["last"]:
                self.close()
            return {**fork, "status": 0, "cpu_s": fork["cpu_s"] + used_s}
        own = self.close()
        return {**fork, "status": own["status"], "cpu_s": fork["cpu_s"] + own["cpu_s"] - self._used_s}

    def forget(self) -> None:
        """Let go of it without a trace, in a fork."""
        self._control.detach()

    def close(self) -> dict[str, Any]:
        """End it. Returns how it ended."""
        self._alive = False
        self._control.close()
        os.kill(self._first, signal.SIGKILL)
        found = ended(self.pid)
        os.waitpid(self._first, 0)
        return found


def of_server(job: dict[str, Any]) -> dict[str, Any]:
    """What is to be forked for the server that a job asks for. Its time is limited job by job.

    Its words name one descriptor, its control socket.
    """
    rlimits = [limit for limit in job["rlimits"] if limit[0] != resource.RLIMIT_CPU]
    return {**job, "words": [*job["server"], str(FIRST_NAMED)], "files": [], "rlimits": rlimits}


def ended(pid: int) -> dict[str, Any]:
    """Wait for a process; returns how it ended and what it had used."""
    _, status, usage = os.wait4(pid, 0)
    return {
        "status": os.waitstatus_to_exitcode(status),
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_kb": usage.ru_maxrss,
    }
