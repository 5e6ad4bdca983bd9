"""What 100,000 samples cost `benchmark score` itself: memory, seconds until a stopped run goes on, seconds of metrics.

    python benchmarks/scale.py >>benchmarks/RESULTS.md

Two files of the same size are scored by the real command line. In one every program is another one, and a plug-in that
only looks at them stands in for the judge, so that what is measured is everything around judging. In the other each
problem has one program, many times over, and the real sandbox judges it.

Limits: the memory is that of the command's own process, without the programs that it runs. Programs are short; the
texts of samples are never held, but one line of a file is, whatever its length.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from halo_forge import __version__
from halo_forge.benchmark import default_workers
from halo_forge.metrics import mean_g_pass_at_k, mean_pass_at_k, mean_pass_hat_k, mean_rate

METRICS_SAMPLES = 1_000_000
MOST_MB, MOST_RESUME_S, MOST_METRICS_S = 300, 2.0, 2.0
LEFT = 1_000  # samples that the stopped run has not judged
LOOK_S = 0.005
ANSWER = """Here is a function that does it:

```python
def solve(x):
    \"\"\"Add {problem} to x.\"\"\"
    # {remark}
    total = x
    for _ in range({problem}):
        total += 1
    return total
```

It adds 1 as often as it has to.
"""
PLUGIN = '''
from halo_forge.types import Language, Outcome, Verdict


class Looks:
    """Looks at the text and nothing else."""

    name = "looks"
    languages = frozenset({Language.PYTHON})
    by_program = True

    def __init__(self, workshop):
        pass

    def prepare(self, languages):
        return {}

    def verify(self, problem, sample):
        right = "return" in sample.text
        return Verdict(problem.id, sample.index, Outcome.ACCEPTED if right else Outcome.WRONG_ANSWER, compiled=True)
'''


@dataclass(frozen=True)
class Scored:
    """One run of the command.

    Attributes:
        peak_mb: largest resident size of its process (MiB).
        first_s: from its start to the first verdict that it kept.
        first_cpu_s: processor time of its process until then, which a busy machine does not change so much.
    """

    seconds: float
    peak_mb: float
    first_s: float
    first_cpu_s: float


@dataclass(frozen=True)
class Place:
    """A directory with problems, samples, and the plug-in as pip would leave it."""

    directory: Path

    def fill(self, problems: int, samples: int) -> None:
        """Write everything."""
        site = self.directory / "site"
        info = site / "looks-1.dist-info"
        info.mkdir(parents=True)
        (site / "looks.py").write_text(PLUGIN)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: looks\nVersion: 1\n")
        (info / "entry_points.txt").write_text("[halo_forge.verifiers]\nlooks = looks:Looks\n")
        _write(self.directory / "problems.jsonl", (_problem(number) for number in range(problems)))
        for name, alike in (("distinct", False), ("alike", True)):
            lines = (_sample(number, 0 if alike else index) for number in range(problems) for index in range(samples))
            _write(self.directory / f"{name}.jsonl", lines)

    def score(self, name: str, verifier: str) -> Scored:
        """Score a file, or go on with it."""
        lines = self.directory / f"{name}.result.samples.jsonl"
        before = lines.stat().st_size if lines.exists() else 0
        command = [
            sys.executable, "-m", "halo_forge", "benchmark", "score", f"{name}.jsonl", "--prompts", "problems.jsonl",
            "--verifier", verifier, "--output", f"{name}.result.json",
        ]  # fmt: skip
        paths = [str(self.directory / "site"), os.environ.get("PYTHONPATH", "")]
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
        began = time.perf_counter()
        with (self.directory / f"{name}.log").open("w") as log:
            process = subprocess.Popen(command, cwd=self.directory, env=env, stdout=log, stderr=log)
            first_s, first_cpu_s, peak_mb = None, 0.0, 0.0
            while process.poll() is None:
                peak_mb = max(peak_mb, _peak_mb(process.pid))
                if first_s is None and lines.exists() and lines.stat().st_size > before:
                    first_s, first_cpu_s = time.perf_counter() - began, _cpu_s(process.pid)
                time.sleep(LOOK_S)
        if process.returncode != 0 or first_s is None:
            sys.exit((self.directory / f"{name}.log").read_text())
        return Scored(time.perf_counter() - began, peak_mb, first_s, first_cpu_s)

    def stop_before_the_end(self, name: str) -> None:
        """Leave what a run leaves that was killed before its last samples."""
        path = self.directory / f"{name}.result.samples.jsonl"
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join(lines[:-LEFT]))
        path.with_name(f"{name}.result.json").unlink()


def _write(path: Path, lines: Iterator[dict[str, str]]) -> None:
    with path.open("w") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)


def _problem(number: int) -> dict[str, str]:
    return {
        "id": f"add/{number}",
        "prompt": f"Write solve(x), which adds {number} to x.",
        "language": "python",
        "tests": f"assert solve(1) == {number + 1}\nassert solve(0) == {number}",
        "entry_point": "solve",
    }


def _sample(number: int, index: int) -> dict[str, str]:
    return {"task_id": f"add/{number}", "solution": ANSWER.format(problem=number, remark=f"try {index}")}


def _peak_mb(pid: int) -> float:
    """0 when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)


