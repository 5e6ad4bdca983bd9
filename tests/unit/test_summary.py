"""From judged samples to a report and its JSON: the definitions of docs/results.md, by hand-made examples."""

from __future__ import annotations

import json
from importlib import resources

import jsonschema
import pytest

from halo_forge.problems.base import ProblemSet
from halo_forge.report.result import to_json
from halo_forge.requested import Metric
from halo_forge.store import JudgedSample, Times
from halo_forge.summary import summarize
from halo_forge.types import Case, FinishReason, JSONObject, Language, Outcome, Prices, Problem, Report, Sample, Verdict

A, W, C, J = Outcome.ACCEPTED, Outcome.WRONG_ANSWER, Outcome.COMPILE_ERROR, Outcome.JUDGE_ERROR
CASES = (Case("", "1"),)
RUN: JSONObject = {
    "model": {"name": "m"}, "problems": {"name": "p", "hash": "0" * 16, "count": 3, "languages": ["cpp"]},
    "verifier": "auto", "tools": {}, "limits": {}, "compile_flags": None, "k": [1, 2],
    "sandbox": {"tier": "strict", "description": "d"}, "halo_forge": "0", "python": "3", "platform": "l", "workers": 1,
}  # fmt: skip


def problem(name: str, category: str | None = None, *, tests: bool = True) -> Problem:
    return Problem(name, "p", Language.CPP, category=category, cases=CASES if tests else ())


def judged(name: str, index: int, outcome: Outcome, n_tokens: int | None = 10, **sample: object) -> JudgedSample:
    compiled = None if outcome is J else outcome is not C
    reason = sample.get("finish", FinishReason.STOP)
    assert isinstance(reason, FinishReason)
    return JudgedSample(
        Sample(name, index, "t", n_tokens=n_tokens, prompt_tokens=5, finish_reason=reason),
        Verdict(name, index, outcome, compiled),
        Times(100.0, 101.0 + index, 102.0, 103.0 + index, 0, 0),
    )


def report(
    problems: list[Problem], samples: list[JudgedSample], ks: tuple[int, ...] = (1, 2), missing: int = 0,
    prices: Prices | None = None,
) -> Report:  # fmt: skip
    wanted = len(samples) + missing
    found = summarize(ProblemSet("p", "here", tuple(problems)), samples, ks, RUN, wanted, prices=prices)
    schema = json.loads((resources.files("halo_forge.report") / "result.schema.json").read_text())
    jsonschema.validate(json.loads(json.dumps(to_json(found))), schema)
    return found


def test_definitions() -> None:
    samples = [judged("a", 0, W), judged("a", 1, A), judged("b", 0, A), judged("b", 1, C), judged("c", 0, C)]
    samples.append(judged("c", 1, C, finish=FinishReason.LENGTH))
    found = report([problem("a", "x"), problem("b", "x"), problem("c")], samples)
    assert (found.total, found.passed, found.solved) == (3, 1, 2)
    assert found.pass_rate.value == pytest.approx(1 / 3)
    assert (found.samples.total, found.samples.compiled, found.samples.passed) == (6, 3, 2)
    assert found.compile_rate.value == 0.5
    assert found.pass_at_k[1].value == pytest.approx(1 / 3)
    assert found.pass_at_k[2].value == pytest.approx(2 / 3)
    assert found.outcomes == {A: 2, W: 1, C: 3}
    assert {k: (v.total, v.passed, v.solved) for k, v in found.by_category.items()} == {
        "uncategorized": (1, 0, 0), "x": (2, 1, 2),
    }  # fmt: skip
    assert (found.tokens.prompt, found.tokens.completion, found.tokens.truncated) == (30, 60, 1)
    assert (found.generation_s, found.verification_s) == (2.0, 2.0)
    assert found.judged_by == "tests"


def test_the_first_sample_is_the_one_of_lowest_index_however_they_come() -> None:
    assert report([problem("a")], [judged("a", 1, W), judged("a", 0, A)]).passed == 1
    assert report([problem("a")], [judged("a", 1, A), judged("a", 0, W)]).passed == 0


def test_judge_errors_are_in_no_rate() -> None:
    samples = [judged("a", 0, J), judged("a", 1, A), judged("b", 0, J), judged("b", 1, J)]
    found = report([problem("a"), problem("b")], samples, (1,))
    assert (found.total, found.passed, found.unscored) == (1, 1, 3)
    assert found.samples.total == 1
    assert found.compile_rate.value == 1.0
    assert "b" not in found.problems
    assert (found.problems["a"].n, found.problems["a"].c) == (1, 1)


def test_nothing_was_judged() -> None:
    found = report([problem("a")], [judged("a", 0, J)])
    assert (found.total, found.pass_rate.value, found.compile_rate.value) == (0, None, None)
    assert found.pass_at_k[1].value is None


