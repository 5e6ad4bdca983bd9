"""Does judging wait for generating, or the other way round? A run against a server that emits at a fixed rate.

Three times are taken with the same samples: of generating alone, of judging alone, and of a run that does both. The run
may take as long as the slower of the two, and a twentieth more. Once generating is the slower one, once judging.

    python benchmarks/overlap.py >>benchmarks/RESULTS.md

Limits: the server is a process of its own on the same machine, and takes a little of its processors.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from machine import measured_on

from halo_forge.benchmark import Pipeline, default_workers, generate_owed
from halo_forge.models.base import SamplingSettings
from halo_forge.models.openai.address import address_of
from halo_forge.models.openai.sampler import OpenAISampler
from halo_forge.sandbox.registry import open_sandbox
from halo_forge.store import GeneratedSample, RunStore, Times
from halo_forge.types import Case, Language, Limits, Problem, Sample, Verdict
from halo_forge.verifiers.base import Verifier, Workshop
from halo_forge.verifiers.registry import open_verifier
from serving import Act, Body, answer, serving

SLOTS = 8
PROBLEMS = 10
MOST = 1.05
PROGRAM = "```python\nx = 1\nfor i in range({rounds}):\n    x = x * 48271 % 2147483647\nprint('done')\n```"


@dataclass(frozen=True)
class Load:
    """One comparison.

    Attributes:
        sample_s: how long the server takes for a sample, in each of its slots.
        rounds: work of the program that the model writes.
    """

    name: str
    samples: int
    sample_s: float
    rounds: int


@dataclass(frozen=True)
class Taken:
    """Wall seconds."""

    generating_s: float
    judging_s: float
    run_s: float

    @property
    def ratio(self) -> float:
        """The run against the slower of its two halves."""
        return self.run_s / max(self.generating_s, self.judging_s)


class Silent:
    """A listener that only listens."""

    def generated(self, sample: Sample) -> None:
        """Nothing to do."""

    def judged(self, sample: Sample, verdict: Verdict) -> None:
        """Nothing to do."""


def _serve(pipe: Connection, case: Load) -> None:
    def act(number: int, body: Body) -> Act:
        message = {"content": PROGRAM.format(rounds=case.rounds)}
        return Act(answer(body, message=message), after_s=case.sample_s)

    with serving(act, slots=SLOTS) as server:
        pipe.send(server.url)
        pipe.recv()


@contextlib.contextmanager
def server(case: Load) -> Iterator[str]:
    """The server in a process of its own."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(there, case))
    process.start()
    try:
        yield here.recv()
    finally:
        here.send(None)
        process.join()


def measured(case: Load, verifier: Verifier) -> Taken:
    """The three times."""
    problems = tuple(
        Problem(f"p{n}", "Say done.", Language.PYTHON, cases=(Case("", "done\n"),)) for n in range(PROBLEMS)
    )
    each = case.samples // PROBLEMS
    with server(case) as url, tempfile.TemporaryDirectory() as directory:
        places = iter(Path(directory, f"{n}.json") for n in range(3))

        def generate(store: RunStore) -> Iterator[Sample]:
            sampler = OpenAISampler(address_of(url, {}), SamplingSettings(), at_once=2 * SLOTS)
            with contextlib.closing(sampler):
                yield from generate_owed(sampler, problems, each, store, threading.Event())

        def judge(store: RunStore, backlog: list[Sample], *, generating: bool) -> None:
            by_id = {problem.id: problem for problem in problems}
            pipeline = Pipeline(verifier, by_id, store, Silent(), default_workers(), threading.Event())
            now = time.time()
            waiting = [GeneratedSample(sample, Times(now, now)) for sample in backlog]
            pipeline.run(waiting, (lambda: generate(store)) if generating else None)

        def timed(work: Callable[[RunStore], object]) -> float:
            with RunStore.open(next(places), {"case": case.name}) as store:
                started = time.monotonic()
                work(store)
                return time.monotonic() - started

        samples: list[Sample] = []
        generating_s = timed(lambda store: samples.extend(generate(store)))
        judging_s = timed(lambda store: judge(store, samples, generating=False))
        run_s = timed(lambda store: judge(store, [], generating=True))
    return Taken(generating_s, judging_s, run_s)


def main() -> None:
    """Measure, and print a section of Markdown."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--samples", type=int, default=400)
    samples = options.parse_args().samples
    cases = (Load("generating is slower", samples, 1.2, 20_000), Load("judging is slower", samples, 0.1, 1_500_000))
    with contextlib.closing(open_sandbox()) as sandbox:
        verifier = open_verifier("auto", Workshop(sandbox, Limits()))
        verifier.prepare(frozenset({Language.PYTHON}))
        found = [(case, measured(case, verifier)) for case in cases]
    print("## Generating and judging side by side\n")
    print(f"{measured_on()}\n")
    print(
        f"`python benchmarks/overlap.py --samples {samples}`: a server with {SLOTS} slots and a fixed time a sample.\n"
    )
    print("| | generating alone, s | judging alone, s | the run, s | run / slower half |\n|---|---|---|---|---|")
    for case, taken in found:
        halves = f"{taken.generating_s:.1f} | {taken.judging_s:.1f}"
        print(f"| {case.name} | {halves} | {taken.run_s:.1f} | {taken.ratio:.3f} |")
    sys.exit(any(taken.ratio > MOST for _, taken in found))


if __name__ == "__main__":
    main()
