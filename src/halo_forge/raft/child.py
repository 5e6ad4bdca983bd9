"""The processes that do the phases: started, listened to, stopped with us.

A process for each phase gives all memory back between generating and training. It gets Ctrl-C from us alone, once, so
that it stops as if it had been started by hand, and not before it is ready to stop: it begins with that signal blocked,
else Python would end in the middle of an import, or while it ends, and say so at length. And the system ends it when we
are killed, so that nobody holds a run's lock when the same command is given again.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from halo_forge.errors import Cancelled
from halo_forge.models.openmp import wait_briefly

_BEAT_S = 0.2
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def run(arguments: Sequence[str], cancel: threading.Event) -> int:
    """``python -m`` with `arguments`; it shares our standard error, and says nothing on standard output.

    It is to unblock SIGINT once it can heed it.

    Returns:
        its exit status.

    Raises:
        Cancelled: `cancel` was set, and it has ended.
    """
    with _started(arguments, subprocess.DEVNULL) as process:
        return _wait(process, cancel)


def listen(
    arguments: Sequence[str], cancel: threading.Event, hear: Callable[[str], None], log: int,
) -> int:  # fmt: skip
    """The same with each line of its standard output going to `hear`, and its standard error to the file `log`.

    It never hears of Ctrl-C.

    Raises:
        Cancelled: as `run`; it is ended at once, because what it does cannot be gone on with.
    """
    with _started(arguments, subprocess.PIPE, log) as process:
        assert process.stdout is not None
        stopper = threading.Thread(target=_kill_on, args=(process, cancel), daemon=True)
        stopper.start()
        for line in process.stdout:
            hear(line)
        status = process.wait()
        stopper.join()
    if cancel.is_set():
        raise Cancelled("stopped")
    return status


@contextlib.contextmanager
def _started(
    arguments: Sequence[str], stdout: int, stderr: int | None = None
) -> Iterator[subprocess.Popen[str]]:  # fmt: skip
    wait_briefly()
    with subprocess.Popen(
        [sys.executable, "-P", "-m", *arguments], stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, text=True,
        start_new_session=True, preexec_fn=partial(_begin, os.getpid()),
    ) as process:  # fmt: skip
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def _begin(parent: int) -> None:
    """In the child: end with the parent, and hold Ctrl-C back."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it was killed before that
        os._exit(1)


def _wait(process: subprocess.Popen[str], cancel: threading.Event) -> int:
    told = False
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = process.wait(_BEAT_S)
            if cancel.is_set():
                raise Cancelled("stopped")
            return status
        if cancel.is_set() and not told:
            told = True
            process.send_signal(signal.SIGINT)


def _kill_on(process: subprocess.Popen[str], cancel: threading.Event) -> None:
    while process.poll() is None:
        if cancel.wait(_BEAT_S):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            return
