"""No wall, only limits: for machines where no sandbox works and the user insists (``--unsafe``).

A program runs as the user, with the user's files and network. Time, memory and output are bounded and its processes are
ended, but it can read, write and send whatever the user can. Results say so (`Tier.UNSAFE`).
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import tempfile
import threading
from pathlib import Path

from halo_forge.sandbox.base import WORKDIR, Command, Tier
from halo_forge.sandbox.inherit import Descriptors, need, rlimits
from halo_forge.sandbox.supervise import Observed, become_subreaper, supervise
from halo_forge.types import Execution

_MARK = "HALO_FORGE_JOB"
_PATH = "/usr/local/bin:/usr/bin:/bin"


class UnsafeSandbox:
    """Runs each command in a temporary directory, under limits."""

    tier = Tier.UNSAFE
    description = "NO SANDBOX: programs run with your own rights (--unsafe)"

    def __init__(self, cancel: threading.Event | None = None) -> None:
        """Once `cancel` is set, `run` ends what it runs and raises `Cancelled`.

        Raises:
            SandboxError: prlimit is missing.
        """
        self._prlimit = need("prlimit")
        self._cancel = cancel
        become_subreaper()

    def run(self, command: Command) -> Execution:
        """Run `command`; see `Sandbox.run`."""
        mark = f"{_MARK}={secrets.token_hex(8)}"
        with contextlib.ExitStack() as stack:
            home = stack.enter_context(tempfile.TemporaryDirectory(prefix="halo-forge-", ignore_cleanup_errors=True))
            stack.callback(_end_marked, mark.encode())
            fds = Descriptors(command, stack)
            for name, content in command.files.items():
                target = Path(home, name)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
                target.chmod(0o555)
            argv = [word.replace(f"{WORKDIR}/", f"{home}/") for word in fds.argv]
            seen = supervise(
                [*rlimits(self._prlimit, command.limits), *argv], limits=command.limits, stdin=command.stdin,
                pass_fds=fds.inherited, cwd=home, env=_environment(command, home, mark),
                cancel=self._cancel,
            )  # fmt: skip
            return _execution(seen, fds.result())

    def close(self) -> None:
        """Nothing is held."""


def _environment(command: Command, home: str, mark: str) -> dict[str, str]:
    name, value = mark.split("=")
    return {"PATH": _PATH, "HOME": home, "TMPDIR": home, "LC_ALL": "C.UTF-8", **command.env, name: value}


def _end_marked(mark: bytes) -> None:
    """End what left its session: every process of ours that still carries the job's mark in its environment."""
    for entry in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if entry.isdigit() and mark in Path("/proc", entry, "environ").read_bytes():
                os.kill(int(entry), signal.SIGKILL)


def _execution(seen: Observed, result: bytes) -> Execution:
    signalled = seen.status < 0
    return Execution(
        exit_code=None if seen.killed_by else seen.status if not signalled else 128 - seen.status,
        signal=-seen.status if signalled and not seen.killed_by else None,
        stdout=seen.stdout,
        stderr=seen.stderr,
        cpu_s=seen.cpu_s,
        wall_s=seen.wall_s,
        peak_rss_mb=seen.peak_rss_mb,
        killed_by=seen.killed_by,
        truncated=seen.truncated,
        kept_waiting_s=seen.kept_waiting_s,
        result=result,
    )