def _cpu_s(pid: int) -> float:
    """User and system seconds of a process, without those of its children."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def metrics_s(problems: int) -> float:
    """Seconds of every metric of a report, of a million samples of so many problems."""
    n = METRICS_SAMPLES // problems
    counts = [(n, number * 7919 % (n + 1)) for number in range(problems)]
    began = time.perf_counter()
    mean_rate(counts)
    for k in (k for k in (1, 10, 100) if k <= n):
        mean_pass_at_k(counts, k)
        mean_pass_hat_k(counts, k)
        mean_g_pass_at_k(counts, k, 0.5)
    return time.perf_counter() - began


def main() -> None:
    """Measure, and print a section of Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--problems", type=int, default=1_000)
    parser.add_argument("--samples", type=int, default=100, help="of each problem")
    options = parser.parse_args()
    total, load = options.problems * options.samples, os.getloadavg()[0]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder))
        place.fill(options.problems, options.samples)
        for name, verifier, words in (
            ("distinct", "looks", "all distinct, a judge that only looks"),
            ("alike", "auto", f"{options.problems} distinct, the real sandbox"),
        ):
            whole = place.score(name, verifier)
            place.stop_before_the_end(name)
            rest = place.score(name, verifier)
            rows.append((words, whole, rest))
    print(f"\n## {total} samples\n\n{date.today()} · {default_workers()} processors · Linux {platform.release()} · "
          f"Python {platform.python_version()} · halo-forge {__version__} · load average when it began {load:.1f}\n\n"
          f"`python benchmarks/scale.py --problems {options.problems} --samples {options.samples}`. Memory is the "
          f"largest resident size of the command's own process; the goal is {MOST_MB} MB. Going on is from the start "
          f"of the command, with {total - LEFT} samples judged, to the first new verdict; the goal is "
          f"{MOST_RESUME_S:g} s.\n")  # fmt: skip
    print("| programs | whole run, s | samples/s | peak memory, MB | going on, s (processor, s) | peak memory, MB |")
    print("|---|---|---|---|---|---|")
    for words, whole, rest in rows:
        print(f"| {words} | {whole.seconds:.0f} | {total / whole.seconds:.0f} | {whole.peak_mb:.0f} "
              f"| {rest.first_s:.2f} ({rest.first_cpu_s:.2f}) | {rest.peak_mb:.0f} |")  # fmt: skip
    seconds = {problems: metrics_s(problems) for problems in (1_000, 100_000, 1_000_000)}
    listed = ", ".join(f"{taken:.2f} s of {problems} problems" for problems, taken in seconds.items())
    print(f"\nMetrics (pass@k, pass^k and G-Pass@k for k = 1, 10, 100, and a rate, with their intervals) of "
          f"{METRICS_SAMPLES} samples: {listed}; the goal is {MOST_METRICS_S:g} s.")  # fmt: skip


if __name__ == "__main__":
    main()
