"""Known values of the metrics, worked out with exact fractions, and what other tools make of some counts."""

from __future__ import annotations

import subprocess
import sys
import time
from fractions import Fraction

import numpy as np
import pytest

from halo_forge.metrics import (
    bayes_at_n,
    g_pass_at_k,
    mean_pass_at_k,
    mean_rate,
    pass_at_k,
    pass_at_k_many,
    pass_hat_k,
    rerun_standard_error,
    wilson_interval,
    within_variance,
)
from halo_forge.types import Estimate

PASS_AT_K = [
    (5, 0, 5, 0.0),
    (5, 1, 5, 1.0),
    (5, 2, 3, 0.9),
    (10, 3, 1, 0.3),
    (10, 3, 5, 0.9166666666666666),
    (16, 9, 4, 0.9807692307692307),
    (20, 5, 10, 0.9837461300309598),
    (100, 7, 10, 0.5332595856827856),
    (200, 1, 100, 0.5),
    (200, 13, 100, 0.9999194971988055),
    (200, 20, 10, 0.660225623763214),
    (200, 20, 100, 0.9999996678312922),
    (200, 101, 100, 1.0),
    (1000, 3, 100, 0.2712433876762534),
    (1000, 10, 500, 0.9990668121978155),
    (2000, 2, 1000, 0.7501250625312657),
    (10000, 5, 1000, 0.4095756271366452),
    (100000, 3, 10000, 0.27100243003870067),
    (1000000, 2, 100000, 0.19000009000009),
    (1000000, 1, 1, 1e-06),
    (1000000000, 1, 1, 1e-09),
]


@pytest.mark.parametrize(("n", "c", "k", "expected"), PASS_AT_K)
def test_pass_at_k_is_the_nearest_float(n: int, c: int, k: int, expected: float) -> None:
    assert pass_at_k(n, c, k) == expected


@pytest.mark.parametrize(("n", "c", "k", "expected"), PASS_AT_K)
def test_pass_at_k_many_agrees(n: int, c: int, k: int, expected: float) -> None:
    assert pass_at_k_many([n], [c], k)[0] == pytest.approx(expected, rel=1e-14, abs=0)


@pytest.mark.parametrize(("k", "expected"), [(1, 0.5), (2, 0.8), (3, 0.95)])
def test_pass_at_k_as_inspect_ai_reduces_it(k: int, expected: float) -> None:
    assert pass_at_k(6, 3, k) == expected


@pytest.mark.parametrize(("k", "expected"), [(1, 0.5), (2, 0.2), (3, 0.05)])
def test_pass_hat_k_as_inspect_ai_reduces_it(k: int, expected: float) -> None:
    assert pass_hat_k(6, 3, k) == expected


@pytest.mark.parametrize(
    ("n", "c", "k", "expected"),
    [(10, 7, 3, 0.2916666666666667), (200, 150, 4, 0.3132146658534945), (10, 2, 3, 0.0)],
)
def test_pass_hat_k(n: int, c: int, k: int, expected: float) -> None:
    assert pass_hat_k(n, c, k) == expected


@pytest.mark.parametrize(
    ("tau", "expected"), [(0.5, 0.8076923076923077), (0.75, 0.3923076923076923), (1.0, 0.06923076923076923)]
)
def test_g_pass_at_k(tau: float, expected: float) -> None:
    assert g_pass_at_k(16, 9, 4, tau) == expected


def test_g_pass_reads_tau_as_the_decimal_it_is_written_as() -> None:
    assert 0.55 * 100 > 55  # what floating point makes of it
    assert g_pass_at_k(200, 110, 100, 0.55) == g_pass_at_k(200, 110, 100, Fraction(55, 100))
    assert g_pass_at_k(200, 110, 100, 0.55) > g_pass_at_k(200, 110, 100, 0.56)


def test_g_pass_beyond_whole_numbers() -> None:
    assert g_pass_at_k(2500, 1200, 100, 0.5) == pytest.approx(0.3792863852105594, rel=1e-12)
    assert g_pass_at_k(100000, 300, 1000, 0.005) == pytest.approx(0.1836331498332632, rel=1e-12)


@pytest.mark.parametrize(("n", "c", "expected"), [(0, 0, 0.5), (10, 0, 1 / 12), (10, 10, 11 / 12), (4, 1, 1 / 3)])
def test_bayes_at_n(n: int, c: int, expected: float) -> None:
    assert bayes_at_n(n, c) == expected


@pytest.mark.parametrize(
    ("n", "c", "k", "expected"),
    [(10, 3, 1, 0.0233333333), (10, 3, 3, 0.0517361111), (200, 20, 10, 0.0069045895)],
)
def test_within_variance(n: int, c: int, k: int, expected: float) -> None:
    assert within_variance(n, c, k) == pytest.approx(expected, abs=5e-11)


def test_within_variance_needs_two_sets_of_k() -> None:
    assert within_variance(5, 2, 3) is None
    assert within_variance(6, 2, 3) is not None


