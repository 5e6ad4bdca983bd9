"""A program that waits for a processor is spared the wall limit, and can make nothing of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from halo_forge.errors import JudgeError
from halo_forge.sandbox import proc
from halo_forge.sandbox.supervise import is_late

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
        waited_s = proc.waited_for_cpu_s(herd.pid)
        assert 0 < waited_s <= time.monotonic() - started
    finally:
        os.killpg(herd.pid, 9)
        herd.wait()
        herd.stdout.close()


def test_sleeping_is_late() -> None:
    assert is_late(wall_s=6.1, kept_waiting_s=0.0, limit_s=6.0)


def test_waiting_for_a_processor_is_not() -> None:
    assert not is_late(wall_s=100.0, kept_waiting_s=95.0, limit_s=6.0)


def test_waiting_for_ever_is_a_fault_of_the_machine() -> None:
    with pytest.raises(JudgeError, match="got no processor for 178 of 181 s"):
        is_late(wall_s=181.0, kept_waiting_s=178.0, limit_s=6.0)
