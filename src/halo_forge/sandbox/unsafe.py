"""No wall, only limits: for machines where no sandbox works and the user insists (``--unsafe``).

A program runs as the user, with the user's files and network. Time, memory and output are bounded and its processes are
ended, but it can read, write and send whatever the user can. Results say so (`Tier.UNSAFE`).

Limits of the limits: what a process uses after it left its parent behind is not counted; root's processes are not
limited in number; and a process that left its session and emptied its environment outlives the job, and halo-forge.
When halo-forge itself is killed, a job's directory stays behind.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from halo_forge.errors import JudgeError
from halo_forge.sandbox import proc
from halo_forge.sandbox.base import Command, Tier
from halo_forge.sandbox.guard import MARK, Guard
from halo_forge.sandbox.inherit import Descriptors, need, prlimit_words, rlimits
from halo_forge.sandbox.spawned import Spawn, become_subreaper, reap_strays
from halo_forge.sandbox.supervise import Job, Observed, supervise
from halo_forge.sandbox.sweep import end_marked
from halo_forge.types import Execution

_PATH = "/usr/local/bin:/usr/bin:/bin"
_ROUNDS = 100  # of looking for marked processes: a fork bomb may start new ones meanwhile


class UnsafeSandbox:
    """Runs each command in a temporary directory, under limits."""

    tier = Tier.UNSAFE
    description = "NO SANDBOX: programs run with your own rights (--unsafe)"

    def __init__(self, cancel: threading.Event | None = None) -> None:
        """Once `cancel` is set, `run` ends what it runs and raises `Cancelled`.

        Raises:
            SandboxError: a tool of util-linux is missing, or no process can be started.
        """
        self._prlimit = need("prlimit")
        self._start = (need("setpriv"), "--pdeathsig=KILL", "--")  # it ends when halo-forge is killed
        self._cancel = cancel
        become_subreaper()
        self._guard = Guard()

    def run(self, command: Command) -> Execution:
        """Run `command`; see `Sandbox.run`."""
        mark = self._guard.job_mark()
        with contextlib.ExitStack() as stack:
            try:
                home = stack.enter_context(
                    tempfile.TemporaryDirectory(prefix="halo-forge-", ignore_cleanup_errors=True)
                )
                fds = Descriptors(command, stack)
                _write_files(command, Path(home))
            except OSError as error:
                raise JudgeError(f"a temporary directory cannot be made: {error.strerror}") from error
            stack.callback(_end_marked, mark)
            spawn = Spawn(
                argv=[*self._start, *self._limits(command), *fds.argv], pass_fds=fds.inherited, cwd=home,
                env=_environment(command, home, mark),
            )  # fmt: skip
            seen = supervise(Job(spawn, command.limits, command.stdin, self._cancel))
            return _execution(seen, fds.result())

    def _limits(self, command: Command) -> Iterator[str]:
        others = proc.threads_of(os.getuid())  # the kernel counts all processes of the user
        return prlimit_words(self._prlimit, rlimits(command.limits, others + command.limits.processes))

    def close(self) -> None:
        """Send the guard away."""
        self._guard.close()


def _environment(command: Command, home: str, mark: str) -> dict[str, str]:
    return {"PATH": _PATH, "HOME": home, "TMPDIR": home, "LC_ALL": "C.UTF-8", **command.env, MARK: mark}


def _write_files(command: Command, home: Path) -> None:
    for name, content in command.files.items():
        target = home / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o555)


def _end_marked(mark: str) -> None:
    """End what left its session: every process of ours that still carries the job's mark in its environment.

    Raises:
        JudgeError: the processes of this machine can't be listed.
    """
    for _ in range(_ROUNDS):
        try:
            marked = end_marked(f"{MARK}={mark}")
        except OSError as error:
            raise JudgeError(f"what a program left behind can't be found: {error.strerror}") from error
        for pid in marked:
            with contextlib.suppress(ChildProcessError):  # not an orphan, but the child of another one of them
                os.waitpid(pid, 0)
        if not marked:
            break
    reap_strays()


def _execution(seen: Observed, result: bytes) -> Execution:
    signalled = seen.status < 0
    return seen.execution(
        exit_code=None if seen.killed_by else seen.status if not signalled else 128 - seen.status,
        signal=-seen.status if signalled and not seen.killed_by else None,
        result=result,
    )
