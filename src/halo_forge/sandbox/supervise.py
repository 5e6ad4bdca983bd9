"""Running one process under watch: bounded output, limits on time and memory, nothing left behind.

This is the half of a sandbox that does not depend on how the process is walled in. It spawns, feeds stdin, reads what
comes, looks at the process tree now and then, kills at a limit, and reaps. It uses neither threads nor signals of its
own, so any number of them run side by side, one to a thread.

Limits: what the tree used is looked at every few hundredths of a second, so a tree may overshoot its memory for that
long; each process's own rlimits (`halo_forge.sandbox.inherit`) bound that overshoot.
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
from dataclasses import dataclass

from halo_forge.errors import Cancelled, JudgeError
from halo_forge.sandbox import proc
from halo_forge.sandbox.base import WORKDIR, ResourceLimits
from halo_forge.sandbox.streams import InputStream, OutputStream, pipe
from halo_forge.types import Execution, KilledBy

_FIRST_LOOK_S, _LOOK_EVERY_S = 0.02, 0.05
_MOST_NOTES = 65536
_PR_SET_CHILD_SUBREAPER = 36
_REAPING = threading.Lock()  # of orphans: no thread may reap what another one is about to signal
_MOST_STARVED = 30.0  # times the wall limit: enough for all CPU time at the lowest priority, a 70th of a processor
_GRACE_S = 10.0  # for the kernel to take a killed tree down; more means that the machine is in trouble


@dataclass(frozen=True, slots=True)
class Job:
    """What to spawn, and what to hold it to.

    Attributes:
        pass_fds: descriptors that it inherits, under the same numbers.
        notes_fd: the reading end of a pipe whose content is collected; it stays the caller's to close.
        root_pid: finds, in the notes so far, the process at the root of the watched tree when that is not the spawned
            one (bwrap's child). It must be a descendant that this process may reap (see `become_subreaper`).
        cancel: once set, everything is taken down at the next look.
    """

    argv: Sequence[str]
    limits: ResourceLimits
    stdin: bytes
    pass_fds: Sequence[int]
    env: dict[str, str]
    cwd: str | None = None
    notes_fd: int | None = None
    root_pid: Callable[[bytes], int | None] | None = None
    cancel: threading.Event | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen of a process from its start to its end.

    Attributes:
        status: of the spawned process: exit code, or minus the signal.
        notes: all that it wrote to its note descriptor.
        kept_waiting_s: how long a tree that hit the wall limit had been ready to run without a processor.
        root_reaped: whether the process at the root of the watched tree ended before its parent, which reaped it.
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
    root_reaped: bool

    def execution(self, *, exit_code: int | None, signal: int | None, result: bytes) -> Execution:
        """The same for a verifier; how the program itself ended is what only the sandbox around it can tell."""
        return Execution(
            exit_code=exit_code,
            signal=signal,
            stdout=self.stdout,
            stderr=self.stderr,
            cpu_s=self.cpu_s,
            wall_s=self.wall_s,
            peak_rss_mb=self.peak_rss_mb,
            killed_by=self.killed_by,
            truncated=self.truncated,
            kept_waiting_s=self.kept_waiting_s,
            result=result,
        )


def become_subreaper() -> None:
    """Make this process the one that orphans of its sandboxes come back to, so that they can be ended and reaped."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER) failed")


def supervise(job: Job) -> Observed:
    """Run a job until it ends or hits a limit, and take its whole tree down.

    Raises:
        Cancelled: `Job.cancel` was set before the end.
        JudgeError: it could not be started or watched, or a killed process would not end.
    """
    with contextlib.ExitStack() as stack:
        try:
            watch = _Watch(job, stack)
        except OSError as error:
            raise JudgeError(f"{job.argv[0]} cannot be run: {error.strerror}") from error
        try:
            watch.loop()
        finally:
            watch.take_down()
        return watch.observed()


