"""Known values of the statistics that compare results."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from scipy.stats import permutation_test, ttest_rel

from comparing import discordant
from halo_forge.compare.paired import Counts, difference, interval, problems_needed, sign_flip
from halo_forge.compare.several import holm
from halo_forge.comparison import Method
from halo_forge.metrics import mean_g_pass_at_k, mean_pass_at_k, mean_pass_hat_k, pass_at_k


def test_thirty_against_ten() -> None:
    a, b = discordant(30, 10, 124)
    assert sign_flip(a, b, 1) == (0.0022214337732293643, Method.MCNEMAR)
    assert sign_flip(b, a, 1) == (0.0022214337732293643, Method.MCNEMAR)
    found = difference(a, b, 1)
    assert found.p_value == 0.0022214337732293643
    assert found.value == pytest.approx(20 / 164, rel=1e-15)


@pytest.mark.parametrize(
    ("better", "worse", "expected"), [(5, 0, Fraction(2, 32)), (6, 0, Fraction(2, 64)), (9, 1, Fraction(22, 1024))]
)
def test_few_discordant_problems(better: int, worse: int, expected: Fraction) -> None:
    a, b = discordant(better, worse, 30)
    assert sign_flip(a, b, 1)[0] == pytest.approx(float(expected), rel=1e-14)


def by_enumeration(a: Counts, b: Counts, k: int) -> float:
    """The same p from every assignment of signs, in whole fractions."""
    gaps = [fraction(*x, k) - fraction(*y, k) for x, y in zip(a, b, strict=True)]
    ours = abs(sum(gaps))
    far = sum(
        abs(sum(s * g for s, g in zip(signs, gaps, strict=True))) >= ours
        for signs in product((-1, 1), repeat=len(gaps))
    )
    return far / 2 ** len(gaps)


def fraction(n: int, c: int, k: int) -> Fraction:
    return 1 - Fraction(math.comb(n - c, k), math.comb(n, k))


@pytest.mark.parametrize("k", [1, 2, 4])
@pytest.mark.parametrize("seed", range(6))
def test_the_exact_distribution(k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = rng.integers(4, 7, (2, 11)) if seed % 2 else np.full((2, 11), 5)  # unequal numbers of samples too
    a, b = ([(int(m), int(rng.integers(0, m + 1))) for m in row] for row in n)
    p, method = sign_flip(a, b, k)
    assert p == pytest.approx(by_enumeration(a, b, k), rel=1e-12)
    assert method is not Method.RESAMPLED


def test_equal_results() -> None:
    a = [(4, 1), (4, 2), (4, 4)]
    assert sign_flip(a, a, 2) == (1.0, Method.EXACT)
    found = difference(a, a, 2)
    bound = 1 - 0.05 ** (1 / 3)
    assert (found.value, found.p_value) == (0.0, 1.0)
    assert (found.low, found.high) == (pytest.approx(-bound), pytest.approx(bound))
    assert (found.smallest_gap, found.problems_needed) == (None, None)


def test_one_problem_has_no_interval() -> None:
    found = difference([(4, 4)], [(4, 0)], 1)
    assert (found.value, found.low, found.high, found.p_value) == (1.0, None, None, 1.0)
    assert (found.smallest_gap, found.problems_needed) == (None, None)


@pytest.mark.parametrize("problems", [2, 4, 20, 164])
def test_the_interval_is_the_paired_t(problems: int) -> None:
    rng = np.random.default_rng(problems)
    a, b = rng.random((2, problems)) / 2
    expected = ttest_rel(a, b).confidence_interval()
    low, high = interval(a.tolist(), b.tolist())
    assert low == pytest.approx(max(-1, expected.low), rel=1e-9)
    assert high == pytest.approx(min(1, expected.high), rel=1e-9)


def test_the_interval_where_all_differ_alike() -> None:
    assert interval([1.0] * 5, [0.0] * 5) == (pytest.approx(1 - 2 * (1 - 0.05**0.2)), 1.0)
    low, high = interval([0.5] * 20, [0.25] * 20)
    assert low is not None
    assert high is not None
    assert low < 0.25 < high


def test_planning() -> None:
    assert problems_needed(0.109, 0.031) == 890
    assert problems_needed(0.109, -0.031) == 890
    assert problems_needed(0.109, 0.0) is None
    a, b = discordant(30, 10, 124)
    variance = float(np.var([1] * 30 + [-1] * 10 + [0] * 124, ddof=1))
    found = difference(a, b, 1)
    assert found.smallest_gap == pytest.approx(2.80 * math.sqrt(variance / 164), rel=1e-12)
    assert found.problems_needed == math.ceil(2.80**2 * variance / (20 / 164) ** 2)


def test_too_large_for_exactness_is_resampled_as_scipy_does() -> None:
    rng = np.random.default_rng(3)
    a, b = ([(3000, int(c)) for c in rng.integers(0, 3001, 40)] for _ in range(2))
    p, method = sign_flip(a, b, 2)
    values = [np.array([pass_at_k(n, c, 2) for n, c in counts]) for counts in (a, b)]
    expected = permutation_test(
        (values[0], values[1]), lambda x, y, axis: (x - y).mean(axis=axis), permutation_type="samples",
        vectorized=True, n_resamples=9999, rng=0, batch=1000,
    ).pvalue  # fmt: skip
    assert (p, method) == (expected, Method.RESAMPLED)
    assert sign_flip(a, b, 2)[0] == p  # the same files give the same p


def test_resampling_few_problems_takes_every_sign() -> None:
    a, b = [(3000, 10), (3000, 20), (3000, 5)], [(3000, 1), (3000, 2), (3000, 7)]
    assert sign_flip(a, b, 2) == (pytest.approx(by_enumeration(a, b, 2)), Method.EXACT)


def test_exact_with_many_samples() -> None:
    rng = np.random.default_rng(5)
    a, b = ([(200, int(c)) for c in rng.integers(0, 201, 1000)] for _ in range(2))
    p, method = sign_flip(a, b, 1)
    assert method is Method.EXACT
    gaps = np.array([x[1] - y[1] for x, y in zip(a, b, strict=True)])
    z = abs(gaps.sum()) / math.sqrt((gaps**2).sum())
    assert p == pytest.approx(math.erfc(z / math.sqrt(2)), abs=0.002)  # where it tends to


def test_different_problems_are_an_error() -> None:
    with pytest.raises(ValueError, match="got 1 and 2"):
        difference([(1, 1)], [(1, 1), (1, 0)], 1)
    with pytest.raises(ValueError, match="got 0 and 0"):
        difference([], [], 1)
    with pytest.raises(ValueError, match="k=3 needs"):
        difference([(2, 1)], [(2, 1)], 3)


def test_holm() -> None:
    assert holm([]) == []
    assert holm([0.03]) == [0.03]
    assert holm([0.01, 0.04, 0.03, 0.005]) == [pytest.approx(p) for p in (0.03, 0.06, 0.06, 0.02)]
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_means_of_the_metrics_on_request() -> None:
    counts = [(10, 7), (10, 2)]
    assert mean_pass_hat_k(counts, 3).value == 0.2916666666666667 / 2
    assert mean_pass_hat_k(counts, 1).value == pytest.approx(0.45, rel=1e-15)
    assert mean_g_pass_at_k([(16, 9)], 4, 0.75).value == 0.3923076923076923
    assert mean_g_pass_at_k(counts, 3, 1.0) == mean_pass_hat_k(counts, 3)
    assert mean_g_pass_at_k(counts, 3, 0.1).value == pytest.approx(mean_pass_at_k(counts, 3).value)
    assert mean_pass_hat_k([(10, 7), (2, 2)], 3).value is None
    with pytest.raises(ValueError, match="tau"):
        mean_g_pass_at_k(counts, 3, 0)