def test_rerun_standard_error() -> None:
    assert rerun_standard_error([(10, 3)], 1) == pytest.approx(0.0233333333**0.5, abs=1e-9)
    assert rerun_standard_error([(10, 3)] * 4, 1) == pytest.approx(0.0233333333**0.5 / 2, abs=1e-9)
    assert rerun_standard_error([(10, 3), (5, 1)], 3) is None
    assert rerun_standard_error([], 1) is None


@pytest.mark.parametrize("of", [lambda counts: mean_pass_at_k(counts, 1), mean_rate])
@pytest.mark.parametrize(
    ("problems", "passed", "value", "low", "high"),
    [(20, 0, 0.0, 0.0, 0.179681), (164, 164, 1.0, 0.976777, 1.0)],
)
def test_interval_at_the_ends(of, problems: int, passed: int, value: float, low: float, high: float) -> None:  # type: ignore[no-untyped-def]
    counts = [(1, 1)] * passed + [(1, 0)] * (problems - passed)
    found = of(counts)
    assert (found.value, found.problems, found.samples) == (value, problems, problems)
    assert found.low == pytest.approx(low, abs=5e-7)
    assert found.high == pytest.approx(high, abs=5e-7)


def test_interval_follows_its_formula() -> None:
    counts = [(4, 0), (4, 1), (4, 2), (4, 4)]
    x = 7 / 16
    s2 = float(np.var([0, 0.25, 0.5, 1], ddof=1)) / 4
    low, high = wilson_interval(x, x * (1 - x) / s2, 3.182446305284263)  # t with 3 degrees of freedom
    for found in (mean_pass_at_k(counts, 1), mean_rate(counts)):
        assert (found.value, found.problems, found.samples) == (x, 4, 16)
        assert (found.low, found.high) == pytest.approx((low, high), rel=1e-12)


def test_effective_sample_size_stays_between_problems_and_samples() -> None:
    # Rates that hardly differ: no better than 2 * 10 independent samples.
    found = mean_pass_at_k([(10, 5), (10, 6)], 1)
    assert (found.low, found.high) == pytest.approx(wilson_interval(0.55, 20, 12.706204736174694))
    # Rates that do not differ at all: no better than two problems.
    found = mean_pass_at_k([(10, 5), (10, 5)], 1)
    assert (found.low, found.high) == pytest.approx(wilson_interval(0.5, 2, 12.706204736174694))


def test_mean_pass_at_k_is_rounded_once() -> None:
    assert (0.1 + 0.2) / 2 != 0.15
    assert mean_pass_at_k([(10, 1), (10, 2)], 1).value == 0.15
    assert mean_pass_at_k([(10, 1), (20, 4)], 1).value == 0.15


def test_mean_pass_at_k_is_undefined_when_any_problem_has_too_few_samples() -> None:
    assert mean_pass_at_k([(10, 10), (4, 4)], 5) == Estimate(None, None, None, 2, 14)
    assert mean_pass_at_k([(5, 5), (0, 0)], 1) == Estimate(None, None, None, 2, 5)
    assert mean_pass_at_k([], 1) == Estimate(None, None, None, 0, 0)


def test_one_problem_has_no_interval() -> None:
    assert mean_pass_at_k([(10, 3)], 1) == Estimate(0.3, None, None, 1, 10)
    assert mean_rate([(10, 3)]) == Estimate(0.3, None, None, 1, 10)


def test_mean_rate_pools_the_samples() -> None:
    assert mean_rate([(1, 1), (9, 2)]).value == 0.3
    assert mean_rate([]) == Estimate(None, None, None, 0, 0)
    assert mean_rate([(0, 0), (0, 0)]) == Estimate(None, None, None, 0, 0)
    assert mean_rate([(0, 0), (4, 1), (4, 3)]) == mean_rate([(4, 1), (4, 3)])


def test_mean_rate_with_unequal_samples() -> None:
    counts = [(2, 2), (4, 1), (10, 6), (8, 8)]
    p, samples = 17 / 24, 24
    s2 = 4 / 3 * sum((c - p * n) ** 2 for n, c in counts) / samples**2
    found = mean_rate(counts)
    assert (found.low, found.high) == pytest.approx(wilson_interval(p, p * (1 - p) / s2, 3.182446305284263))


@pytest.mark.parametrize(
    ("n", "c", "k", "says"),
    [
        (5, 0, 10, "k=10 needs at least 10 samples of a problem, got n=5"),
        (5, 6, 1, "c must not be above n, got c=6 and n=5"),
        (5, -1, 1, "c must not be negative, got c=-1"),
        (-5, 0, 1, "n must not be negative, got n=-5"),
        (5, 1, 0, "k must be at least 1, got k=0"),
        (5, 1, -1, "k must be at least 1, got k=-1"),
    ],
)
def test_wrong_counts_are_errors(n: int, c: int, k: int, says: str) -> None:
    with pytest.raises(ValueError, match=f"^{says}$"):
        pass_at_k(n, c, k)
    with pytest.raises(ValueError, match=f"^{says}$"):
        pass_hat_k(n, c, k)
    with pytest.raises(ValueError, match=f"^{says}$"):
        g_pass_at_k(n, c, k, 0.5)
    with pytest.raises(ValueError, match=f"^{says}"):
        pass_at_k_many([20, n], [3, c], k)


