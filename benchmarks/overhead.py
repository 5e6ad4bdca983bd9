"""What the strict sandbox costs, language by language, and where the time of a verdict goes.

For each language whose tools are here a small right program is judged again and again, each time with a comment of its
own: in the strict sandbox as halo-forge uses it, in the strict sandbox without the processes that are kept ready, and
without any (`--unsafe`). The three take turns, so that a machine that becomes busy slows all of them down.

    python benchmarks/overhead.py >>benchmarks/RESULTS.md

Limits: one worker, programs that do nothing. Compilers and interpreters start as quickly as on a machine that has them
in its memory.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace

from machine import measured_on

from halo_forge.errors import JudgeError, ToolchainError
from halo_forge.sandbox.base import Command, Sandbox
from halo_forge.sandbox.registry import open_sandbox
from halo_forge.types import Case, Execution, Language, Limits, Problem, Sample, SampleForm
from halo_forge.verifiers.base import Verifier, Workshop
from halo_forge.verifiers.registry import TOOLCHAINS, open_verifier

COMMENTS = {Language.PYTHON: "#", Language.BASH: "#"}  # of the others: //
PYTHON = "print('ready')\n"
SETTLED = 5  # verdicts before processes are kept ready, and caches are full


class Metered:
    """A sandbox that adds up the processor time of what it runs; without the processes that are kept ready if asked."""

    def __init__(self, inner: Sandbox, *, afresh: bool = False) -> None:
        self._inner, self._afresh = inner, afresh
        self.tier, self.description, self.close = inner.tier, inner.description, inner.close
        self.cpu_s = 0.0

    def run(self, command: Command) -> Execution:
        execution = self._inner.run(replace(command, zygote=None) if self._afresh else command)
        self.cpu_s += execution.cpu_s
        return execution


def programs() -> Iterator[tuple[str, Language, str]]:
    """The verifier, the language, and a program that prints ``ready``."""
    yield "python", Language.PYTHON, PYTHON
    for name, specs in TOOLCHAINS.items():
        for spec in specs:
            if spec.run:
                yield name, spec.language, spec.self_test


def judged_ms(verifier: Verifier, language: Language, source: str, number: int) -> float:
    """How long a verdict took."""
    problem = Problem("p", "", language, cases=(Case("", "ready\n"),))
    text = f"{source}{COMMENTS.get(language, '//')} {number}\n"
    began = time.perf_counter()
    verdict = verifier.verify(problem, Sample("p", number, text, SampleForm.COMPLETION))
    assert verdict.passed, verdict
    return (time.perf_counter() - began) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=20, help="verdicts of each kind")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    rows = []
    with ExitStack() as stack:
        none = Metered(stack.enter_context(closing(open_sandbox(unsafe=True))))
        strict = Metered(stack.enter_context(closing(open_sandbox())))
        fresh = Metered(stack.enter_context(closing(open_sandbox())), afresh=True)
        shops = [Workshop(sandbox, Limits()) for sandbox in (none, strict, fresh)]
        for name, language, source in programs():
            verifiers = [open_verifier(name, shop) for shop in shops]
            try:
                for verifier in verifiers:
                    verifier.prepare(frozenset({language}))
            except (ToolchainError, JudgeError) as error:
                print(f"{name}: left out ({error})", file=sys.stderr)
                continue
            for number in range(SETTLED):
                for verifier in verifiers:
                    judged_ms(verifier, language, source, -number)
            strict.cpu_s, took = 0.0, [[], [], []]
            for number in range(options.times):
                for verifier, times in zip(verifiers, took, strict=True):
                    times.append(judged_ms(verifier, language, source, number))
            rows.append((name, language, [statistics.median(times) for times in took], took, strict.cpu_s))
            print(f"{name}, {language}: {rows[-1][2]}", file=sys.stderr)
    print(f"\n## What the sandbox costs, by language\n\n{measured_on(load)}\n")
    print(f"`python benchmarks/overhead.py --times {options.times}`: a small program, judged by its output. A verdict")
    print("is a compile and a run, or a run alone. Medians (5% to 95%), ms. The last column is processor time.\n")
    print("| verifier | language | no sandbox | strict | costs | a sandbox for each command | compiler and program |")
    print("|---|---|---|---|---|---|---|")
    for name, language, (bare, ours, afresh), took, cpu_s in rows:
        print(f"| {name} | {language} | {bare:.0f} {_spread(took[0])} | {ours:.0f} {_spread(took[1])} | "
              f"{ours - bare:+.1f} | {afresh:.0f} | {1000 * cpu_s / options.times:.0f} |")  # fmt: skip


def _spread(times: list[float]) -> str:
    ordered = sorted(times)
    return f"({ordered[len(ordered) // 20]:.0f} to {ordered[-1 - len(ordered) // 20]:.0f})"


if __name__ == "__main__":
    main()
