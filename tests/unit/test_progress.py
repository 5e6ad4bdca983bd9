"""How long a run will take yet, and what is shown meanwhile."""

from __future__ import annotations

import io
import time

import pytest
from rich.console import Console

from halo_forge.cli.counts import Counts
from halo_forge.cli.progress import line_of, render
from halo_forge.metrics import mean_pass_at_k
from halo_forge.types import Outcome, Sample, Verdict

PROBLEMS = ("add", "two_sum", "a_problem_with_a_name_that_is_far_too_long_to_be_shown")


def after(seconds: float, counts: Counts, generated: int, judged: int) -> Counts:
    """So much was done, evenly, in the last `seconds`."""
    for index in range(max(generated, judged)):
        if index < generated:
            counts.generated(Sample("p", index, "", n_tokens=10))
        if index < judged:
            counts.judged(Sample("p", index, ""), Verdict("p", index, Outcome.ACCEPTED, True))
    counts.started = time.monotonic() - seconds
    return counts


def test_too_early_to_say() -> None:
    assert after(1.0, Counts(total=100, to_generate=100), 50, 50).seconds_left is None
    assert after(100.0, Counts(total=100, to_generate=100), 0, 0).seconds_left is None


def test_while_a_model_generates_it_sets_the_pace() -> None:
    left = after(50.0, Counts(total=100, to_generate=100), 25, 1).seconds_left
    assert left == pytest.approx(150.0, rel=0.01)


def test_then_judging_sets_it_by_its_pace_since() -> None:
    counts = after(50.0, Counts(total=100, to_generate=100), 100, 100)
    counts.judged_now, counts.judged_by_then = 40, 10
    counts.last_sample_at = time.monotonic() - 30.0
    assert counts.seconds_left == pytest.approx(60.0, rel=0.01)


def test_a_run_that_only_judges() -> None:
    counts = after(20.0, Counts(total=100, to_generate=0, already_judged=20), 0, 40)
    assert counts.seconds_left == pytest.approx(20.0, rel=0.01)


def test_nothing_is_left() -> None:
    counts = after(20.0, Counts(total=10, to_generate=10), 10, 10)
    counts.last_sample_at = time.monotonic() - 10.0
    assert counts.seconds_left is None


def verdict(problem: str, index: int, outcome: Outcome, seconds: float) -> Verdict:
    return Verdict(problem, index, outcome, compiled=True, wall_s=seconds)


def mixed() -> list[Verdict]:
    """Of each problem one sample with each outcome, and `add` passes twice; later problems take longer."""
    verdicts = [
        verdict(problem, index, outcome, 1.0 + place)
        for place, problem in enumerate(PROBLEMS)
        for index, outcome in enumerate(Outcome)
    ]
    return [*verdicts, verdict("add", len(Outcome), Outcome.ACCEPTED, 1.0)]


def counted(verdicts: list[Verdict], resumed: list[Verdict]) -> Counts:
    total = len(verdicts) + len(resumed)
    counts = Counts(total=total, to_generate=len(verdicts), already_generated=len(resumed))
    for one in resumed:
        counts.resumed(one.problem_id, one.outcome, one.wall_s)
    for one in verdicts:
        sample = Sample(one.problem_id, one.index, "", n_tokens=7)
        counts.generated(sample)
        counts.judged(sample, one)
    return counts


@pytest.mark.parametrize("before", [0, 1, 14, 28])
def test_the_standing_is_of_all_sessions(before: int) -> None:
    everything = mixed()
    standing = counted(everything[before:], everything[:before]).standing()
    scored = len(Outcome) - 1  # judge errors are in no rate
    assert standing.pass_at_1 == mean_pass_at_k([(scored + 1, 2), (scored, 1), (scored, 1)], 1)
    assert dict(standing.outcomes) == {outcome: 4 if outcome is Outcome.ACCEPTED else 3 for outcome in Outcome}
    assert standing.slowest == ((PROBLEMS[2], 3.0), ("two_sum", 2.0), ("add", 1.0))


def test_nothing_is_known_yet() -> None:
    counts = Counts(total=10, to_generate=10)
    assert counts.standing().pass_at_1.value is None
    assert line_of(counts) == "generated 0/10, judged 0/10"
    assert [line.split()[0] for line in drawn(counts, 80)] == ["generated", "judged"]


def test_a_line_for_no_terminal() -> None:
    counts = counted(mixed(), [])
    estimate = counts.standing().pass_at_1
    assert estimate.low is not None
    assert estimate.high is not None
    low, high = f"{100 * estimate.low:.1f}%", f"{100 * estimate.high:.1f}%"
    start = f"generated 28/28, judged 28/28 · pass@1 15.7% ({low} to {high}) · 3 NOT JUDGED · "
    assert line_of(counts).startswith(start)
    assert line_of(counts).endswith(" tokens/s")


def drawn(counts: Counts, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    console.print(render(counts, width))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("width", [30, 40, 50, 80, 200])
def test_the_view_fits_and_tears_nothing(width: int) -> None:
    lines = drawn(counted(mixed(), []), width)
    assert all(len(line) <= width for line in lines)
    text = "\n".join(lines)
    for outcome in Outcome:
        count = 4 if outcome is Outcome.ACCEPTED else 3
        assert f"{count} {outcome}" in text or width < 11 + len(f"{count} {outcome}")
    for part in ("28/28", "pass@1", "3 problems so far", "two_sum 2.0 s"):
        assert part in text


def test_the_view_at_80_columns() -> None:
    words = [line.split() for line in drawn(counted(mixed(), []), 80)]
    assert [line[0] for line in words][:5] == ["generated", "judged", "NOT", "pass@1", "outcomes"]
    slowest = next(line for line in words if line[0] == "slowest")
    assert slowest[1:6] == ["a_problem_with_a_name_that_is…", "3.0", "s", "a", "sample"]
