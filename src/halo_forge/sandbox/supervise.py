"""Running one process under watch: bounded output, limits on time and memory, nothing left behind.

This is the half of a sandbox that does not depend on how the process is walled in. It spawns, feeds stdin, reads what
comes, looks at the process tree now and then, kills at a limit, and reaps. It uses neither threads nor signals of its
own, so any number of them run side by side, one to a thread.

Limits: what the tree used is looked at every few hundredths of a second, so a tree may overshoot its memory for that
long; each process's own rlimits (`halo_forge.sandbox.bubblewrap`) bound that overshoot.
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
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from halo_forge.errors import Cancelled, JudgeError
from halo_forge.sandbox import proc
from halo_forge.sandbox.base import ResourceLimits
from halo_forge.types import KilledBy

_CHUNK = 65536
_FIRST_LOOK_S, _LOOK_EVERY_S = 0.02, 0.05
_PR_SET_CHILD_SUBREAPER = 36
_GRACE_S = 10.0  # for the kernel to take a killed tree down; more means that the machine is in trouble


@dataclass(slots=True)
class Observed:
    """What was seen of a process from its start to its end.

    Attributes:
        status: of the spawned process: exit code, or minus the signal.
        notes: all that it wrote to its note descriptor.
        kept_waiting_s: how long a tree that hit the wall limit had been ready to run without a processor.
    """

    status: int
    stdout: bytes
    stderr: bytes
    notes: bytes
    wall_s: float
    cpu_s: float
    peak_rss_mb: float | None
    killed_by: KilledBy | None
    truncated: bool
    kept_waiting_s: float


@dataclass(slots=True)
class _Stream:
    """One descriptor that is read until its end or its cap."""

    fd: int
    cap: int
    chunks: list[bytes] = field(default_factory=list)
    size: int = 0
    open: bool = True

    def read(self) -> None:
        try:
            data = os.read(self.fd, _CHUNK)
        except BlockingIOError:
            return
        if not data:
            self.close()
            return
        self.chunks.append(data[: max(0, self.cap - self.size)])
        self.size += len(data)

    def read_available(self) -> None:
        """Read what is there, up to the cap, without ever waiting for a writer."""
        before = -1
        while self.open and not self.overfull and self.size != before:
            before = self.size
            self.read()

    @property
    def overfull(self) -> bool:
        return self.size > self.cap

    @property
    def content(self) -> bytes:
        return b"".join(self.chunks)

    def close(self) -> None:
        if self.open:
            self.open = False
            os.close(self.fd)


def become_subreaper() -> None:
    """Make this process the one that orphans of its sandboxes come back to, so that their CPU time can be read."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER) failed")


def supervise(
    argv: Sequence[str],
    *,
    limits: ResourceLimits,
    stdin: bytes,
    pass_fds: Sequence[int] = (),
    note_fds: tuple[int, int] | None = None,
    root_pid: Callable[[bytes], int | None] | None = None,
    cwd: str | None = None,
    env: dict[str, str] | None = None,
    cancel: threading.Event | None = None,
) -> Observed:
    """Run `argv` until it ends or hits a limit, and take its whole tree down.

    Args:
        note_fds: (read, write) ends of a pipe whose content is collected; both ends are closed here.
        root_pid: finds, in the notes so far, the process at the root of the watched tree when that is not the spawned
            one (bwrap's child). It must be a descendant that this process may reap (see `become_subreaper`).
        cancel: once set, everything is taken down at the next look.

    Raises:
        Cancelled: `cancel` was set before the end.
        JudgeError: a killed process would not end.
    """
    watch = _Watch(argv, limits, stdin, pass_fds, note_fds, root_pid, cwd, {} if env is None else env)
    try:
        watch.loop(cancel)
    finally:
        watch.take_down()
    return watch.observed()


