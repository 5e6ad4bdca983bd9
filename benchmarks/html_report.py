"""How long does `benchmark report` take, and how long does its page take to open? HumanEval with 20 samples by default.

Two runs are written as the store writes them, with answers made from the reference solutions: some whole, some with a
line changed or missing, with the verdicts that such answers get. The times are those of the whole process, and in
headless Chromium from the navigation to a list that can be used.

    python benchmarks/html_report.py >>benchmarks/RESULTS.md
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from machine import measured_on

from halo_forge.problems import ProblemSet, load_problems
from halo_forge.problems.kept import kept
from halo_forge.report.result import to_json
from halo_forge.store import RunStore, Times
from halo_forge.summary import summarize
from halo_forge.types import FinishReason, Outcome, Problem, Sample, SampleForm, Verdict

WRITE_GOAL_S, OPEN_GOAL_S = 5.0, 2.0
_FAILURES = {
    Outcome.WRONG_ANSWER: "assert candidate(1, 2) == 3\nAssertionError: got 4",
    Outcome.RUNTIME_ERROR: "IndexError: list index out of range\n  line 7, in solution",
    Outcome.TIME_LIMIT: "used more than 5 s of CPU time",
    Outcome.COMPILE_ERROR: "SyntaxError: invalid syntax (line 9)",
    Outcome.NO_CODE: "there is no code in the answer",
}


def main() -> int:
    """Measure, print a section, and fail where something took too long."""
    options = _options()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "report.html")
        files = make_runs(Path(folder), options.samples)
        whole = [_write(files[:1], page) for _ in range(options.repeat)]
        opened, size = _open(page, options.repeat), page.stat().st_size
        both = _write(files, page)
    print("\n## The HTML report\n")
    print(f"{measured_on(load)}\n")
    print(
        f"`python benchmarks/html_report.py`: {164 * options.samples} samples. "
        f"Written, the whole process: {min(whole):.1f} s (at most {max(whole):.1f} s of {options.repeat}; "
        f"the goal is {WRITE_GOAL_S:.0f} s), {size / 1e6:.1f} MB; "
        f"opened in Chromium: {min(opened):.2f} s (at most {max(opened):.2f} s; the goal is {OPEN_GOAL_S:.0f} s). "
        f"Two results side by side: {both:.1f} s."
    )
    return int(min(whole) > WRITE_GOAL_S or min(opened) > OPEN_GOAL_S)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=20)
    parser.add_argument("--repeat", type=int, default=5)
    return parser.parse_args()


def make_runs(folder: Path, samples: int) -> list[Path]:
    """Two runs in `folder`; their result files."""
    problems = load_problems("humaneval", None)
    return [_run(folder / f"{name}.json", problems, samples, skill) for name, skill in (("base", 0.4), ("tuned", 0.55))]


def _run(place: Path, problems: ProblemSet, samples: int, skill: float) -> Path:
    rng = random.Random(place.name)
    settings = {
        "model": {"name": place.stem, "engine": "scripted"},
        "verifier": "auto",
        "problems": {"name": "humaneval", "languages": ["python"]},
        "sandbox": {"tier": "strict"},
        "limits": {"cpu_s": 5.0, "memory_mb": 512},
        "sampling": {"temperature": 0.7, "max_tokens": 512, "seed": 0},
    }
    with RunStore.open(place, settings) as store:
        for sample, verdict, times in _answers(problems, samples, skill, rng):
            store.add_judged(sample, verdict, times)
        report = summarize(problems, store.read_judged(), (1, 5, 10), settings, samples * len(problems.problems))
        store.write_problems(kept(problem) for problem in problems.problems)
        store.write_result(to_json(report))
    return place


def _answers(
    problems: ProblemSet, samples: int, skill: float, rng: random.Random
) -> Iterator[tuple[Sample, Verdict, Times]]:
    at = 0.0
    for problem in problems.problems:
        rate = rng.betavariate(2 * skill, 2 * (1 - skill))
        for index in range(samples):
            outcome = Outcome.ACCEPTED if rng.random() < rate else rng.choices(list(_FAILURES), (60, 20, 5, 10, 5))[0]
            text = _text(problem, outcome, rng)
            at += 0.2
            sample = Sample(
                problem.id, index, text, SampleForm.COMPLETION, FinishReason.STOP, len(text) // 3, 120, seed=index
            )
            verdict = Verdict(
                problem.id, index, outcome, compiled=outcome not in (Outcome.COMPILE_ERROR, Outcome.NO_CODE),
                tests_passed=int(outcome is Outcome.ACCEPTED), tests_total=1, detail=_FAILURES.get(outcome, ""),
                cpu_s=rng.lognormvariate(-3, 1), wall_s=rng.lognormvariate(-2, 1),
            )  # fmt: skip
            yield sample, verdict, Times(at, at + 1, at + 1, at + 2)


def _text(problem: Problem, outcome: Outcome, rng: random.Random) -> str:
    lines = (problem.solution or "").splitlines()
    if outcome is not Outcome.ACCEPTED and lines:
        place = rng.randrange(len(lines))
        lines[place : place + 1] = rng.choice(
            ([], [f"    x = {rng.random()}  # not what it was"], [lines[place] + ")"])
        )
    return "\n".join([*lines, f"    # variant {rng.randrange(10**9)}"])


def _write(files: list[Path], page: Path) -> float:
    began = time.perf_counter()
    command = [sys.executable, "-m", "halo_forge", "benchmark", "report", *map(str, files), "--html", str(page)]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def _open(page: Path, repeat: int) -> list[float]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        seconds = []
        for _ in range(repeat):
            tab = browser.new_page()
            began = time.perf_counter()
            tab.goto(page.as_uri())
            tab.locator("html[data-ready]").wait_for(state="attached")
            seconds.append(time.perf_counter() - began)
            tab.close()
        browser.close()
    return seconds


if __name__ == "__main__":
    sys.exit(main())
