"""Processes that are spawned for a job: how they are begun, ended and reaped, with all that they left behind.

An orphan of a job comes back to this process (see `become_subreaper`) and is ended here too.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import select
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from halo_forge.errors import JudgeError
from halo_forge.sandbox import proc
from halo_forge.sandbox.streams import OutputStream
from halo_forge.sandbox.supervise import Ended, Ends, Tree

_MOST_NOTES = 65536
_PR_SET_CHILD_SUBREAPER = 36
_REAPING = threading.Lock()  # of orphans: no thread may reap what another one is about to signal
_GRACE_S = 10.0  # for the kernel to take a killed tree down; more means that the machine is in trouble


@dataclass(frozen=True, slots=True)
class Spawn:
    """What to spawn.

    Attributes:
        pass_fds: descriptors that it inherits, under the same numbers.
        notes_fd: the reading end of a pipe whose content is collected; it stays the caller's to close.
        root_pid: finds, in the notes so far, the process at the root of the watched tree when that is not the spawned
            one (bwrap's child). It must be a descendant that this process may reap (see `become_subreaper`).
    """

    argv: Sequence[str]
    pass_fds: Sequence[int]
    env: dict[str, str]
    cwd: str | None = None
    notes_fd: int | None = None
    root_pid: Callable[[bytes], int | None] | None = None

    @property
    def name(self) -> str:
        """For messages."""
        return self.argv[0]

    def begin(self, ends: Ends, stack: contextlib.ExitStack) -> Tree:
        """Spawn it; see `supervise.Start`."""
        process = subprocess.Popen(
            self.argv, stdin=ends.stdin.fd, stdout=ends.stdout.fd, stderr=ends.stderr.fd, pass_fds=self.pass_fds,
            env=self.env, cwd=self.cwd, start_new_session=True,  # the terminal's Ctrl-C is for us, not for the sandbox
        )  # fmt: skip
        stack.callback(abandon, process)
        return _SpawnedTree(self, process, stack)


class _SpawnedTree:
    """A spawned process and what it started; see `supervise.Tree`."""

    joined: Sequence[int] = ()

    def __init__(self, spawn: Spawn, process: subprocess.Popen[bytes], stack: contextlib.ExitStack) -> None:
        self._spawn = spawn
        self._process = process
        self._stack = stack
        self.fd = self._pidfd(process.pid)
        self.notes = None if spawn.notes_fd is None else OutputStream(spawn.notes_fd, _MOST_NOTES)
        self.root: int | None = None
        self._root_fd: int | None = None
        self._root_reaped = False

    @property
    def watched(self) -> Sequence[int]:
        """See `supervise.Tree`."""
        return (self._process.pid if self.root is None else self.root,)

    def _pidfd(self, pid: int) -> int:
        fd = os.pidfd_open(pid)
        self._stack.callback(os.close, fd)
        return fd

    def heed_notes(self) -> None:
        """See `supervise.Tree`: look for the root in them."""
        if self.root is not None or self.notes is None or self._spawn.root_pid is None:
            return
        self.root = self._spawn.root_pid(self.notes.content)
        if self.root is None:
            return
        try:
            self._root_fd = self._pidfd(self.root)
        except ProcessLookupError:
            self.root, self._root_reaped = None, True  # bwrap itself failed
        except OSError:
            return  # no descriptor is left; it is ended as an orphan

    def kill(self) -> None:
        """See `supervise.Tree`."""
        self._process.returncode = -signal.SIGKILL  # it is reaped below, and Popen is never to wait for it
        kill_process(self.fd)
        kill_group(self._process.pid)
        _await_end(self.fd)

    def reap(self) -> Ended:
        """See `supervise.Tree`."""
        usage = None
        if self.root is not None and self._root_fd is not None:
            kill_process(self._root_fd)
            _await_end(self._root_fd)
            usage = _reap(self.root)[1]
            self._root_reaped = usage is None
        end_orphans(self._process.pid, self.root)
        status, spawned_usage = _reap(self._process.pid)
        # A process that was killed with its namespace is in no usage, hence the maximum. The largest size of the
        # spawned process is not its own: it counts what this process had when it forked.
        return Ended(
            status=status,
            cpu_s=max(_cpu_s(usage), _cpu_s(spawned_usage)),
            peak_rss_mb=None if usage is None else usage.ru_maxrss / 1024,
            root_reaped=self._root_reaped,
        )


def become_subreaper() -> None:
    """Make this process the one that orphans of its sandboxes come back to, so that they can be ended and reaped."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER) failed")


def abandon(process: subprocess.Popen[bytes]) -> None:
    """End a process that is not watched, and its orphans; does nothing to one that was taken down."""
    if process.returncode is None:
        os.kill(process.pid, signal.SIGKILL)  # Popen.kill() reaps what has ended, and the orphans are lost
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        end_orphans(process.pid)
        process.wait()


def kill_process(pidfd: int) -> None:
    """SIGKILL through a descriptor that cannot mean another process."""
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)


def kill_group(leader: int) -> None:
    """SIGKILL the process group that `leader` began; it must not have been reaped yet."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def end_orphans(leader: int, root: int | None = None) -> None:
    """End and reap what came back to this process when `leader`, which is still to be reaped, had ended.

    It is in the session of the leader or of `root`. Without this each would stay a zombie, and a bwrap that was killed
    while it set things up would leave a process that waits for it for ever.
    """
    sessions = {leader} if root is None else {leader, root}
    with _REAPING:
        while orphans := [pid for pid in _own_children() if pid != leader and _session(pid) in sessions]:
            for pid in orphans:
                os.kill(pid, signal.SIGKILL)  # not reaped yet, so the number can't mean another process
                _reap(pid)


def reap_strays() -> None:
    """Reap dead orphans of sessions that are over.

    A child that this process started itself shares its session or leads one, so it is never touched here, nor is an
    orphan whose session's leader is a child that is still being supervised.
    """
    with _REAPING:
        own = _own_children()
        spared = {os.getsid(0), *own}
        for pid in own:
            found = proc.stat(pid)
            if found is not None and found.state == "Z" and found.session not in spared:
                _reap(pid)


def _own_children() -> list[int]:
    return proc.children(os.getpid())


def _session(pid: int) -> int | None:
    found = proc.stat(pid)
    return None if found is None else found.session


def _await_end(pidfd: int) -> None:
    poller = select.poll()
    poller.register(pidfd, select.POLLIN)
    if not poller.poll(_GRACE_S * 1000):
        raise JudgeError(f"a killed process did not end within {_GRACE_S:.0f} s")


def _reap(pid: int) -> tuple[int, resource.struct_rusage | None]:
    """Exit code or minus the signal, and what the process and the children it waited for had used."""
    try:
        _, status, usage = os.wait4(pid, 0)
    except ChildProcessError:  # not ours to reap: this process is not a subreaper
        return 0, None
    return os.waitstatus_to_exitcode(status), usage


def _cpu_s(usage: resource.struct_rusage | None) -> float:
    return 0.0 if usage is None else usage.ru_utime + usage.ru_stime