class _Watch:
    """The state of one supervised run."""

    def __init__(
        self,
        argv: Sequence[str],
        limits: ResourceLimits,
        stdin: bytes,
        pass_fds: Sequence[int],
        note_fds: tuple[int, int] | None,
        root_pid: Callable[[bytes], int | None] | None,
        cwd: str | None,
        env: dict[str, str],
    ) -> None:
        self.limits = limits
        self.root_pid = root_pid
        self.killed_by: KilledBy | None = None
        self.peak_rss_mb: float | None = None
        self.kept_waiting_s = 0.0
        self.tree_cpu_s = 0.0
        self.root: int | None = None
        self.root_fd: int | None = None
        self.unsent = memoryview(stdin)
        self.started = time.monotonic()
        self.wall_s = 0.0
        try:
            self.process = subprocess.Popen(
                argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
                pass_fds=(*pass_fds, *(note_fds[1:] if note_fds else ())), env=env, cwd=cwd,
                start_new_session=True,  # the terminal's Ctrl-C is for us, not for the sandbox
            )  # fmt: skip
        except BaseException:
            for fd in note_fds or ():
                os.close(fd)
            raise
        assert self.process.stdin
        assert self.process.stdout
        assert self.process.stderr
        self.stdin_fd: int | None = os.dup(self.process.stdin.fileno())
        self.stdout = _Stream(os.dup(self.process.stdout.fileno()), limits.output_bytes)
        self.stderr = _Stream(os.dup(self.process.stderr.fileno()), limits.output_bytes)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()
        self.notes: _Stream | None = None
        if note_fds:
            os.close(note_fds[1])
            self.notes = _Stream(note_fds[0], _CHUNK)
        self.streams = [s for s in (self.stdout, self.stderr, self.notes) if s]
        for fd in (self.stdin_fd, *(s.fd for s in self.streams)):
            os.set_blocking(fd, False)
        self.process_fd = os.pidfd_open(self.process.pid)

    def loop(self, cancel: threading.Event | None) -> None:
        """Move bytes and watch limits until the spawned process has ended or a limit is hit."""
        if not self.unsent:
            self._close_stdin()
        look_at = self.started + _FIRST_LOOK_S
        while self.killed_by is None:
            if cancel is not None and cancel.is_set():
                raise Cancelled("stopped")
            now = time.monotonic()
            if now >= look_at:
                self._look(now - self.started)
                look_at = now + _LOOK_EVERY_S
                continue
            ready = self._poll(look_at - now)
            self._move_bytes(ready)
            if self.process_fd in ready:
                return

    def _poll(self, timeout_s: float) -> set[int]:
        poller = select.poll()
        poller.register(self.process_fd, select.POLLIN)
        for stream in self.streams:
            if stream.open:
                poller.register(stream.fd, select.POLLIN)
        if self.stdin_fd is not None:
            poller.register(self.stdin_fd, select.POLLOUT)
        return {fd for fd, _ in poller.poll(max(1.0, timeout_s * 1000))}

    def _move_bytes(self, ready: set[int]) -> None:
        for stream in self.streams:
            if stream.open and stream.fd in ready:
                stream.read()
        if self.stdout.overfull or self.stderr.overfull:
            self.killed_by = KilledBy.OUTPUT
        if self.notes and self.root is None and self.root_pid and self.notes.fd in ready:
            self._find_root(self.root_pid(self.notes.content))
        if self.stdin_fd is not None and self.stdin_fd in ready:
            self._feed(self.stdin_fd)

    def _find_root(self, pid: int | None) -> None:
        if pid is None:
            return
        self.root = pid
        try:
            self.root_fd = os.pidfd_open(pid)
        except ProcessLookupError:
            self.root = None  # it is gone and somebody else reaped it: bwrap itself failed

    def _feed(self, fd: int) -> None:
        try:
            self.unsent = self.unsent[os.write(fd, self.unsent[:_CHUNK]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:  # the program closed its stdin without reading all: its right
            self.unsent = self.unsent[:0]
        if not self.unsent:
            self._close_stdin()

    def _close_stdin(self) -> None:
        if self.stdin_fd is not None:
            os.close(self.stdin_fd)
            self.stdin_fd = None

    def _look(self, wall_s: float) -> None:
        """Look at the tree once and decide whether it has to end."""
        usage = proc.tree_usage(self._watched)
        self.tree_cpu_s = usage.cpu_s
        self.peak_rss_mb = max(usage.rss_mb, self.peak_rss_mb or 0.0)
        if usage.rss_mb > self.limits.memory_mb:
            self.killed_by = KilledBy.MEMORY
        elif usage.cpu_s > self.limits.cpu_s:
            self.killed_by = KilledBy.CPU
        elif wall_s > self.limits.wall_s:
            self.killed_by = KilledBy.WALL
            self.kept_waiting_s = proc.waited_for_cpu_s(self._watched)

    @property
    def _watched(self) -> int:
        return self.process.pid if self.root is None else self.root

    def take_down(self) -> None:
        """Kill what is left, reap it, and take what it had written. Safe at any point, also after an exception."""
        self.tree_cpu_s = max(self.tree_cpu_s, proc.tree_usage(self._watched).cpu_s)
        kill_process(self.process_fd)
        kill_group(self.process.pid)
        _await_end(self.process_fd)
        if self.notes and self.root is None and self.root_pid:
            self.notes.read_available()  # a very short run ends before anybody looked
            self._find_root(self.root_pid(self.notes.content))
        self.status, usage = _reap(self.process.pid)
        self.process.returncode = self.status  # already reaped: keeps Popen from waiting for a stranger
        if self.root is not None and self.root_fd is not None:
            kill_process(self.root_fd)
            _await_end(self.root_fd)
            usage = _reap(self.root)[1]
        self.wall_s = time.monotonic() - self.started
        self.cpu_s = self.tree_cpu_s
        if usage is not None:  # a process that was killed with its namespace is not in here, hence the maximum
            self.cpu_s = max(usage.ru_utime + usage.ru_stime, self.tree_cpu_s)
            self.peak_rss_mb = max(usage.ru_maxrss / 1024, self.peak_rss_mb or 0.0)
        for stream in self.streams:
            stream.read_available()
            stream.close()
        if self.killed_by is None and (self.stdout.overfull or self.stderr.overfull):
            self.killed_by = KilledBy.OUTPUT
        self._close_stdin()
        for fd in (self.process_fd, self.root_fd):
            if fd is not None:
                os.close(fd)

    def observed(self) -> Observed:
        """The facts, once everything is over."""
        killed_by = self.killed_by
        if killed_by in (None, KilledBy.WALL) and self.cpu_s > self.limits.cpu_s:
            killed_by = KilledBy.CPU  # the rule is the CPU time, not who noticed first
        return Observed(
            status=self.status,
            stdout=self.stdout.content,
            stderr=self.stderr.content,
            notes=self.notes.content if self.notes else b"",
            wall_s=self.wall_s,
            cpu_s=self.cpu_s,
            peak_rss_mb=self.peak_rss_mb,
            killed_by=killed_by,
            truncated=self.stdout.overfull or self.stderr.overfull,
            kept_waiting_s=self.kept_waiting_s,
        )


def kill_process(pidfd: int) -> None:
    """SIGKILL through a descriptor that cannot mean another process."""
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)


def kill_group(leader: int) -> None:
    """SIGKILL the session that `leader` began; it must not have been reaped yet."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


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
