"""Running one job under watch: bounded output, limits on time and memory, nothing left behind.

This is the half of a sandbox that does not depend on how a process is begun and walled in. It feeds stdin, reads what
comes, looks at the process tree now and then, kills at a limit, and reaps. It uses neither threads nor signals of its
own, so any number of jobs run side by side, one to a thread.

Limits: what the tree used is looked at every few hundredths of a second, so a tree may overshoot its memory for that
long; each process's own rlimits (`halo_forge.sandbox.inherit`) bound that overshoot.
"""

from __future__ import annotations

import contextlib
import select
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from halo_forge.errors import Cancelled, JudgeError
from halo_forge.sandbox import proc
from halo_forge.sandbox.base import WORKDIR, ResourceLimits
from halo_forge.sandbox.streams import End, InputStream, OutputStream, close_all, pipe
from halo_forge.types import Execution, KilledBy

_LOOK_EVERY_S = 0.05
_MOST_STARVED = 30.0  # times the wall limit: enough for all CPU time at the lowest priority, a 70th of a processor


@dataclass(frozen=True, slots=True)
class Ends:
    """The ends of a job's standard streams that are its own; closed here once it was begun."""

    stdin: End
    stdout: End
    stderr: End


@dataclass(frozen=True, slots=True)
class Ended:
    """What is known of a process once it was reaped.

    Attributes:
        status: exit code, or minus the signal.
        cpu_s, peak_rss_mb: of it and the children that it waited for, as far as that is known.
        root_reaped: see `Observed`.
    """

    status: int
    cpu_s: float
    peak_rss_mb: float | None
    root_reaped: bool = False


class Tree(Protocol):
    """A process that was begun for a job, and all that it starts.

    Attributes:
        fd: becomes readable when the process has ended.
        notes: a stream that is collected beside its outputs.
    """

    fd: int
    notes: OutputStream | None

    @property
    def root(self) -> int | None:
        """The process at the root of what the sandbox walled in, once it is known."""

    @property
    def watched(self) -> Sequence[int]:
        """The processes to measure from, those that are there still."""

    @property
    def joined(self) -> Sequence[int]:
        """Other processes that take part, and were there before."""

    def heed_notes(self) -> None:
        """There is more in `notes`."""

    def kill(self) -> None:
        """Kill the process, and return when it has ended. Safe at any point, also when it has.

        Raises:
            JudgeError: it would not end.
        """

    def reap(self) -> Ended:
        """End and reap all of the tree, after `kill`."""


class Start(Protocol):
    """How a process is begun."""

    @property
    def name(self) -> str:
        """For messages."""

    def begin(self, ends: Ends, stack: contextlib.ExitStack) -> Tree:
        """Begin it, with `ends` as its standard streams. `stack` is left when the job is over.

        Raises:
            OSError: it can't be begun.
        """


@dataclass(frozen=True, slots=True)
class Job:
    """What to begin, and what to hold it to.

    Attributes:
        cancel: once set, everything is taken down at the next look.
    """

    start: Start
    limits: ResourceLimits
    stdin: bytes
    cancel: threading.Event | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen of a process from its start to its end.

    Attributes:
        status: of the process that was begun: exit code, or minus the signal.
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
            raise JudgeError(f"{job.start.name} cannot be run: {error.strerror}") from error
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


