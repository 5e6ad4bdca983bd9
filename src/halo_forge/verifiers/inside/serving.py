"""A tester for many samples, one after the other: the server of the zygote (see `halo_forge.sandbox.zygote.server`).

Forking a tester for every sample would take as long as many a suite does. What this one executes are suites that leave
nothing behind (`halo_forge.verifiers.traceless`), each with names of its own, so no verdict depends on the samples that
came before. When anything unusual happens it ends, and the zygote begins another one.
"""

from __future__ import annotations

import os
import resource
import sys
from _socket import CMSG_SPACE
from _socket import socket as Socket  # its module takes longer to import than many a suite takes

from .channel import Channel
from .judging import judge_payload
from .privacy import be_private
from .tester import Tester

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from typing import NoReturn

_MOST_JOBS = 1000
_MOST_MORE_BYTES = 8 * 1024 * 1024  # of address space, which is limited; what was freed is not always given back
_MOST_BYTES, _DESCRIPTORS, _FD_BYTES = 4096, 5, 4
_SEED_BYTES = 16
_NOWHERE, _STDERR = 0, 2  # descriptors; the error stream is that of the job


def main(words: list[str]) -> NoReturn:
    """Test samples until the zygote hangs up."""
    be_private()
    control = Socket(fileno=int(words[1]))
    statm = os.open("/proc/self/statm", os.O_RDONLY)
    jobs, most_bytes = 0, _address_space(statm) + _MOST_MORE_BYTES
    while True:
        message, beside, _, _ = control.recvmsg(_MOST_BYTES, CMSG_SPACE(_DESCRIPTORS * _FD_BYTES))
        if not message:
            os._exit(0)
        fds = memoryview(beside[0][2]).cast("i").tolist()
        before_s = _limit_time(int(message))
        os.dup2(fds[0], _STDERR)
        if "random" in sys.modules:
            sys.modules["random"].seed(int.from_bytes(os.urandom(_SEED_BYTES), "big"))  # as in every new process
        _test(fds[1:], control)
        jobs += 1
        used = resource.getrusage(resource.RUSAGE_SELF)
        last = jobs == _MOST_JOBS or _address_space(statm) > most_bytes
        used_us = round((used.ru_utime + used.ru_stime - before_s) * 1e6)
        control.send(b"%d %s" % (used_us, b"last" if last else b"more"))
        os.dup2(_NOWHERE, _STDERR)
        for fd in fds:  # only now: the candidate sees that, and has less time for a farewell
            os.close(fd)


def _test(fds: list[int], control: Socket) -> None:
    payload, result, reader, writer = fds
    tester = Tester(Channel(reader, writer), lambda patience_s: _status(control, patience_s))
    judge_payload(tester, payload, result)
    tester.gone = "was judged"  # what the suite left behind is not to ask the next one, whose numbers are the same


def _status(control: Socket, patience_s: float) -> int | None:
    """How the candidate ended, as the zygote says it."""
    control.send(b"%f" % patience_s)
    status = control.recv(_MOST_BYTES)
    return int(status) if status else None


def _address_space(statm: int) -> int:
    """How many bytes of it this process has."""
    return int(os.pread(statm, _MOST_BYTES, 0).split()[0]) * resource.getpagesize()


def _limit_time(limit: int) -> float:
    """Allow so many seconds from now on; returns the time used so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    before_s = used.ru_utime + used.ru_stime
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(before_s) + 1 + limit
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
    return before_s
