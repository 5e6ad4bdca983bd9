"""Do the intervals hold what they promise, and does the verdict raise false alarms? Many runs of a known model.

A problem's pass rate is drawn from a Beta distribution; two models have it in common or, on one problem of five, draw
their own. So both are equally good on problems of this kind, and their true pass@k is known.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from comparing import result
from halo_forge.compare import compare
from halo_forge.metrics import mean_pass_at_k

ALPHA, BETA = 0.6, 0.9
RUNS = 800


def true_pass_at_k(k: int) -> float:
    """1 - E[(1-p)^k] with p from the Beta distribution."""
    return 1 - math.prod((BETA + i) / (ALPHA + BETA + i) for i in range(k))


@pytest.mark.parametrize(("problems", "samples", "k"), [(164, 1, 1), (50, 10, 1), (100, 5, 3)])
def test_coverage_and_false_alarms(problems: int, samples: int, k: int) -> None:
    rng = np.random.default_rng([problems, samples, k])
    truth = true_pass_at_k(k)
    covered = covered_gap = alarms = 0
    for _ in range(RUNS):
        shared, own = rng.beta(ALPHA, BETA, problems), rng.beta(ALPHA, BETA, problems)
        rates = [shared, np.where(rng.random(problems) < 0.2, own, shared)]
        a, b = ([(samples, int(c)) for c in rng.binomial(samples, rate)] for rate in rates)
        found = mean_pass_at_k(a, k)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= truth <= found.high
        (pair,) = compare([result("a", a), result("b", b)], "a", [k]).pairs
        assert pair.low is not None
        assert pair.high is not None
        covered_gap += pair.low <= 0 <= pair.high
        alarms += bool(pair.distinguishable)
    assert 0.92 <= covered / RUNS <= 0.99
    assert 0.92 <= covered_gap / RUNS <= 0.99
    assert alarms / RUNS <= 0.06


def test_a_real_difference_is_found() -> None:
    rng = np.random.default_rng(1)
    found = 0
    for _ in range(50):
        rate = rng.beta(ALPHA, BETA, 164)
        a = [(10, int(c)) for c in rng.binomial(10, rate)]
        b = [(10, int(c)) for c in rng.binomial(10, np.minimum(1, rate + 0.1))]
        found += bool(compare([result("a", a), result("b", b)], "a", [1]).pairs[0].distinguishable)
    assert found >= 45
