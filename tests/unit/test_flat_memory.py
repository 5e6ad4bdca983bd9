"""Five times as many samples take no more memory, but for a key and a digest each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCORE = """
import json, resource, sys, threading
from itertools import islice
from pathlib import Path
from halo_forge.benchmark import Pipeline
from halo_forge.cli.counting import Counted
from halo_forge.cli.counts import Counts
from halo_forge.problems.base import ProblemSet
from halo_forge.problems.samples import read_samples
from halo_forge.store import GeneratedSample, RunStore, Times
from halo_forge.summary import summarize
from halo_forge.types import Language, Outcome, Problem, Verdict
from halo_forge.verifiers.program import program_digest

class Looks:
    name, languages = "looks", frozenset(Language)
    def verify(self, problem, sample):
        return Verdict(problem.id, sample.index, Outcome.WRONG_ANSWER, compiled=True, detail=sample.text[:3000])

PROBLEMS = ProblemSet("some", "here", tuple(Problem(f"p{n}", "", Language.PYTHON) for n in range(100)))
RUN = {"model": {"name": "none"}}

def score(place, total, stopped_at):
    path = str(place / "samples.jsonl")
    counted, counts = Counted.of(path, PROBLEMS), Counts(total=total, to_generate=0)
    with RunStore.open(place / "x.json", RUN, see=counts.resumed) as store:
        left = (s for s in read_samples(path, PROBLEMS) if s.key not in store.judged_keys)
        backlog = islice((GeneratedSample(s, Times()) for s in left), stopped_at)
        by_id = {problem.id: problem for problem in PROBLEMS.problems}
        Pipeline(Looks(), by_id, store, counts, 2, threading.Event(), program_digest).run(backlog)
        return summarize(PROBLEMS, store.read_judged(), (1,), RUN, counted.total).samples.total

def peak_kb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

for total in (2000, 10_000):
    place = Path(sys.argv[1], str(total))
    place.mkdir()
    with (place / "samples.jsonl").open("w") as file:
        for n in range(total):
            file.write(json.dumps({"task_id": f"p{n % 100}", "solution": f"x = {n}  # " + "y" * 3000}) + chr(10))
    assert score(place, total, total // 2) == total // 2
    assert score(place, total, None) == total
    print(peak_kb())
"""


def test_samples_leave_no_trace_in_memory(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SCORE, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr
    few, many = map(int, done.stdout.split())
    assert many - few < 10_000, "KiB more, for 24 MB more of texts and as much of what was said about them"
