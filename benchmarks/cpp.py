"""Judging C and C++ in the sandbox, against a pool that calls g++ (gcc) and runs what it made, without a sandbox.

120 distinct programs over five blocks of includes, one of them <bits/stdc++.h>; a fifth of them do not compile. Both
sides have the same flags and two workers, take turns, and have to agree about every program. halo-forge is measured
twice: with the blocks in its cache, and from an empty cache, where it makes them meanwhile (if so few are worth it).

    python benchmarks/cpp.py >>benchmarks/RESULTS.md
    python benchmarks/cpp.py --language c

Limits: programs are small, as those of small models are. Elapsed time is what counts. Processor time is that of the
whole machine, so both are only worth something where there is no other work.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from machine import measured_on
from platformdirs import user_cache_path

from halo_forge.benchmark import judge
from halo_forge.problems import load_problems
from halo_forge.sandbox.base import Command, Sandbox, Tier
from halo_forge.sandbox.registry import open_sandbox
from halo_forge.types import Case, Execution, Language, Limits, Outcome, Problem, Sample, SampleForm
from halo_forge.verifiers.base import Workshop
from halo_forge.verifiers.registry import open_verifier
from halo_forge.verifiers.toolchain import Tool, version_of

PROGRAMS, WORKERS, BROKEN_EVERY = 120, 2, 5
GOALS = {Language.CPP: (3.0, 2.0), Language.C: (1.0, 1.0)}  # cached, from an empty cache
BLOCKS = {
    Language.CPP: (
        "bits/stdc++.h", "iostream string", "iostream vector string algorithm",
        "iostream iomanip vector map set string algorithm cmath sstream",
        "iostream vector queue stack list unordered_map functional memory string algorithm utility cstddef numeric",
    ),
    Language.C: (
        "stdio.h", "stdio.h stdlib.h", "stdio.h stdlib.h string.h", "stdio.h string.h ctype.h math.h",
        "stdio.h stdlib.h string.h math.h limits.h stdbool.h stdint.h",
    ),
}  # fmt: skip
COMMANDS = {
    Language.CPP: ("g++", "main.cpp", ("-w", "-O2", "-std=gnu++17"), ("-pthread",)),
    Language.C: ("gcc", "main.c", ("-w", "-O2"), ("-lm",)),
}
C_BODIES = (
    ('int main(void) { long s = 0; for (int i = 1; i <= N; i++) s += i; printf("%ld\\n", s); return 0; }\n',
     lambda n: f"{n * (n + 1) // 2}\n"),
    ("static int gcd(int a, int b) { while (b) { int t = a % b; a = b; b = t; } return a; }\n"
     'int main(void) { printf("%d\\n", gcd(N * 6, N * 15)); return 0; }\n', lambda n: f"{3 * n}\n"),
    ("int main(void) {\n    int a[50];\n    for (int i = 0; i < 50; i++) a[i] = (i * 7 + N) % 50;\n"
     "    for (int i = 0; i < 50; i++)\n        for (int j = i + 1; j < 50; j++)\n"
     "            if (a[j] < a[i]) { int t = a[i]; a[i] = a[j]; a[j] = t; }\n"
     '    for (int i = 0; i < 50; i++) printf("%d ", a[i]);\n    printf("%d\\n", N);\n    return 0;\n}\n',
     lambda n: " ".join(map(str, range(50))) + f" {n}\n"),
    ('int main(void) {\n    char text[64];\n    int n = snprintf(text, sizeof text, "%d", N);\n'
     '    for (int i = n - 1; i >= 0; i--) putchar(text[i]);\n    puts("");\n    return 0;\n}\n',
     lambda n: f"{n}"[::-1] + "\n"),
)  # fmt: skip
BREAKAGES: tuple[Callable[[str], str], ...] = (
    lambda body: body.replace(";", "", 1),
    lambda body: body + "int broken() { return undeclared_name; }\n",
    lambda body: body.rstrip().removesuffix("}"),
    lambda body: body + "int broken(int x) { return x.size(); }\n",
    lambda body: body + "int broken() { int a = 1 return a; }\n",
)


@dataclass(frozen=True)
class Program:
    """A source, and what its program has to print (if it compiles)."""

    source: str
    expected: str


@dataclass(frozen=True)
class Turn:
    """What one side needed for all programs, in seconds, and its verdicts."""

    wall: float
    cpu: float
    outcomes: list[Outcome]


class Metered:
    """A sandbox that adds up the processor time of what it runs: compilers, and programs."""

    tier = Tier.STRICT

    def __init__(self, inner: Sandbox) -> None:
        self._inner = inner
        self._lock = threading.Lock()
        self.description = inner.description
        self.compiling = self.running = 0.0

    def run(self, command: Command) -> Execution:
        execution = self._inner.run(command)
        with self._lock:
            if command.wants_result:
                self.compiling += execution.cpu_s
            else:
                self.running += execution.cpu_s
        return execution

    def close(self) -> None:
        self._inner.close()


def cpp_bodies() -> Iterator[tuple[set[str], str, str]]:
    """The headers, the rest and the output of the solutions that come with halo-forge."""
    for name in ("demo-train", "demo"):
        for problem in load_problems(name, None).problems:
            if problem.solution is None or len(problem.cases) != 1 or problem.cases[0].stdin:
                continue
            body = re.sub(r"^#include.*\n", "", problem.solution, flags=re.M)
            yield set(re.findall(r"#include <(.*?)>", problem.solution)), body, problem.cases[0].expected_output


def programs(language: Language) -> list[Program]:
    """All of them, no two alike, in an order that mixes the blocks."""
    draw = random.Random(1)
    known = list(cpp_bodies()) if language is Language.CPP else []
    draw.shuffle(known)
    made = []
    each = PROGRAMS // len(BLOCKS[language])
    for block in BLOCKS[language]:
        names = block.split()
        fits = [(body, out) for needs, body, out in known if needs <= set(names) or names[0].startswith("bits")]
        for number in range(each):
            if language is Language.CPP:
                body, expected = fits[number % len(fits)]
            else:
                text, answer = C_BODIES[number % len(C_BODIES)]
                body, expected = text.replace("N", str(100 + number)), answer(100 + number)
            if number % BROKEN_EVERY == 0:
                body = BREAKAGES[number // BROKEN_EVERY % len(BREAKAGES)](body)
            head = "".join(f"#include <{name}>\n" for name in names)
            made.append(Program(f"{head}\n{body}// {len(made)}\n", expected))
    draw.shuffle(made)
    return made


def by_hand(language: Language, program: Program) -> Outcome:
    """The verdict of the plain pool."""
    compiler, name, flags, libraries = COMMANDS[language]
    with tempfile.TemporaryDirectory() as place:
        Path(place, name).write_text(program.source)
        command = [compiler, *flags, "-o", "program", name, *libraries]
        if subprocess.run(command, cwd=place, capture_output=True).returncode != 0:
            return Outcome.COMPILE_ERROR
        ran = subprocess.run(["./program"], cwd=place, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if ran.returncode != 0:
        return Outcome.RUNTIME_ERROR
    return Outcome.ACCEPTED if ran.stdout.rstrip() == program.expected.rstrip() else Outcome.WRONG_ANSWER


def turn(judged: Callable[[Program], Outcome], todo: Sequence[Program]) -> Turn:
    """Have all of them judged by two workers."""
    cpu, began = processor_s(), time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        outcomes = list(pool.map(judged, todo))
    return Turn(time.perf_counter() - began, processor_s() - cpu, outcomes)


def processor_s() -> float:
    """Of all processes of the machine: not all that halo-forge starts are ever waited for."""
    busy = Path("/proc/stat").read_text().splitlines()[0].split()
    return sum(int(busy[column]) for column in (1, 2, 3, 6, 7)) / os.sysconf("SC_CLK_TCK")


def with_halo_forge(language: Language, sandbox: Sandbox, todo: Sequence[Program], cache: str) -> Turn:
    """With the blocks that `cache` holds."""
    os.environ["XDG_CACHE_HOME"] = cache
    verifier = open_verifier("gcc", Workshop(sandbox, Limits()))
    verifier.prepare(frozenset({language}))

    def judged(program: Program) -> Outcome:
        problem = Problem("p", "", language, cases=(Case("", program.expected),))
        return judge(verifier, problem, Sample("p", 0, program.source, SampleForm.COMPLETION)).outcome

    return turn(judged, todo)


def spread(values: Sequence[float], digits: int = 2) -> str:
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--language", type=Language, choices=list(GOALS), default=Language.CPP)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    language, load = options.language, os.getloadavg()[0]
    todo = programs(language)
    rounds: list[tuple[Turn, Turn, Turn]] = []
    meters: list[tuple[float, float]] = []
    near = user_cache_path("halo-forge", ensure_exists=True)  # below /tmp things are done another way
    with closing(open_sandbox()) as inner, tempfile.TemporaryDirectory(dir=near) as cache:
        with_halo_forge(language, inner, todo * 2, cache)  # makes the blocks; for C only if many need one
        for number in range(options.rounds):
            plain = turn(lambda program: by_hand(language, program), todo)
            sandbox = Metered(inner)
            cached = with_halo_forge(language, sandbox, todo, cache)
            meters.append((sandbox.compiling, sandbox.running))
            with tempfile.TemporaryDirectory(dir=near) as empty:
                fresh = with_halo_forge(language, inner, todo, empty)
            rounds.append((plain, cached, fresh))
            print(f"round {number + 1} of {options.rounds}: {plain.wall:.0f} s, {cached.wall:.0f} s, "
                  f"{fresh.wall:.0f} s", file=sys.stderr)  # fmt: skip
        description = re.sub(r" at \S+(?=,)", "", inner.description)
    compiler = COMMANDS[language][0]
    version = version_of(Tool(compiler, ""), Path(compiler))
    report(language, rounds, meters, measured_on(load, version, description))


def report(
    language: Language, rounds: list[tuple[Turn, Turn, Turn]], meters: list[tuple[float, float]], machine: str
) -> None:
    """What stands in RESULTS.md."""
    plain = [turns[0] for turns in rounds]
    differing = sum(
        mine is not theirs for turns in rounds for other in turns[1:]
        for mine, theirs in zip(other.outcomes, turns[0].outcomes, strict=True)
    )  # fmt: skip
    compiler = COMMANDS[language][0]
    print(f"\n## Judging {'C++' if language is Language.CPP else 'C'} against a plain pool\n\n{machine}\n\n"
          f"`python benchmarks/cpp.py --language {language} --rounds {len(rounds)}`: {PROGRAMS} programs, five blocks "
          f"of includes, {PROGRAMS // BROKEN_EVERY} that do not compile, {WORKERS} workers. "
          f"**{differing} verdicts differ.** Medians (least to most of {len(rounds)} rounds).\n")  # fmt: skip
    print("| | elapsed, s | of the pool's | processor time, s | of the pool's | goal |\n|---|---|---|---|---|---|")
    print(f"| {compiler} pool, no sandbox | {spread([t.wall for t in plain], 1)} | 1 | "
          f"{spread([t.cpu for t in plain], 1)} | 1 | |")  # fmt: skip
    for column, (name, goal) in enumerate(
        zip(("blocks cached", "from an empty cache"), GOALS[language], strict=True), 1
    ):
        turns = [each[column] for each in rounds]
        walls = [p.wall / t.wall for p, t in zip(plain, turns, strict=True)]
        cpus = [p.cpu / t.cpu for p, t in zip(plain, turns, strict=True)]
        print(f"| halo-forge, {name} | {spread([t.wall for t in turns], 1)} | {spread(walls)}x | "
              f"{spread([t.cpu for t in turns], 1)} | {spread(cpus)}x | {goal:g}x |")  # fmt: skip
    compiling = statistics.median(compiling for compiling, _ in meters) / PROGRAMS * 1000
    running = statistics.median(running for _, running in meters) / PROGRAMS * 1000
    whole = statistics.median(turns[1].cpu for turns in rounds) / PROGRAMS * 1000
    work = compiling + running
    print(f"\nProcessor time of one program with its block cached: {whole:.0f} ms, of which {compiling:.0f} ms are the "
          f"compiler, assembler and linker, {running:.0f} ms the program, and {whole - work:.0f} ms two sandboxes "
          f"and halo-forge itself. If those cost nothing: {whole / work:.2f} times as fast.")  # fmt: skip


if __name__ == "__main__":
    main()
