"""The pipeline: what is generated is judged, whatever goes wrong, and nothing is done twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from halo_forge.benchmark import Pipeline, generate_owed, judge, owed
from halo_forge.errors import Cancelled, EngineError, JudgeError, StoreError
from halo_forge.models.base import GenerationRequest, SamplingSettings
from halo_forge.models.scripted import ScriptedSampler
from halo_forge.store import GeneratedSample, RunStore, Times
from halo_forge.types import Language, Outcome, Problem, Sample, Verdict
from patience import SOON_S

PROBLEMS = tuple(Problem(f"p{n}", "say it", Language.PYTHON) for n in range(5))
TIMES = Times(generation_started_at=1.0, generated_at=2.0)
BY_ID = {problem.id: problem for problem in PROBLEMS}


class Judge:
    """A verifier that goes by the text alone."""

    name = "words"
    languages = frozenset({Language.PYTHON})

    def __init__(self, delay_s: float = 0.0) -> None:
        self.delay_s = delay_s
        self.seen: list[tuple[str, int]] = []

    def prepare(self, languages: frozenset[Language]) -> dict[str, str]:
        return {}

    def verify(self, problem: Problem, sample: Sample) -> Verdict:
        time.sleep(self.delay_s)
        self.seen.append(sample.key)
        if sample.text == "broken":
            raise JudgeError("the sandbox failed")
        if sample.text == "bug":
            raise ZeroDivisionError("ours")
        outcome = Outcome.ACCEPTED if sample.text == "right" else Outcome.WRONG_ANSWER
        return Verdict(problem.id, sample.index, outcome, compiled=True)


class Silent:
    """A listener that only counts."""

    def __init__(self) -> None:
        self.generations = self.judgements = 0

    def generated(self, sample: Sample) -> None:
        self.generations += 1

    def judged(self, sample: Sample, verdict: Verdict) -> None:
        self.judgements += 1


def texts(*answers: str) -> ScriptedSampler:
    """A sampler whose sample i of every problem is ``answers[i]``."""
    return ScriptedSampler(lambda problem, index, seed: answers[index % len(answers)], SamplingSettings())


def run(store: RunStore, sampler: ScriptedSampler, verifier: Judge, samples: int, cancel: threading.Event) -> Silent:
    heard = Silent()
    pipeline = Pipeline(verifier, BY_ID, store, heard, 3, cancel)
    pipeline.run(store.waiting(), lambda: generate_owed(sampler, PROBLEMS, samples, store, cancel))
    return heard


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    with RunStore.open(tmp_path / "x.json", {"run": 1}) as opened:
        yield opened


def test_everything_is_generated_and_judged_once(store: RunStore) -> None:
    verifier = Judge()
    heard = run(store, texts("right", "wrong"), verifier, 4, threading.Event())
    assert sorted(verifier.seen) == [(p.id, i) for p in PROBLEMS for i in range(4)]
    assert heard.generations == heard.judgements == 20
    verdicts = [judged.verdict for judged in store.read_judged()]
    assert sum(verdict.passed for verdict in verdicts) == 10
    assert not store.waiting_keys
    for judged in store.read_judged():
        times = judged.times
        assert times.generation_started_at is not None
        assert times.generated_at is not None
        assert times.judging_started_at is not None
        assert times.judged_at is not None
        assert times.generation_started_at <= times.generated_at <= times.judging_started_at <= times.judged_at


def test_our_own_failures_are_judge_errors(store: RunStore) -> None:
    run(store, texts("broken", "bug", "right"), Judge(), 3, threading.Event())
    found = {judged.sample.index: judged.verdict for judged in store.read_judged()}
    assert found[0].outcome is found[1].outcome is Outcome.JUDGE_ERROR
    assert (found[0].compiled, found[0].detail) == (None, "the sandbox failed")
    assert found[1].detail.startswith("ZeroDivisionError: ours (test_benchmark.py:")
    assert found[2].passed


def test_what_was_generated_is_judged_when_the_engine_fails(store: RunStore) -> None:
    def script(problem: Problem, index: int, seed: int) -> str:
        if problem.id == "p3":
            raise RuntimeError("out of memory")
        return "right"

    verifier = Judge(delay_s=0.02)
    with pytest.raises(EngineError, match="out of memory"):
        run(store, ScriptedSampler(script, SamplingSettings()), verifier, 2, threading.Event())
    assert sorted(verifier.seen) == [(f"p{n}", i) for n in range(3) for i in range(2)]
    assert len(store.judged_keys) == 6


def test_stopping_keeps_what_is_done_and_goes_on_later(tmp_path: Path) -> None:
    cancel = threading.Event()
    sampler = ScriptedSampler(lambda p, i, s: "right", SamplingSettings(), delay_s=0.01)
    judge = Judge(delay_s=0.05)

    def stop_soon() -> None:
        while len(judge.seen) < 4:
            time.sleep(0.01)
        cancel.set()

    threading.Thread(target=stop_soon, daemon=True).start()
    with RunStore.open(tmp_path / "y.json", {"run": 1}) as store:
        with pytest.raises(Cancelled):
            run(store, sampler, judge, 40, cancel)
        first = set(store.judged_keys)
    assert 0 < len(first) < 200
    verifier = Judge()
    with RunStore.open(tmp_path / "y.json", {"run": 1}) as store:
        run(store, texts("right"), verifier, 40, threading.Event())
        assert not first & set(verifier.seen)
        assert len(store.judged_keys) == 200


def test_a_store_that_cannot_write_ends_the_run(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StoreError("no space left")

    monkeypatch.setattr(store, "add_judged", full)
    with pytest.raises(StoreError, match="no space"):
        run(store, texts("right"), Judge(), 50, threading.Event())


def test_a_new_sample_is_judged_before_the_backlog(store: RunStore) -> None:
    """The model never waits for texts of an earlier session."""
    backlog = [GeneratedSample(Sample("p0", 100 + index, "right"), TIMES) for index in range(3)]
    drawn = threading.Event()

    class Waits(Judge):
        def verify(self, problem: Problem, sample: Sample) -> Verdict:
            assert drawn.wait(SOON_S)
            return super().verify(problem, sample)

    def draw() -> Iterator[Sample]:
        yield from texts("right").generate([GenerationRequest(PROBLEMS[1], 0, 3)], threading.Event())
        drawn.set()

    verifier = Waits()
    pipeline = Pipeline(verifier, BY_ID, store, Silent(), 1, threading.Event())
    pipeline.run(backlog, draw)
    assert len(verifier.seen) == 6
    assert verifier.seen.index(("p1", 2)) < verifier.seen.index(("p0", 102))


def test_owed_are_runs_of_missing_indices(store: RunStore) -> None:
    for index in (1, 4):
        store.add_judged(Sample("p0", index, "x"), Verdict("p0", index, Outcome.ACCEPTED, compiled=True), TIMES)
    store.add_generated(Sample("p0", 5, "x"), TIMES)
    found = [(r.problem.id, r.first_index, r.count) for r in owed(PROBLEMS[:2], 8, store)]
    assert found == [("p0", 0, 1), ("p0", 2, 2), ("p0", 6, 2), ("p1", 0, 8)]


def test_stopping_is_no_verdict() -> None:
    class Stopped(Judge):
        def verify(self, problem: Problem, sample: Sample) -> Verdict:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        judge(Stopped(), PROBLEMS[0], Sample("p0", 0, "x"))