def test_wrong_counts_are_errors_in_means_too() -> None:
    with pytest.raises(ValueError, match=r"c=6 and n=5 \(entry 1\)"):
        mean_pass_at_k([(5, 5), (5, 6)], 1)
    with pytest.raises(ValueError, match=r"c=-1 \(entry 0\)"):
        mean_rate([(5, -1)])
    with pytest.raises(ValueError, match="k must be at least 1"):
        rerun_standard_error([], 0)
    with pytest.raises(ValueError, match=r"got n=5 \(entry 1\)"):
        pass_at_k_many([20, 5], 1, 10)
    with pytest.raises(TypeError):
        pass_at_k(5.0, 1, 1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="whole numbers"):
        pass_at_k_many([5.0], [1], 1)


@pytest.mark.parametrize("tau", [0.0, -0.5, 1.5, float("nan")])
def test_wrong_tau_is_an_error(tau: float) -> None:
    with pytest.raises(ValueError, match="tau must be above 0 and at most 1"):
        g_pass_at_k(16, 9, 4, tau)


def test_pass_at_k_many_shapes() -> None:
    assert pass_at_k_many([], [], 3).shape == (0,)
    assert pass_at_k_many(10, 3, 1).shape == ()
    table = pass_at_k_many([[10], [20]], [0, 1, 2], 5)
    assert table == pytest.approx(np.array([[0, 1 / 2, 7 / 9], [0, 1 / 4, 17 / 38]]), rel=1e-14)


@pytest.mark.timeout(60)  # a factor at a time, of a billion, would take longer
def test_large_counts_are_quick() -> None:
    assert pass_at_k(10**9, 2 * 10**5, 10**5) == pytest.approx(0.9999999979450217, rel=1e-14)
    assert pass_at_k(10**6, 10**5, 10**5) == 1.0
    assert pass_hat_k(10**6, 10**6 - 10**5, 10**5) == 0.0
    assert within_variance(10**9, 10**8, 1) == pytest.approx(0.9 * 0.1 / 10**9, rel=1e-6)


def test_a_million_problems_are_no_loop() -> None:
    rng = np.random.default_rng(7)
    n = rng.integers(100, 1001, 10**6)
    c = rng.integers(0, n + 1)
    began = time.process_time()
    rates = pass_at_k_many(n, c, 100)
    many_s, began = time.process_time() - began, time.process_time()
    some = 20_000
    for i in range(some):
        pass_at_k(int(n[i]), int(c[i]), 100)
    loop_s = (time.process_time() - began) * len(n) / some
    assert many_s < loop_s / 2
    for i in range(0, 10**6, 10**5):
        assert rates[i] == pytest.approx(pass_at_k(int(n[i]), int(c[i]), 100), rel=1e-12)


def test_importing_the_module_imports_nothing_heavy() -> None:
    code = "import sys, halo_forge.metrics; sys.exit('numpy' in sys.modules or 'scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Coverage of the interval, for new problems from the same source, in 1,500 runs (standard error 0.006).


@pytest.mark.parametrize(
    ("problems", "n", "k", "shape"),
    [
        (20, 5, 1, (9.0, 1.0)),  # few problems, most of them easy
        (164, 10, 1, (0.5, 0.3)),  # a common set; models tend to know a problem or not
        (50, 20, 10, (0.3, 1.5)),  # several tries at hard problems
    ],
)
def test_interval_holds_the_truth(problems: int, n: int, k: int, shape: tuple[float, float]) -> None:
    rng = np.random.default_rng(20)
    truth = float(np.mean(1 - (1 - rng.beta(*shape, 10**6)) ** k))
    runs = rng.binomial(n, rng.beta(*shape, (1500, problems))).tolist()
    found = [mean_pass_at_k([(n, c) for c in run], k) for run in runs]
    covered = sum(e.low is not None and e.high is not None and e.low <= truth <= e.high for e in found)
    assert 0.92 <= covered / len(found) <= 0.99


def test_interval_of_a_rate_holds_the_truth_with_unequal_samples() -> None:
    rng = np.random.default_rng(21)
    counts = rng.integers(1, 21, (1500, 40))
    passed = rng.binomial(counts, rng.beta(2, 1, counts.shape))
    found = [mean_rate(list(zip(*pair, strict=True))) for pair in zip(counts.tolist(), passed.tolist(), strict=True)]
    covered = sum(e.low is not None and e.high is not None and e.low <= 2 / 3 <= e.high for e in found)
    assert 0.92 <= covered / len(found) <= 0.99
