"""What has to hold of the metrics for all counts."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations
from random import Random
from statistics import fmean

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

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


@st.composite
def counts_and_k(draw: st.DrawFn, most: int = 400) -> tuple[int, int, int]:
    n = draw(st.integers(1, most))
    return n, draw(st.integers(0, n)), draw(st.integers(1, n))


def problems(least: int = 1, most: int = 50) -> st.SearchStrategy[list[tuple[int, int]]]:
    pair = st.integers(least, most).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))
    return st.lists(pair, min_size=1, max_size=30)


def miss(n: int, c: int, k: int) -> Fraction:
    return Fraction(math.comb(n - c, k), math.comb(n, k))


@given(counts_and_k())
def test_scalars_are_the_nearest_floats_to_the_fractions(nck: tuple[int, int, int]) -> None:
    n, c, k = nck
    assert pass_at_k(n, c, k) == float(1 - miss(n, c, k))
    assert pass_hat_k(n, c, k) == float(Fraction(math.comb(c, k), math.comb(n, k)))


@given(counts_and_k(most=9), st.fractions(Fraction(1, 100), 1, max_denominator=100))
def test_against_all_draws(nck: tuple[int, int, int], tau: Fraction) -> None:
    n, c, k = nck
    draws = [sum(draw) for draw in combinations([1] * c + [0] * (n - c), k)]
    assert pass_at_k(n, c, k) == fmean(hits >= 1 for hits in draws)
    assert pass_hat_k(n, c, k) == fmean(hits == k for hits in draws)
    assert g_pass_at_k(n, c, k, tau) == fmean(hits >= tau * k for hits in draws)
    if n >= 2 * k:
        failed = fmean(hits == 0 for hits in draws)
        two_sets = fmean(sum(draw) == 0 for draw in combinations([1] * c + [0] * (n - c), 2 * k))
        assert within_variance(n, c, k) == pytest.approx(failed**2 - two_sets, abs=1e-15)


@given(st.integers(1, 3), st.integers(0, 6), st.floats(0, 1))
def test_within_variance_is_unbiased(k: int, spare: int, rate: float) -> None:
    n = 2 * k + spare
    chance = [math.comb(n, c) * rate**c * (1 - rate) ** (n - c) for c in range(n + 1)]
    values = [pass_at_k(n, c, k) for c in range(n + 1)]
    mean = math.fsum(p * v for p, v in zip(chance, values, strict=True))
    variance = math.fsum(p * (v - mean) ** 2 for p, v in zip(chance, values, strict=True))
    estimates = [within_variance(n, c, k) or 0.0 for c in range(n + 1)]
    assert mean == pytest.approx(1 - (1 - rate) ** k, abs=1e-12)
    assert math.fsum(p * e for p, e in zip(chance, estimates, strict=True)) == pytest.approx(variance, abs=1e-12)


@given(counts_and_k())
def test_monotone(nck: tuple[int, int, int]) -> None:
    n, c, k = nck
    if c < n:
        assert pass_at_k(n, c, k) <= pass_at_k(n, c + 1, k)
        assert pass_hat_k(n, c, k) <= pass_hat_k(n, c + 1, k)
        assert bayes_at_n(n, c) < bayes_at_n(n, c + 1)
    if k < n:
        assert pass_at_k(n, c, k) <= pass_at_k(n, c, k + 1)
        assert pass_hat_k(n, c, k) >= pass_hat_k(n, c, k + 1)


@given(counts_and_k(), st.floats(0.001, 1), st.floats(0.001, 1))
def test_g_pass_lies_between_pass_hat_and_pass_at(nck: tuple[int, int, int], one: float, other: float) -> None:
    n, c, k = nck
    low, high = sorted((one, other))
    rates = [pass_hat_k(n, c, k), g_pass_at_k(n, c, k, high), g_pass_at_k(n, c, k, low), pass_at_k(n, c, k)]
    assert rates == sorted(rates)
    assert g_pass_at_k(n, c, k, 1) == rates[0]
    assert g_pass_at_k(n, c, k, Fraction(1, k)) == rates[-1]


@given(st.integers(1, 10**6), st.data())
def test_all_samples_drawn_is_any_of_k(n: int, data: st.DataObject) -> None:
    c = data.draw(st.integers(0, n))
    assert pass_at_k(n, c, n) == (c > 0)
    assert pass_hat_k(n, c, n) == (c == n)


@given(problems(most=3000), st.data())
def test_array_agrees_with_scalar(counts: list[tuple[int, int]], data: st.DataObject) -> None:
    k = data.draw(st.integers(1, min(n for n, _ in counts)))
    found = pass_at_k_many([n for n, _ in counts], [c for _, c in counts], k).tolist()
    assert found == pytest.approx([pass_at_k(n, c, k) for n, c in counts], rel=1e-12, abs=0)


@given(counts_and_k())
def test_within_variance_is_the_fraction(nck: tuple[int, int, int]) -> None:
    n, c, k = nck
    found = within_variance(n, c, k)
    if n < 2 * k:
        assert found is None
    else:
        exact = miss(n, c, k) ** 2 - miss(n, c, 2 * k)
        assert exact >= 0
        assert found == pytest.approx(float(exact), rel=1e-11, abs=1e-300)


@given(problems(), st.integers(1, 10))
def test_mean_is_the_mean_of_the_fractions(counts: list[tuple[int, int]], k: int) -> None:
    found = mean_pass_at_k(counts, k)
    assert (found.problems, found.samples) == (len(counts), sum(n for n, _ in counts))
    if any(n < k for n, _ in counts):
        assert (found.value, found.low, found.high) == (None, None, None)
    else:
        assert found.value == float(sum(1 - miss(n, c, k) for n, c in counts) / len(counts))


@given(problems(least=0))
def test_rate_is_pooled(counts: list[tuple[int, int]]) -> None:
    found = mean_rate(counts)
    samples = sum(n for n, _ in counts)
    assert found.samples == samples
    assert found.problems == sum(n > 0 for n, _ in counts)
    assert found.value == (sum(c for _, c in counts) / samples if samples else None)


@given(problems(), st.integers(1, 10))
def test_interval_holds_the_value(counts: list[tuple[int, int]], k: int) -> None:
    for found in (mean_pass_at_k(counts, k), mean_rate(counts)):
        if found.value is None or found.problems == 1:
            assert found.low is None
            assert found.high is None
        else:
            assert found.low is not None
            assert found.high is not None
            assert 0 <= found.low <= found.value <= found.high <= 1
            assert found.low < found.high


@given(st.floats(0, 1), st.floats(1e-3, 1e12), st.floats(0, 1e3))
def test_wilson_interval_holds_the_rate(rate: float, size: float, quantile: float) -> None:
    low, high = wilson_interval(rate, size, quantile)
    assert 0 <= low <= rate <= high <= 1


@given(problems(least=4), st.integers(1, 4), st.randoms(use_true_random=False))
def test_order_of_the_problems_does_not_matter(counts: list[tuple[int, int]], k: int, random: Random) -> None:
    shuffled = list(counts)
    random.shuffle(shuffled)
    assert mean_pass_at_k(shuffled, k) == mean_pass_at_k(counts, k)
    assert mean_rate(shuffled) == mean_rate(counts)
    assert rerun_standard_error(shuffled, k) == rerun_standard_error(counts, k)


@given(st.integers(1, 30), st.lists(st.integers(0, 30), min_size=2, max_size=30))
def test_with_equal_samples_the_rate_is_pass_at_1(n: int, passed: list[int]) -> None:
    counts = [(n, min(c, n)) for c in passed]
    rate, mean = mean_rate(counts), mean_pass_at_k(counts, 1)
    assert rate.value == mean.value
    assert (rate.low, rate.high) == pytest.approx((mean.low, mean.high), abs=1e-12)


@given(problems(least=2))
def test_failures_mirror_passes(counts: list[tuple[int, int]]) -> None:
    assume(len(counts) > 1)
    found, mirrored = mean_rate(counts), mean_rate([(n, n - c) for n, c in counts])
    assert None not in (found.low, found.high, mirrored.low, mirrored.high)
    assert (1 - (mirrored.high or 0), 1 - (mirrored.low or 0)) == pytest.approx((found.low, found.high), abs=1e-12)
