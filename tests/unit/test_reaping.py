"""How a process ended and what it had used, as Python's own functions say it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest

from halo_forge.sandbox.zygote.reaping import code_of, ended


def _forked(act: Callable[[], object]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            act()
        finally:
            os._exit(0)
    return pid


@pytest.mark.parametrize("code", [0, 1, 127, 255])
def test_an_exit_code(code: int) -> None:
    assert ended(_forked(lambda: os._exit(code)))[0] == code


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGUSR1])
def test_a_signal(number: signal.Signals) -> None:
    assert ended(_forked(lambda: os.kill(os.getpid(), number)))[0] == -number


def test_what_it_had_used() -> None:
    def work() -> None:
        kept = b"x" * (64 << 20)
        until = time.process_time() + 0.2
        while time.process_time() < until:
            kept[::4096]

    _, cpu_us, peak_kib = ended(_forked(work))
    assert 200_000 <= cpu_us < 5_000_000
    assert peak_kib > 64 << 10


def test_there_is_none() -> None:
    with pytest.raises(ChildProcessError):
        ended(os.getpid())


@pytest.mark.parametrize("status", [0, 256, 9, 139, 15, 65280])
def test_a_status(status: int) -> None:
    assert code_of(status) == os.waitstatus_to_exitcode(status)
