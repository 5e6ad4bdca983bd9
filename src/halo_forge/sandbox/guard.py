"""What ends the processes of a sandbox when halo-forge itself was killed and can't do it any more.

bwrap ends with its parent, but not before it has asked the kernel for that; and while it still sets things up, its own
child would wait for it for ever. A program without a sandbox may have left its parent behind. So a small process of
ours stands by (`halo_forge.sandbox.sweep`). It waits for the end of a pipe whose other end only halo-forge has, and
then ends whatever carries the sandbox's mark in its environment.

Limits: what emptied its environment, or became another user's, is not found. Whoever kills this process too is left
with what bwrap does by itself.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import sys

from halo_forge.errors import SandboxError
from halo_forge.sandbox import sweep

MARK = "HALO_FORGE_JOB"
"""The variable that marks the processes of a sandbox."""


class Guard:
    """The process that stands by for one sandbox, until `close`.

    Attributes:
        mark: the value of `MARK` in the environment of everything that belongs to the sandbox.
    """

    def __init__(self) -> None:
        """Start it.

        Raises:
            SandboxError: no process can be started.
        """
        self.mark = secrets.token_hex(8)
        self._owner = os.getpid()
        words = [sys.executable, "-I", "-S", sweep.__file__, f"{MARK}={self.mark}"]
        try:
            self._process = subprocess.Popen(
                words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
                start_new_session=True,  # Ctrl-C is not for it
            )  # fmt: skip
        except OSError as error:
            raise SandboxError(f"{sys.executable} can't be started beside halo-forge: {error.strerror}") from error

    def job_mark(self) -> str:
        """A value of `MARK` for one job, found by the sandbox's mark too. None is the beginning of another."""
        return self.mark + secrets.token_hex(4)

    def close(self) -> None:
        """Send it away: everything was ended properly. May be called twice."""
        stdin = self._process.stdin
        if stdin is None or stdin.closed or os.getpid() != self._owner:
            return
        with contextlib.suppress(BrokenPipeError):  # somebody killed it
            stdin.write(b".")
            stdin.flush()
        with contextlib.suppress(BrokenPipeError):
            stdin.close()
        self._process.wait()
