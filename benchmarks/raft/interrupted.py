"""Does a run that is killed end where an undisturbed one does?

    python benchmarks/raft/interrupted.py UNDISTURBED KILLED --kills 3 --seed 0 -- OPTIONS OF BENCHMARK FULL

runs ``benchmark full`` to its end in the directory UNDISTURBED (nothing is done where it is complete), and then in
KILLED, where it is killed (SIGKILL) at random moments of the time that the first one took. Prints a Markdown table of
what is the same.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("undisturbed", type=Path)
    parser.add_argument("killed", type=Path)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("options", nargs="*")
    given = parser.parse_intermixed_args()  # the options of the command come last, and begin with a dash
    command = [sys.executable, "-m", "halo_forge", "benchmark", "full", *given.options, "--output"]
    started = time.monotonic()
    subprocess.run([*command, str(given.undisturbed)], check=True)
    took = max(time.monotonic() - started, _read(given.undisturbed / "summary.json")["seconds"])
    draw = random.Random(given.seed)
    moments = sorted(draw.uniform(0, took) for _ in range(given.kills))
    for before, moment in zip([0.0, *moments], moments, strict=False):
        _killed_after(moment - before, [*command, str(given.killed)])
    subprocess.run([*command, str(given.killed)], check=True)
    _report(given.undisturbed, given.killed, moments)


def _killed_after(seconds: float, command: list[str]) -> None:
    with subprocess.Popen(command, start_new_session=True) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)  # what it started ends with it


def _report(undisturbed: Path, killed: Path, moments: list[float]) -> None:
    print(f"killed after {', '.join(f'{moment:.0f}' for moment in moments)} s;", end=" ")
    print(f"the summary says resumed: {_read(killed / 'summary.json')['resumed']}\n")
    print("| what | the same |\n|---|---|")
    for selection in sorted(undisturbed.glob("*/selection.json")):
        other = killed / selection.relative_to(undisturbed)
        print(f"| {selection.relative_to(undisturbed)} | {selection.read_bytes() == other.read_bytes()} |")
    for result in sorted(undisturbed.rglob("*.samples.jsonl")):
        other = killed / result.relative_to(undisturbed)
        print(f"| texts and verdicts of {result.relative_to(undisturbed)} | {_texts(result) == _texts(other)} |")
    for figures in sorted(undisturbed.glob("*/training.json")):
        losses = [
            [step["loss"] for step in _read(place)["steps"]]
            for place in (figures, killed / figures.relative_to(undisturbed))
        ]
        print(f"| losses of {figures.relative_to(undisturbed)} | {losses[0] == losses[1]} |")


def _texts(samples: Path) -> list[tuple[Any, ...]]:
    lines = map(json.loads, samples.read_text().splitlines())
    return sorted((line["problem_id"], line["index"], line["text"], line["outcome"]) for line in lines)


def _read(path: Path) -> Any:
    return json.loads(path.read_bytes())


if __name__ == "__main__":
    main()
