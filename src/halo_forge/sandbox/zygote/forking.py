"""The zygote itself: waits for jobs, and forks for each.

A job is one message on the control socket, JSON with descriptors beside it: the standard streams, a memory file with
the files of the job one behind the other, and those that the job's words name by number. The answers are a message
with a descriptor of the fork (a pidfd), and, when it has ended, one with its status and what it had used.

Of a job the zygote reads nothing but how the walls have to be and where things go: no source, no tests, no expected
output is ever in its memory, so no later fork can find any there.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import json
import mmap
import os
import socket
import sys

from . import walls

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from typing import Any

_FIRST_FREE = 3  # behind the standard streams
_FILES_FD = 3  # in a fork; closed when they are written
_ASIDE = 100  # where descriptors are put while they change places
_NO_SOCKETS = b" tw 0 "  # in sockstat: no connection is left that keeps a port from later forks for a minute
_MOST_BYTES, _MOST_DESCRIPTORS = 65536, 16


def wait_for_job(control_fd: int) -> list[str]:
    """Serve until the host hangs up. Returns in forks only, behind their walls, with the words of the job."""
    # To a low number: in forks all below `_ASIDE` is closed, and the host may have handed over any.
    control = socket.socket(fileno=fcntl.fcntl(control_fd, fcntl.F_DUPFD, _FIRST_FREE))
    os.close(control_fd)
    filter_program = control.recv(_MOST_BYTES)
    walls.empty_bounding_set()
    own = os.open("/proc/self/ns/pid", os.O_RDONLY)
    sockets = os.open("/proc/self/net/sockstat", os.O_RDONLY)
    walled_in = mmap.mmap(-1, mmap.PAGESIZE)  # shared with forks: a fork says here that its walls stand
    gc.collect()
    gc.freeze()  # else a fork's collector would touch, and so copy, every page
    control.send(b"ready")
    while True:
        message, fds, _, _ = socket.recv_fds(control, _MOST_BYTES, _MOST_DESCRIPTORS)
        if not message:
            os._exit(0)
        walled_in[0] = 0
        walls.forks_begin_anew()
        pid = os.fork()
        if pid == 0:
            control.detach()
            return _begin(json.loads(message), fds, filter_program, walled_in)
        walls.forks_stay(own)
        for fd in fds:
            os.close(fd)
        _tell_of(pid, control)
        _, status, usage = os.wait4(pid, 0)
        end = {
            "status": os.waitstatus_to_exitcode(status), "cpu_s": usage.ru_utime + usage.ru_stime,
            "peak_kb": usage.ru_maxrss, "walled_in": walled_in[0] == 1,
            "clean": _NO_SOCKETS in os.pread(sockets, 4096, 0),
        }  # fmt: skip
        control.send(json.dumps(end).encode())


def _tell_of(pid: int, control: socket.socket) -> None:
    process = os.pidfd_open(pid)
    socket.send_fds(control, [b"born"], [process])
    os.close(process)


def _begin(job: dict[str, Any], fds: list[int], filter_program: bytes, walled_in: mmap.mmap) -> list[str]:
    words: list[str] = job["words"]
    try:
        _arrange(fds)
        os.setpgid(0, 0)  # else a signal to the whole group would reach the zygote, wherever it has the same user
        with contextlib.suppress(PermissionError):  # the zygote is nicer than that
            os.setpriority(os.PRIO_PROCESS, 0, job["niceness"])
        own = walls.enter(job["tmp_bytes"])
        _write_files(job["files"])
        walls.give_up(own, job["uid"], job["outer"], job["rlimits"], filter_program)
    except OSError as error:
        os.write(2, f"{error}\n".encode())
        os._exit(1)
    walled_in[0] = 1
    walled_in.close()
    sys.argv[1:] = words
    return words


def _arrange(fds: list[int]) -> None:
    """Put the job's descriptors in their places, from 0 on, and close all others."""
    aside = [fcntl.fcntl(fd, fcntl.F_DUPFD, _ASIDE) for fd in fds]
    for place, fd in enumerate(aside):
        os.dup2(fd, place)
    os.closerange(len(aside), max(aside) + 1)


def _write_files(files: list[tuple[str, int]]) -> None:
    for name, size in files:
        with open(name, "wb") as file:
            file.write(os.read(_FILES_FD, size))
            os.fchmod(file.fileno(), 0o555)
    os.close(_FILES_FD)
