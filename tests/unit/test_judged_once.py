"""The same program for the same problem is judged once, and nothing else is taken for the same."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from halo_forge.benchmark import Pipeline
from halo_forge.errors import JudgeError
from halo_forge.store import GeneratedSample, JudgedSample, RunStore, Times
from halo_forge.types import CustomTest, Language, Outcome, Problem, Sample, SampleForm, Verdict
from halo_forge.verifiers.program import program_digest

PROBLEMS = {name: Problem(name, "say it", Language.PYTHON, entry_point="f") for name in ("p", "q")}
CODE = "def f():\n    return 1"
ANSWER = f"Here it is:\n\n```python\n{CODE}\n```\n"


class Judge:
    """Gives what `verdict` says, and remembers what it was asked."""

    name = "words"
    languages = frozenset({Language.PYTHON})

    def __init__(self, verdict: Callable[[Sample], Outcome] = lambda sample: Outcome.ACCEPTED) -> None:
        self.verdict = verdict
        self.seen: list[tuple[str, int]] = []

    def prepare(self, languages: frozenset[Language]) -> dict[str, str]:
        return {}

    def verify(self, problem: Problem, sample: Sample) -> Verdict:
        self.seen.append(sample.key)
        outcome = self.verdict(sample)
        return Verdict(
            problem.id, sample.index, outcome, True, 1, 2, "the detail", 0.25, 7.0, False, 1, "printed"
        )  # fmt: skip


class Deaf:
    def generated(self, sample: Sample) -> None: ...

    def judged(self, sample: Sample, verdict: Verdict) -> None: ...


def run(output: Path, judge: Judge, *samples: Sample, workers: int = 1) -> list[JudgedSample]:
    """All judged samples of the run, in their order."""
    with RunStore.open(output, {"run": 1}) as store:
        pipeline = Pipeline(judge, PROBLEMS, store, Deaf(), workers, threading.Event(), program_digest)
        pipeline.run(GeneratedSample(sample, Times()) for sample in samples if sample.key not in store.judged_keys)
        return sorted(store.read_judged(), key=lambda one: one.sample.key)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "x.json"


def test_the_verdict_is_the_same_but_for_the_sample_and_the_time(output: Path) -> None:
    judge = Judge()
    texts = (ANSWER, ANSWER, f"Or:\n```py\n{CODE}\n```")
    first, second, third = run(output, judge, *(Sample("p", index, text) for index, text in enumerate(texts)))
    assert judge.seen == [("p", 0)]
    assert first.verdict.same_as is None
    for index, other in ((1, second), (2, third)):
        assert other.verdict.wall_s is not None
        assert other.verdict.wall_s < 7.0, "no seconds of judging are claimed that there were not"
        assert other.verdict == replace(first.verdict, index=index, same_as=0, wall_s=other.verdict.wall_s)
        assert other.times.judged_at is not None
        assert other.sample.text == texts[index]


def test_what_is_not_the_same_program_is_judged(output: Path) -> None:
    judge = Judge()
    run(
        output, judge, Sample("p", 0, CODE), Sample("q", 0, CODE), Sample("p", 1, CODE, SampleForm.COMPLETION),
        Sample("p", 2, CODE + " "), Sample("p", 3, CODE + "\n# so"), Sample("p", 4, ""), Sample("p", 5, ""),
    )  # fmt: skip
    assert len(judge.seen) == 7


def test_a_judge_error_is_nobody_elses(output: Path) -> None:
    def late(sample: Sample) -> Outcome:
        if sample.index == 0:
            raise JudgeError("no memory")
        return Outcome.JUDGE_ERROR if sample.index == 1 else Outcome.ACCEPTED

    judge = Judge(late)
    found = run(output, judge, *(Sample("p", index, CODE) for index in range(4)))
    assert judge.seen == [("p", 0), ("p", 1), ("p", 2)]
    assert [one.verdict.same_as for one in found] == [None, None, None, 2]


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - {Outcome.JUDGE_ERROR}))
def test_every_verdict_on_a_program_is_shared(output: Path, outcome: Outcome) -> None:
    judge = Judge(lambda sample: outcome)
    found = run(output, judge, Sample("p", 0, CODE), Sample("p", 1, CODE))
    assert [one.verdict.outcome for one in found] == [outcome, outcome]
    assert len(judge.seen) == 1


def test_workers_that_meet_wait_for_one_verdict(output: Path) -> None:
    both, others = threading.Barrier(2), threading.Event()

    def slow(sample: Sample) -> Outcome:
        if sample.text == CODE:
            both.wait()  # until the other program is being judged: waiting for this one keeps nobody else
            others.wait()
        else:
            both.wait()
            others.set()
        return Outcome.ACCEPTED

    judge = Judge(slow)
    run(output, judge, *(Sample("p", n, CODE) for n in range(5)), Sample("p", 5, CODE + "\n#"), workers=6)
    assert len(judge.seen) == 2


def test_an_earlier_session_is_known(output: Path) -> None:
    run(output, Judge(), Sample("p", 0, CODE), Sample("q", 0, CODE + "#"))
    judge = Judge()
    found = run(output, judge, Sample("p", 1, CODE), Sample("q", 1, CODE + "#"), Sample("q", 2, CODE))
    assert judge.seen == [("q", 2)]
    assert [one.verdict.same_as for one in found] == [None, 0, None, 0, None]


def test_a_session_that_was_mended_is_known(output: Path) -> None:
    """Lines move when others go."""
    lines = output.parent / "x.samples.jsonl"
    run(output, Judge(), *(Sample("p", index, f"{CODE}#{index}") for index in range(3)))
    kept = lines.read_bytes().splitlines(keepends=True)
    lines.write_bytes(b"no line at all\n" + kept[1] + kept[1] + kept[2] + kept[2][:-9])
    judge = Judge()
    found = run(output, judge, *(Sample("p", 3 + index, f"{CODE}#{index}") for index in range(3)))
    assert judge.seen == [("p", 3)]
    assert [one.verdict.same_as for one in found] == [None, None, None, 1, 2]


def test_lines_that_note_no_program_are_of_no_use(output: Path) -> None:
    run(output, Judge(), Sample("p", 0, CODE))
    lines = output.parent / "x.samples.jsonl"
    line = json.loads(lines.read_text())
    del line["program"]
    lines.write_text(json.dumps(line) + "\n")
    judge = Judge()
    run(output, judge, Sample("p", 1, CODE))
    assert judge.seen == [("p", 1)]


def test_without_a_digest_every_sample_is_judged(output: Path) -> None:
    judge = Judge()
    with RunStore.open(output, {"run": 1}) as store:
        backlog = [GeneratedSample(Sample("p", index, CODE), Times()) for index in range(3)]
        Pipeline(judge, PROBLEMS, store, Deaf(), 1, threading.Event()).run(backlog)
    assert len(judge.seen) == 3


def test_an_own_command_sees_the_whole_answer() -> None:
    own = replace(PROBLEMS["p"], custom=CustomTest("true"))
    assert program_digest(own, Sample("p", 0, CODE)) != program_digest(own, Sample("p", 1, ANSWER))
    assert program_digest(own, Sample("p", 0, ANSWER)) == program_digest(own, Sample("p", 1, ANSWER))