def is_late(wall_s: float, kept_waiting_s: float, limit_s: float) -> bool:
    """Whether a program has had its elapsed time. What waits for a processor is not late.

    Raises:
        JudgeError: it has waited for so long that the machine is at fault, or it knows how to wait for ever.
    """
    if wall_s - kept_waiting_s > limit_s:
        return True
    if wall_s > _MOST_STARVED * limit_s:
        raise JudgeError(
            f"a program got no processor for {kept_waiting_s:.0f} of {wall_s:.0f} s; is the machine overloaded?"
        )
    return False


def _abandon(process: subprocess.Popen[bytes]) -> None:
    """End a process that could not be watched; does nothing to one that was taken down."""
    if process.returncode is None:
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        end_orphans(process.pid)
        process.wait()


class _Watch:
    """The state of one supervised run."""

    def __init__(self, job: Job, stack: contextlib.ExitStack) -> None:
        self.job = job
        self.limits = job.limits
        self.stack = stack
        child_in, stdin = pipe(stack)
        stdout, child_out = pipe(stack)
        stderr, child_err = pipe(stack)
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            job.argv, stdin=child_in, stdout=child_out, stderr=child_err, pass_fds=job.pass_fds, env=job.env,
            cwd=job.cwd, start_new_session=True,  # the terminal's Ctrl-C is for us, not for the sandbox
        )  # fmt: skip
        stack.callback(_abandon, self.process)
        for end in (child_in, child_out, child_err):
            end.close()
        self.process_fd = self._pidfd(self.process.pid)
        self.root: int | None = None
        self.root_fd: int | None = None
        self.polite = False
        self.stdin = InputStream(stdin, job.stdin)
        self.stdout = OutputStream(stdout.fileno(), self.limits.output_bytes)
        self.stderr = OutputStream(stderr.fileno(), self.limits.output_bytes)
        self.notes = None if job.notes_fd is None else OutputStream(job.notes_fd, _MOST_NOTES)
        self.outputs = [stream for stream in (self.stdout, self.stderr, self.notes) if stream is not None]
        self.meter = proc.TreeMeter()
        self.waits = proc.WaitMeter()
        self.killed_by: KilledBy | None = None
        self.peak_rss_mb: float | None = None
        self.kept_waiting_s = self.wall_s = self.cpu_s = 0.0
        self.status = 0
        self.root_reaped = False

    def _pidfd(self, pid: int) -> int:
        fd = os.pidfd_open(pid)
        self.stack.callback(os.close, fd)
        return fd

    def loop(self) -> None:
        """Move bytes and watch limits until the spawned process has ended or a limit is hit."""
        cancel = self.job.cancel
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
        for stream in self.outputs:
            if stream.open:
                poller.register(stream.fd, select.POLLIN)
        if self.stdin.open:
            poller.register(self.stdin.fd, select.POLLOUT)
        return {fd for fd, _ in poller.poll(max(1.0, timeout_s * 1000))}

    def _move_bytes(self, ready: set[int]) -> None:
        for stream in self.outputs:
            if stream.open and stream.fd in ready:
                stream.read()
        if self.stdout.overfull or self.stderr.overfull:
            self.killed_by = KilledBy.OUTPUT
        if self.notes is not None and self.notes.fd in ready:
            self._find_root()
        if self.stdin.open and self.stdin.fd in ready:
            self.stdin.feed()

    def _find_root(self) -> None:
        if self.root is not None or self.notes is None or self.job.root_pid is None:
            return
        self.root = self.job.root_pid(self.notes.content)
        if self.root is None:
            return
        try:
            self.root_fd = self._pidfd(self.root)
        except ProcessLookupError:
            self.root, self.root_reaped = None, True  # bwrap itself failed
        except OSError:
            return  # no descriptor is left; it is ended as an orphan

    def _look(self, wall_s: float) -> None:
        """Look at the tree once and decide whether it has to end."""
        if not self.polite and self.root is not None:
            self.polite = True
            proc.keep_nice(self.root)
        usage = self.meter.look(self._watched)
        self.waits.look(usage.pids)
        most_mb = self.limits.memory_mb
        tree_mb, kernel_mb = self._tree_mb(usage), self._kernel_mb()
        if tree_mb + kernel_mb > most_mb:  # once more: a shared page counts double if its processes fork between turns
            usage = self.meter.look(self._watched)
            tree_mb, kernel_mb = min(tree_mb, self._tree_mb(usage)), min(kernel_mb, self._kernel_mb())
        self.peak_rss_mb = max(tree_mb, self.peak_rss_mb or 0.0)
        if tree_mb + kernel_mb > most_mb:
            self.killed_by = KilledBy.MEMORY
        elif usage.cpu_s > self.limits.cpu_s:
            self.killed_by = KilledBy.CPU
        elif wall_s > self.limits.wall_s:
            self.kept_waiting_s = self.waits.longest_s
            if is_late(wall_s, self.kept_waiting_s, self.limits.wall_s):
                self.killed_by = KilledBy.WALL

    def _tree_mb(self, usage: proc.TreeUsage) -> float:
        """Memory of the tree. Only where it could be too much is it worth the exact way of looking."""
        return usage.rss_mb if usage.virtual_mb <= self.limits.memory_mb else proc.memory_mb(usage.pids)

    def _kernel_mb(self) -> float:
        return 0.0 if self.root is None else proc.kernel_memory_mb(self.root, WORKDIR)

    @property
    def _watched(self) -> int:
        return self.process.pid if self.root is None else self.root

    def take_down(self) -> None:
        """Kill what is left, reap it, and take what it had written. Safe at any point, also after an exception."""
        self.process.returncode = -signal.SIGKILL  # it is reaped below, and Popen is never to wait for it
        tree_cpu_s = self.meter.look(self._watched).cpu_s
        kill_process(self.process_fd)
        kill_group(self.process.pid)
        _await_end(self.process_fd)
        for stream in self.outputs:
            stream.read_available()
        self._find_root()  # a very short run ends before anybody looked
        usage = None
        if self.root is not None and self.root_fd is not None:
            kill_process(self.root_fd)
            _await_end(self.root_fd)
            usage = _reap(self.root)[1]
            self.root_reaped = usage is None
        end_orphans(self.process.pid, self.root)
        self.status, spawned_usage = _reap(self.process.pid)
        for stream in self.outputs:
            stream.read_available()  # what the tree wrote while it was taken down
        self.wall_s = time.monotonic() - self.started
        self.cpu_s = tree_cpu_s
        # A process that was killed with its namespace is in no usage, hence the maximum. The largest size of the
        # spawned process is not its own: it counts what this process had when it forked.
        if usage is not None:
            self.peak_rss_mb = max(usage.ru_maxrss / 1024, self.peak_rss_mb or 0.0)
        for known in (usage, spawned_usage):
            if known is not None:
                self.cpu_s = max(known.ru_utime + known.ru_stime, self.cpu_s)

    def observed(self) -> Observed:
        """The facts, once everything is over."""
        truncated = self.stdout.overfull or self.stderr.overfull
        killed_by = self.killed_by
        if killed_by is None and truncated:
            killed_by = KilledBy.OUTPUT
        if killed_by in (None, KilledBy.WALL) and self.cpu_s > self.limits.cpu_s:
            killed_by = KilledBy.CPU  # the rule is the CPU time, not who noticed first
        return Observed(
            status=self.status,
            stdout=self.stdout.content,
            stderr=self.stderr.content,
            notes=b"" if self.notes is None else self.notes.content,
            wall_s=self.wall_s,
            cpu_s=self.cpu_s,
            peak_rss_mb=self.peak_rss_mb,
            killed_by=killed_by,
            truncated=truncated,
            kept_waiting_s=self.kept_waiting_s,
            root_reaped=self.root_reaped,
        )


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