class _Watch:
    """The state of one supervised run."""

    def __init__(self, job: Job, stack: contextlib.ExitStack) -> None:
        self.job = job
        self.limits = job.limits
        held: list[End] = []
        stack.callback(close_all, held)
        child_in, stdin = pipe(held)
        stdout, child_out = pipe(held)
        stderr, child_err = pipe(held)
        self.started = time.monotonic()
        self.tree = job.start.begin(Ends(child_in, child_out, child_err), stack)
        for end in (child_in, child_out, child_err):
            end.close()
        self.polite = False
        self.stdin = InputStream(stdin, job.stdin)
        self.stdout = OutputStream(stdout.fd, self.limits.output_bytes)
        self.stderr = OutputStream(stderr.fd, self.limits.output_bytes)
        self.outputs = [stream for stream in (self.stdout, self.stderr, self.tree.notes) if stream is not None]
        self.poller = select.poll()
        for fd in (self.tree.fd, *(stream.fd for stream in self.outputs)):
            self.poller.register(fd, select.POLLIN)
        if self.stdin.open:
            self.poller.register(self.stdin.fd, select.POLLOUT)
        self.meter = proc.TreeMeter()
        self.waits = proc.WaitMeter()
        self.killed_by: KilledBy | None = None
        self.peak_rss_mb: float | None = None
        self.kept_waiting_s = self.wall_s = self.cpu_s = 0.0
        self.ended: Ended | None = None

    def loop(self) -> None:
        """Move bytes and watch limits until the process has ended or a limit is hit."""
        cancel = self.job.cancel
        look_at = self.started + _LOOK_EVERY_S
        while self.killed_by is None:
            if cancel is not None and cancel.is_set():
                raise Cancelled("stopped")
            ready = {fd for fd, _ in self.poller.poll(max(0.0, (look_at - time.monotonic()) * 1000))}
            now, ended = time.monotonic(), self.tree.fd in ready
            if now >= look_at and not ended:  # what has ended was not late; perhaps this process did not run so long
                self._look(now - self.started)
                look_at = now + _LOOK_EVERY_S
                continue
            self._move_bytes(ready)
            if ended:
                return

    def _move_bytes(self, ready: set[int]) -> None:
        for stream in self.outputs:
            if stream.fd in ready:
                self._read(stream)
        if self.stdout.overfull or self.stderr.overfull:
            self.killed_by = KilledBy.OUTPUT
        if self.tree.notes is not None and self.tree.notes.fd in ready:
            self.tree.heed_notes()
        if self.stdin.fd in ready:
            self.stdin.feed()
            if not self.stdin.open:
                self.poller.unregister(self.stdin.fd)

    def _read(self, stream: OutputStream) -> bool:
        found = stream.read()
        if not stream.open:
            self.poller.unregister(stream.fd)
        return found

    def _look(self, wall_s: float) -> None:
        """Look at the tree once and decide whether it has to end."""
        if not self.polite and self.tree.root is not None:
            self.polite = True
            proc.keep_nice(self.tree.root)
        usage = self._usage()
        self.waits.look(usage.pids, self.tree.joined)
        most_mb = self.limits.memory_mb
        tree_mb, kernel_mb = self._tree_mb(usage), self._kernel_mb()
        if tree_mb + kernel_mb > most_mb:  # once more: a shared page counts double if its processes fork between turns
            usage = self._usage()
            tree_mb, kernel_mb = min(tree_mb, self._tree_mb(usage)), min(kernel_mb, self._kernel_mb())
        self.peak_rss_mb = max(tree_mb, self.peak_rss_mb or 0.0)
        self.cpu_s = usage.cpu_s
        if tree_mb + kernel_mb > most_mb:
            self.killed_by = KilledBy.MEMORY
        elif usage.cpu_s > self.limits.cpu_s:
            self.killed_by = KilledBy.CPU
        elif wall_s > self.limits.wall_s:
            self.kept_waiting_s = self.waits.longest_s
            if is_late(wall_s, self.kept_waiting_s, self.limits.wall_s):
                self.killed_by = KilledBy.WALL

    def _usage(self) -> proc.TreeUsage:
        watched = self.tree.watched
        return self.meter.look(watched, self.tree.joined) if watched else proc.NOTHING

    def _tree_mb(self, usage: proc.TreeUsage) -> float:
        """Memory of the tree. Only where it could be too much is it worth the exact way of looking."""
        return usage.rss_mb if usage.virtual_mb <= self.limits.memory_mb else proc.memory_mb(usage.pids)

    def _kernel_mb(self) -> float:
        return 0.0 if self.tree.root is None else proc.kernel_memory_mb(self.tree.root, WORKDIR)

    def take_down(self) -> None:
        """Kill what is left, reap it, and take what it had written. Safe at any point, also after an exception."""
        tree_cpu_s = self._usage().cpu_s
        self.tree.kill()
        if self.tree.notes is not None:  # a very short run ends before anybody looked at them
            self._read_rest()
            self.tree.heed_notes()
        self.ended = self.tree.reap()
        self._read_rest()  # also what the tree wrote while it was taken down
        self.wall_s = time.monotonic() - self.started
        self.cpu_s = max(self.cpu_s, tree_cpu_s, self.ended.cpu_s)
        if self.ended.peak_rss_mb is not None:
            self.peak_rss_mb = max(self.ended.peak_rss_mb, self.peak_rss_mb or 0.0)

    def _read_rest(self) -> None:
        """Take all that is there, up to the caps; a writer that lives on is not waited for."""
        found = True
        while found:
            ready = {fd for fd, _ in self.poller.poll(0)}
            found = any(self._read(each) for each in self.outputs if each.fd in ready and not each.overfull)

    def observed(self) -> Observed:
        """The facts, once everything is over."""
        if self.ended is None:
            raise AssertionError("observed() comes after take_down()")
        truncated = self.stdout.overfull or self.stderr.overfull
        killed_by = self.killed_by
        if killed_by is None and truncated:
            killed_by = KilledBy.OUTPUT
        if killed_by in (None, KilledBy.WALL) and self.cpu_s > self.limits.cpu_s:
            killed_by = KilledBy.CPU  # the rule is the CPU time, not who noticed first
        return Observed(
            status=self.ended.status,
            stdout=self.stdout.content,
            stderr=self.stderr.content,
            notes=b"" if self.tree.notes is None else self.tree.notes.content,
            wall_s=self.wall_s,
            cpu_s=self.cpu_s,
            peak_rss_mb=self.peak_rss_mb,
            killed_by=killed_by,
            truncated=truncated,
            kept_waiting_s=self.kept_waiting_s,
            root_reaped=self.ended.root_reaped,
        )
