"""What measuring costs: processor time of the sampler's thread, alone and beside many processes and threads.

    python benchmarks/hardware.py >>benchmarks/RESULTS.md

Limits: reading GPUs costs what their driver takes, so on a machine without one this is the rest.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from machine import measured_on

from halo_forge.cli.measuring import measuring
from halo_forge.store import RunStore

MOST_PCT = 1.0  # of one processor


@contextmanager
def company(processes: int, threads: int) -> Iterator[None]:
    """Processes and threads that do nothing but have to be looked at."""
    over = threading.Event()
    sleepers = [subprocess.Popen(["sleep", "1000000"]) for _ in range(processes)]
    idle = [threading.Thread(target=over.wait) for _ in range(threads)]
    for thread in idle:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for sleeper in sleepers:
            sleeper.kill()
            sleeper.wait()


def cost_pct(seconds: float) -> tuple[float, float]:
    """Processor time of the sampler's thread by wall time, in percent, and how often it looked a minute."""
    with TemporaryDirectory() as folder, RunStore.open(Path(folder, "x.json"), {"a": 1}) as store:
        with measuring(store, wanted=True):
            (thread,) = (thread for thread in threading.enumerate() if thread.name == "hardware")
            started, before_s = time.monotonic(), _cpu_s(thread)
            time.sleep(seconds)
            used_s, wall_s = _cpu_s(thread) - before_s, time.monotonic() - started
        looks = len(store.read_measured()[-1]["slices"])
    return 100 * used_s / wall_s, 60 * looks / wall_s


def _cpu_s(thread: threading.Thread) -> float:
    return next(t.user_time + t.system_time for t in psutil.Process().threads() if t.id == thread.native_id)


def main() -> int:
    """Measure and print a section of RESULTS.md; the status says whether the goal was met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    seconds = parser.parse_args().seconds
    print("## What hardware metrics cost\n")
    print(f"{measured_on(os.getloadavg()[0])}\n")
    print(f"`python benchmarks/hardware.py`: processor time of the sampler's thread over {seconds:.0f} s, keeping what")
    print(f"it measured included; the goal is under {MOST_PCT:g}% of one processor.\n")
    print("| beside | % of one processor | looks a minute |\n|---|---|---|")
    worst = 0.0
    for processes, threads in ((0, 0), (64, 64), (1000, 500)):
        with company(processes, threads):
            pct, looks = cost_pct(seconds)
        worst = max(worst, pct)
        print(f"| {processes} processes, {threads} threads | {pct:.2f} | {looks:.0f} |", flush=True)
    print()
    return int(worst >= MOST_PCT)


if __name__ == "__main__":
    sys.exit(main())
