"""A program that waits for a processor is spared the wall limit, and can make nothing of it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from halo_forge.errors import JudgeError
from halo_forge.sandbox import proc
from halo_forge.sandbox.supervise import is_late

BUSY = """
import os
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
while True:
    pass
"""
HERD = """
import os, time
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
for _ in range(20):
    if os.fork() == 0:
        while time.process_time() < 0.05:
            pass
        print(flush=True)
        time.sleep(1000)
time.sleep(1000)
"""


def test_no_more_is_waited_than_time_goes_by() -> None:
    """Twenty processes that are in each other's way wait twenty seconds a second, taken together."""
    started = time.monotonic()
    herd = subprocess.Popen([sys.executable, "-c", HERD], stdout=subprocess.PIPE, start_new_session=True)
    try:
        assert herd.stdout is not None
        for _ in range(20):
            herd.stdout.readline()
        meter = proc.WaitMeter()
        for _ in range(2):
            meter.look(proc.tree(herd.pid))
            assert 0 < meter.longest_s <= time.monotonic() - started
    finally:
        os.killpg(herd.pid, 9)
        herd.wait()
        herd.stdout.close()


def test_what_a_process_waited_that_has_ended_counts() -> None:
    """As in a script, or when a compiler's driver starts one program after another."""
    meter = proc.WaitMeter()
    with contextlib.ExitStack() as stack:
        stack.enter_context(busy())
        started = time.monotonic()
        for round_ in (1, 2, 3):
            with busy() as pid:
                while meter.longest_s < round_ * 0.05:
                    meter.look([pid])
        assert meter.longest_s <= time.monotonic() - started


def test_what_a_process_that_joined_had_used_and_waited_before_does_not_count() -> None:
    with busy() as pid, busy():
        while time_of(pid) < 0.2:
            time.sleep(0.01)
        meter, waits = proc.TreeMeter(), proc.WaitMeter()
        looked = time.monotonic()
        assert meter.look([], [pid]).cpu_s <= 0.05 + time.monotonic() - looked  # it goes on between two reads
        waits.look([pid], [pid])
        assert waits.longest_s == pytest.approx(0.0, abs=1e-6)
        while meter.look([], [pid]).cpu_s < 0.1:
            time.sleep(0.01)
        waits.look([pid], [pid])
        assert waits.longest_s > 0
        assert meter.look([], [pid]).rss_mb > 1


def time_of(pid: int) -> float:
    """What a process has used so far, in seconds."""
    found = proc.stat(pid)
    assert found is not None
    return found.own_s


@contextlib.contextmanager
def busy() -> Iterator[int]:
    """A process that never has enough of one certain processor."""
    process = subprocess.Popen([sys.executable, "-c", BUSY], start_new_session=True)
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


def test_sleeping_is_late() -> None:
    assert is_late(wall_s=6.1, kept_waiting_s=0.0, limit_s=6.0)


def test_waiting_for_a_processor_is_not() -> None:
    assert not is_late(wall_s=100.0, kept_waiting_s=95.0, limit_s=6.0)


def test_waiting_for_ever_is_a_fault_of_the_machine() -> None:
    with pytest.raises(JudgeError, match="got no processor for 178 of 181 s"):
        is_late(wall_s=181.0, kept_waiting_s=178.0, limit_s=6.0)