def test_k_above_a_problems_samples_is_undefined() -> None:
    found = report([problem("a"), problem("b")], [judged("a", 0, A), judged("a", 1, A), judged("b", 0, A)])
    assert found.pass_at_k[1].value == 1.0
    assert found.pass_at_k[2].value is None


def test_tokens_are_unknown_as_soon_as_one_is() -> None:
    found = report([problem("a")], [judged("a", 0, A), judged("a", 1, A, n_tokens=None)])
    assert (found.tokens.prompt, found.tokens.completion) == (10, None)
    assert to_json(found)["tokens"]["per_second"] is None


@pytest.mark.parametrize(
    ("tests", "word"), [((True, True), "tests"), ((False, False), "compile"), ((True, False), "mixed")]
)
def test_judged_by(tests: tuple[bool, bool], word: str) -> None:
    problems = [problem(str(n), tests=t) for n, t in enumerate(tests)]
    assert report(problems, [judged("0", 0, A)], (1,)).judged_by == word


def test_the_published_keys_come_first() -> None:
    keys = list(to_json(report([problem("a")], [judged("a", 0, A)], (1,))))
    assert keys[:6] == ["total", "passed", "pass_rate", "pass_at_k", "by_category", "timing"]


def test_what_is_missing_is_said() -> None:
    found = report([problem("a")], [judged("a", 0, A)], (1,), missing=3)
    assert to_json(found)["missing"] == 3


def thinker(index: int, text: str, outcome: Outcome, thought: int | None) -> JudgedSample:
    sample = Sample("a", index, text, n_tokens=10, prompt_tokens=5, think_tokens=thought)
    return JudgedSample(sample, Verdict("a", index, outcome, outcome is A), Times())


def test_thinking_is_counted_and_so_is_what_was_cut() -> None:
    samples = [
        thinker(0, "<think>\nhm", Outcome.NO_CODE, 10),
        thinker(1, "<think>\nhm\n</think>\nno", Outcome.NO_CODE, 8),
        thinker(2, "<think>\nhm\n</think>\nint main() {}", A, 4),
    ]
    found = report([problem("a")], samples)
    assert (found.tokens.thinking, found.tokens.thinking_cut) == (22, 1)
    unknown = report([problem("a")], [*samples, thinker(3, "x", W, None)])
    assert unknown.tokens.thinking is None


def test_cost_by_hand() -> None:
    samples = [judged("a", 0, A), judged("a", 1, W), judged("b", 0, J), judged("c", 0, A)]
    found = report([problem("a"), problem("b"), problem("c")], samples, prices=Prices(1.0, 10.0))
    assert to_json(found)["cost"] == {
        "currency": "USD", "price_in": 1.0, "price_out": 10.0, "prompt_tokens": 20, "completion_tokens": 40,
        "total": pytest.approx(420e-6), "per_solved": pytest.approx(210e-6),
    }  # fmt: skip


def test_a_cost_that_is_not_known_is_null() -> None:
    assert to_json(report([problem("a")], [judged("a", 0, A)]))["cost"] is None
    uncounted = to_json(report([problem("a")], [judged("a", 0, A, n_tokens=None)], prices=Prices(1.0, 0.0)))["cost"]
    assert (uncounted["prompt_tokens"], uncounted["completion_tokens"]) == (5, None)
    assert (uncounted["total"], uncounted["per_solved"]) == (None, None)
    unsolved = to_json(report([problem("a")], [judged("a", 0, W)], prices=Prices(0.0, 1.0)))["cost"]
    assert (unsolved["total"], unsolved["per_solved"]) == (pytest.approx(10e-6), None)


def test_metrics_on_request() -> None:
    samples = [judged("a", 0, A), judged("a", 1, A), judged("b", 0, A), judged("b", 1, W)]
    problems = ProblemSet("p", "here", (problem("a"), problem("b")))
    metrics = [Metric.parse(text) for text in ("pass^2", "G-Pass@2_.5", "pass^3")]
    result = to_json(summarize(problems, samples, (1,), RUN, 4, metrics=metrics))
    schema = json.loads((resources.files("halo_forge.report") / "result.schema.json").read_text())
    jsonschema.validate(result, schema)
    assert result["metrics"] == {"pass^2": 0.5, "g-pass@2_0.5": 1.0, "pass^3": None}
    assert result["intervals"]["metrics"]["pass^3"] is None
    assert result["problems"]["b"] == {
        "n": 2, "c": 1, "hash": problem("b").hash, "compiled": 2, "category": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ["pass@2", "pass^0", "pass^", "g-pass@4", "g-pass@4_2", "g-pass@4_0", "", "g-pass@0_1"]
)
def test_what_is_no_metric(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no metric|tau must be"):
        Metric.parse(text)
