"""How long a run will take yet."""

from __future__ import annotations

import time

import pytest

from halo_forge.cli.progress import Counts
from halo_forge.types import Outcome, Sample, Verdict


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
