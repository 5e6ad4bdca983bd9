"""From judged samples to a report, in one pass and with memory for the problems only, not for the samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from halo_forge.cost import cost_of
from halo_forge.hardware.figures import hardware_of
from halo_forge.hardware.session import Session
from halo_forge.metrics import mean_pass_at_k, mean_rate
from halo_forge.problems.base import ProblemSet
from halo_forge.requested import Metric
from halo_forge.store import JudgedSample, PhaseSpans, Times, phase_spans
from halo_forge.types import (
    UNCATEGORIZED,
    CategoryCount,
    FinishReason,
    JSONObject,
    Outcome,
    Prices,
    Problem,
    ProblemCount,
    Report,
    SampleCount,
    TestStyle,
    TokenCount,
    Verdict,
)
from halo_forge.verifiers.extract import only_thinks


@dataclass(slots=True)
class _Tally:
    """What is remembered of one problem's samples."""

    n: int = 0
    compiled: int = 0
    passed: int = 0
    repeats: int = 0
    first_index: int | None = None
    first_passed: bool = False

    def add(self, verdict: Verdict) -> None:
        self.n += 1
        self.compiled += bool(verdict.compiled)
        self.passed += verdict.passed
        self.repeats += verdict.same_as is not None
        if self.first_index is None or verdict.index < self.first_index:
            self.first_index, self.first_passed = verdict.index, verdict.passed


@dataclass(slots=True)
class _Totals:
    """What is remembered of all samples together."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    unscored: int = 0
    prompt_tokens: int | None = 0
    completion_tokens: int | None = 0
    think_tokens: int | None = 0
    truncated: int = 0
    thinking_cut: int = 0

    def add(self, judged: JudgedSample) -> None:
        sample = judged.sample
        self.outcomes[judged.verdict.outcome] += 1
        self.unscored += judged.verdict.outcome is Outcome.JUDGE_ERROR
        self.prompt_tokens = _plus(self.prompt_tokens, sample.prompt_tokens)
        self.completion_tokens = _plus(self.completion_tokens, sample.n_tokens)
        self.think_tokens = _plus(self.think_tokens, sample.think_tokens)
        self.truncated += sample.finish_reason is FinishReason.LENGTH
        self.thinking_cut += judged.verdict.outcome is Outcome.NO_CODE and only_thinks(sample.text)

    def tokens(self) -> TokenCount:
        return TokenCount(
            self.prompt_tokens, self.completion_tokens, self.truncated, self.think_tokens, self.thinking_cut
        )


def summarize(
    problems: ProblemSet, judged: Iterable[JudgedSample], ks: Sequence[int], run: JSONObject, wanted: int,
    *, metrics: Sequence[Metric] = (), prices: Prices | None = None, measured: Sequence[Session] = (),
) -> Report:  # fmt: skip
    """Everything that a report says. `judged` is read once; samples of problems outside the set are left out.

    Args:
        wanted: how many samples the run is to have in all.
        metrics: what is to be reported beside pass@k.
        prices: of tokens; without them the report has no cost.
        measured: what was measured of the machine; without it the report has no hardware.
    """
    tallies = {problem.id: _Tally() for problem in problems.problems}
    totals = _Totals()

    def seen() -> Iterable[Times]:
        for one in judged:
            tally = tallies.get(one.sample.problem_id)
            if tally is None:
                continue
            totals.add(one)
            if one.verdict.outcome is not Outcome.JUDGE_ERROR:
                tally.add(one.verdict)
            yield one.times

    spans = phase_spans(seen())
    report = _report(problems, tallies, totals, ks, run, spans, wanted, metrics)
    return replace(
        report,
        cost=None if prices is None else cost_of(report.tokens, report.solved, prices),
        hardware=hardware_of(
            measured, spans, tokens=report.tokens.completion, solved=report.solved, notes=_elsewhere(run)
        ),
    )


def _elsewhere(run: JSONObject) -> Iterator[str]:
    if run["model"].get("engine") == "openai":
        yield "a server ran the model: where that is another machine, its hardware is in no figure"


def _report(
    problems: ProblemSet, tallies: dict[str, _Tally], totals: _Totals, ks: Sequence[int], run: JSONObject,
    spans: PhaseSpans, wanted: int, metrics: Sequence[Metric],
) -> Report:  # fmt: skip
    scored = [(problem, tally) for problem in problems.problems if (tally := tallies[problem.id]).n]
    counts = [(tally.n, tally.passed) for _, tally in scored]
    return Report(
        total=len(scored),
        passed=sum(tally.first_passed for _, tally in scored),
        solved=sum(tally.passed > 0 for _, tally in scored),
        pass_rate=mean_pass_at_k([(1, int(tally.first_passed)) for _, tally in scored], 1),
        compile_rate=mean_rate([(tally.n, tally.compiled) for _, tally in scored]),
        pass_at_k={k: mean_pass_at_k(counts, k) for k in ks},
        samples=SampleCount(
            total=sum(tally.n for _, tally in scored),
            compiled=sum(tally.compiled for _, tally in scored),
            passed=sum(tally.passed for _, tally in scored),
            repeats=sum(tally.repeats for _, tally in scored),
        ),
        unscored=totals.unscored,
        missing=wanted - totals.outcomes.total(),
        outcomes={outcome: totals.outcomes[outcome] for outcome in Outcome if totals.outcomes[outcome]},
        by_category=_by_category(scored),
        problems={
            problem.id: ProblemCount(tally.n, tally.passed, problem.hash, tally.compiled, problem.category)
            for problem, tally in scored
        },
        judged_by=judged_by(problems.problems),
        tokens=totals.tokens(),
        generation_s=spans.generation_s,
        verification_s=spans.judging_s,
        run=run,
        metrics={metric.name: metric.mean(counts) for metric in metrics},
    )


def judged_by(problems: Sequence[Problem]) -> str:
    """Whether verdicts rest on tests, on compiling alone, or on the one here and the other there."""
    compile_only = sum(problem.test_style is TestStyle.COMPILE for problem in problems)
    if compile_only == 0:
        return "tests"
    return "compile" if compile_only == len(problems) else "mixed"


def _by_category(scored: Sequence[tuple[Problem, _Tally]]) -> dict[str, CategoryCount]:
    groups: dict[str, list[_Tally]] = {}
    for problem, tally in scored:
        groups.setdefault(UNCATEGORIZED if problem.category is None else problem.category, []).append(tally)
    return {
        name: CategoryCount(
            total=len(tallies),
            passed=sum(tally.first_passed for tally in tallies),
            solved=sum(tally.passed > 0 for tally in tallies),
        )
        for name, tallies in sorted(groups.items())
    }


def _plus(total: int | None, more: int | None) -> int | None:
    """A sum that is unknown as soon as one part is."""
    return None if total is None or more is None else total + more
