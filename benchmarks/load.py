"""Do verdicts hold on a busy machine? The same samples judged on an idle one and beside busy processes.

Half of the samples are Python, half C++. Each does a fixed amount of work, worked out beforehand on this machine: most
of them a share of the time limit that must pass, every tenth clearly more than the limit. A verdict that is not the
same both times is a flip, and there must be none.

    python benchmarks/load.py >>benchmarks/RESULTS.md

Limits: work is measured in CPU time, and processors that share a core, a cache or a frequency make the same work take
more of it; how much more is what the last column says.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from machine import measured_on

from halo_forge.benchmark import default_workers, judge
from halo_forge.sandbox.base import Sandbox
from halo_forge.sandbox.bubblewrap import find_bwrap, version
from halo_forge.sandbox.registry import open_sandbox
from halo_forge.types import Case, Language, LimitOverrides, Limits, Outcome, Problem, Sample, Verdict
from halo_forge.verifiers.base import Verifier, Workshop
from halo_forge.verifiers.registry import open_verifier

PYTHON = """
x = 1
for _ in range({rounds}):
    x = (x * 48271) % 2147483647
print("done", x > 0)
"""
CPP = """
#include <cstdio>
int main() {{
    unsigned long long x = 1;
    for (unsigned long long i = 0; i < {rounds}ULL; i++) x = (x * 48271) % 2147483647;
    std::printf("done %s\\n", x > 0 ? "True" : "False");
}}
"""
SOURCES = {Language.PYTHON: PYTHON, Language.CPP: CPP}
TRIALS = {Language.PYTHON: (100_000, 3_000_000), Language.CPP: (1_000_000, 100_000_000)}
OVER_EVERY = 10  # one in so many uses more than it may
CALIBRATIONS = 3
BUSY = "while True: pass"


@dataclass(frozen=True)
class Plan:
    """What is to be judged.

    Attributes:
        limit_s: CPU time that a program may use.
        honest: least and most share of the limit that the programs use that must pass.
        over: the same of those that must not.
    """

    samples: int
    limit_s: float
    honest: tuple[float, float] = (0.05, 0.7)
    over: tuple[float, float] = (1.3, 2.0)


@dataclass(frozen=True)
class Task:
    """One sample, the share of the limit that it uses, and what it must get."""

    problem: Problem
    sample: Sample
    share: float
    expected: Outcome


@dataclass(frozen=True)
class Cost:
    """CPU seconds of a program: at its start, and for each round."""

    start_s: float
    round_s: float

    def rounds(self, seconds: float) -> int:
        """How many of them take so long."""
        return max(1, int((seconds - self.start_s) / self.round_s))


def cost(verifier: Verifier, language: Language) -> Cost:
    """Measured, with as many programs at once as a run judges."""
    few, many = TRIALS[language]
    short = statistics.median(_trials(verifier, language, few))
    long = statistics.median(_trials(verifier, language, many))
    round_s = (long - short) / (many - few)
    return Cost(short - few * round_s, round_s)


def _trials(verifier: Verifier, language: Language, rounds: int) -> list[float]:
    problem = Problem("trial", "", language, cases=(Case("", "done True\n"),))
    sample = Sample("trial", 0, SOURCES[language].format(rounds=rounds))
    with ThreadPoolExecutor(default_workers()) as pool:
        verdicts = list(pool.map(lambda _: judge(verifier, problem, sample), range(CALIBRATIONS * default_workers())))
    return [verdict.cpu_s for verdict in verdicts if verdict.passed and verdict.cpu_s is not None]


def tasks(plan: Plan, costs: dict[Language, Cost]) -> list[Task]:
    """The samples of a plan, their shares spread evenly."""
    over = [number for number in range(plan.samples) if number % OVER_EVERY == OVER_EVERY - 1]
    honest = [number for number in range(plan.samples) if number % OVER_EVERY != OVER_EVERY - 1]
    shares = {**_spread(honest, plan.honest), **_spread(over, plan.over)}
    return [_task(number, shares[number], plan, costs) for number in range(plan.samples)]


def _spread(numbers: list[int], ends: tuple[float, float]) -> dict[int, float]:
    steps = max(1, len(numbers) - 1)
    return {number: ends[0] + (ends[1] - ends[0]) * step / steps for step, number in enumerate(numbers)}


def _task(number: int, share: float, plan: Plan, costs: dict[Language, Cost]) -> Task:
    language = (Language.PYTHON, Language.CPP)[number % 2 ^ number // OVER_EVERY % 2]
    name = f"load-{number}"
    limits = LimitOverrides(cpu_s=plan.limit_s)
    rounds = costs[language].rounds(share * plan.limit_s)
    problem = Problem(name, "", language, cases=(Case("", "done True\n"),), limits=limits)
    expected = Outcome.ACCEPTED if share < 1 else Outcome.TIME_LIMIT
    return Task(problem, Sample(name, 0, SOURCES[language].format(rounds=rounds)), share, expected)


def verdicts(verifier: Verifier, todo: list[Task]) -> list[Verdict]:
    """As a run judges them: as many at once as there are processors."""
    with ThreadPoolExecutor(default_workers()) as pool:
        return list(pool.map(lambda task: judge(verifier, task.problem, task.sample), todo))


@contextlib.contextmanager
def busy(processes: int) -> Iterator[None]:
    """So many processes that do nothing but take processor time."""
    started = [subprocess.Popen([sys.executable, "-I", "-S", "-c", BUSY]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


@contextlib.contextmanager
def ready() -> Iterator[tuple[Sandbox, Verifier]]:
    """A sandbox, and a verifier that was tried."""
    with contextlib.closing(open_sandbox()) as sandbox:
        verifier = open_verifier("auto", Workshop(sandbox, Limits()))
        verifier.prepare(frozenset(SOURCES))
        yield sandbox, verifier


def flips(first: list[Verdict], second: list[Verdict]) -> list[str]:
    """The samples whose verdict was not the same both times."""
    pairs = zip(first, second, strict=True)
    return [f"{a.problem_id}: {a.outcome}, then {b.outcome}" for a, b in pairs if a.outcome is not b.outcome]


def wrong(todo: list[Task], found: list[Verdict]) -> list[str]:
    """The samples whose verdict is not what their work says."""
    pairs = zip(todo, found, strict=True)
    return [f"{v.problem_id} ({t.share:.0%}): {v.outcome}" for t, v in pairs if v.outcome is not t.expected]


def _timed(work: Callable[[], list[Verdict]]) -> tuple[list[Verdict], float]:
    started = time.monotonic()
    return work(), time.monotonic() - started


def _row(label: str, language: Language, chosen: list[tuple[float, float]]) -> str:
    """A line of the table; `chosen` are CPU seconds, idle and busy, of the same samples."""
    ratios = sorted(b / a for a, b in chosen)
    low, high = ratios[len(ratios) // 20], ratios[-1 - len(ratios) // 20]
    idle, loaded = (statistics.median(values) for values in zip(*chosen, strict=True))
    return (
        f"| {language.value} | {label} | {len(chosen)} | {idle:.3f} | {loaded:.3f} "
        f"| {statistics.median(ratios):.2f} ({low:.2f} to {high:.2f}, at most {ratios[-1]:.2f}) |"
    )


def _table(todo: list[Task], idle: list[Verdict], loaded: list[Verdict]) -> Iterator[str]:
    yield "| language | share of the limit | samples | idle, median s | busy, median s | busy / idle (5% to 95%) |"
    yield "|---|---|---|---|---|---|"
    for language in SOURCES:
        for low, high in ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 1.0), (1.0, 9.0)):
            chosen = [
                (a.cpu_s, b.cpu_s)
                for t, a, b in zip(todo, idle, loaded, strict=True)
                if t.problem.language is language and low <= t.share < high and a.cpu_s and b.cpu_s
            ]
            if chosen:
                yield _row(f"{low:.0%} to {high:.0%}" if high < 9 else "above 100%", language, chosen)


def _processor() -> str:
    with open("/proc/cpuinfo") as file:
        names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    return names[0] if names else platform.machine()


def main() -> None:
    """Judge, and print a section of Markdown."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--samples", type=int, default=500)
    options.add_argument("--limit", type=float, default=1.0, help="CPU seconds")
    options.add_argument("--busy", type=int, default=6, help="processes beside the judge")
    chosen = options.parse_args()
    plan = Plan(chosen.samples, chosen.limit)
    before = os.getloadavg()[0]
    with ready() as (sandbox, verifier):
        todo = tasks(plan, {language: cost(verifier, language) for language in SOURCES})
        idle, idle_s = _timed(lambda: verdicts(verifier, todo))
        with busy(chosen.busy):
            loaded, loaded_s = _timed(lambda: verdicts(verifier, todo))
        described = f"{version(find_bwrap())}, {sandbox.tier} sandbox, as {'root' if os.geteuid() == 0 else 'a user'}"
    lines = [
        "## Verdicts under load",
        "",
        measured_on(before, _processor(), described),
        "",
        f"`python benchmarks/load.py --samples {plan.samples} --limit {plan.limit_s:g} --busy {chosen.busy}`: "
        f"{default_workers()} judged at once; idle {idle_s:.0f} s, "
        f"beside {chosen.busy} busy processes {loaded_s:.0f} s. Seconds below are CPU time.",
        "",
        f"**{len(flips(idle, loaded))} flips**; wrong verdicts: {len(wrong(todo, idle))} idle, "
        f"{len(wrong(todo, loaded))} busy.",
        "",
        *_table(todo, idle, loaded),
        *(f"- {line}" for line in (*flips(idle, loaded), *wrong(todo, idle), *wrong(todo, loaded))),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.exit(1 if flips(idle, loaded) else 0)


if __name__ == "__main__":
    main()
