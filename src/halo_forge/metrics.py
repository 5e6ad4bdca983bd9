"""pass@k and its relatives, with error bars: pure functions on counts.

Words used throughout: a problem got ``n`` judged samples, ``c`` of them passed, and ``k`` is how many tries
the metric allows. ``counts`` is one ``(n, c)`` pair for each problem, in any order. Every result is a rate or
a probability between 0 and 1, never a percentage, and nothing is rounded.

Counts have to be whole numbers with 0 <= c <= n and k >= 1. Anything else raises `ValueError` (`TypeError`
for what is not a whole number); the message says which number is wrong.

Sources:

- [Chen] M. Chen et al., Evaluating Large Language Models Trained on Code, 2021, arXiv:2107.03374.
- [Yao] S. Yao et al., tau-bench, 2024, arXiv:2406.12045.
- [Liu] J. Liu et al., Are Your LLMs Capable of Stable Reasoning?, 2024, arXiv:2412.13147.
- [Bayes] Bayes@N, 2025, arXiv:2510.04265.
- [Miller] E. Miller, Adding Error Bars to Evals, 2024, arXiv:2411.00640.
- [Bowyer] S. Bowyer et al., Don't Use the CLT in LLM Evals With Fewer Than a Few Hundred Datapoints, 2025,
  arXiv:2503.01747.
- [Wilson] E. B. Wilson, Probable Inference, J. Am. Stat. Assoc. 22 (1927) 209-212.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from operator import index
from typing import TYPE_CHECKING

from halo_forge.types import Estimate

# scipy and numpy are imported where they are used: importing them here would slow down every command.
if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = [
    "bayes_at_n",
    "g_pass_at_k",
    "mean_g_pass_at_k",
    "mean_pass_at_k",
    "mean_pass_hat_k",
    "mean_rate",
    "pass_at_k",
    "pass_at_k_many",
    "pass_hat_k",
    "rerun_standard_error",
    "wilson_interval",
    "within_variance",
]

_ROUNDS_TO_ONE = 40  # exp(-40) < 2**-54: 1 minus less than that is 1.0
_ROUNDS_TO_ZERO = 746  # exp(-746) < 2**-1075: below half of the smallest float
_EXACT_TERMS = 10_000  # longer products are summed as logarithms: whole numbers would take seconds
_EXACT_SAMPLES = 2_000  # up to this n, sums over many binomials are done in whole numbers


# One problem


def pass_at_k(n: int, c: int, k: int) -> float:
    """Probability that at least one of k samples, drawn from the n without replacement, passes.

    ``1 - C(n-c, k) / C(n, k)``, the unbiased estimate of [Chen]. It is computed on whole numbers and rounded
    once, so the result is the float nearest to the true fraction. (Only when both c and k are above 10,000
    and the result is not 1 is it summed as logarithms, good to a few units in the last place.)

    Args:
        n: samples of the problem.
        c: how many of them passed.
        k: tries allowed.

    Returns:
        A rate in [0, 1]. With n == k: 1.0 if any sample passed, else 0.0.

    Raises:
        ValueError: n < k, c > n, c < 0 or k < 1.
    """
    n, c, k = _check_defined(n, c, k)
    if c == 0:
        return 0.0
    if n - c < k:
        return 1.0
    # C(n-c, k) / C(n, k) is the same with c and k exchanged, so the larger one never has to be chosen.
    few, many = sorted((c, k))
    if few * many > _ROUNDS_TO_ONE * n:  # the fraction is at most (1 - many/n)**few <= exp(-few*many/n)
        return 1.0
    if few > _EXACT_TERMS:
        return -math.expm1(_log_miss(n, few, many))
    every = math.comb(n, few)
    return (every - math.comb(n - many, few)) / every


def pass_at_k_many(n: npt.ArrayLike, c: npt.ArrayLike, k: int) -> npt.NDArray[np.float64]:
    """`pass_at_k` of many problems at once, for one k.

    ``-expm1(sum(log1p(-k/i) for i in n-c+1..n))``, and 1 where n-c < k; c and k are exchanged where that
    makes the sum shorter, which does not change it. Every distinct (n, c) is worked out once. Relative error
    below 1e-12.

    Args:
        n: samples of each problem; whole numbers of any shape that broadcasts with `c`.
        c: how many of them passed.
        k: tries allowed, a single number.

    Returns:
        Rates in [0, 1], float64, in the shape that `n` and `c` broadcast to. An empty input gives an empty
        array.

    Raises:
        ValueError: for any pair n < k, c > n or c < 0; or k < 1; or shapes that do not broadcast.
        TypeError: counts that are not whole numbers, or do not fit in 64 bits.
    """
    import numpy as np

    k = _check_k(k)
    n_all, c_all = np.broadcast_arrays(_whole_array(n, "n"), _whole_array(c, "c"))
    shape = n_all.shape
    n_all, c_all = n_all.ravel(), c_all.ravel()
    if n_all.size == 0:
        return np.empty(shape, dtype=np.float64)
    wrong = (c_all < 0) | (c_all > n_all) | (n_all < k)
    if wrong.any():
        first = int(wrong.argmax())
        _check_defined(int(n_all[first]), int(c_all[first]), k, where=f" (entry {first})")

    # Every distinct pair once.
    order = np.lexsort((c_all, n_all))
    n_sorted, c_sorted = n_all[order], c_all[order]
    is_new = np.ones(order.size, dtype=np.bool_)
    is_new[1:] = (n_sorted[1:] != n_sorted[:-1]) | (c_sorted[1:] != c_sorted[:-1])
    n_one, c_one = n_sorted[is_new], c_sorted[is_new]
    which = np.cumsum(is_new) - 1

    few, many = np.minimum(c_one, k), np.maximum(c_one, k)
    value = np.ones(n_one.size, dtype=np.float64)
    value[c_one == 0] = 0.0
    open_ = (c_one > 0) & (n_one - c_one >= k)
    open_ &= few.astype(np.float64) * many <= _ROUNDS_TO_ONE * n_one.astype(np.float64)

    # Add the i-th term of all the sums together; the longest sums come first, so those still going on are a
    # prefix.
    rows = np.flatnonzero(open_)
    rows = rows[np.argsort(-few[rows], kind="stable")]
    n_row, many_row, terms = n_one[rows], many[rows], few[rows]
    log_miss = np.zeros(rows.size, dtype=np.float64)
    for i in range(int(terms[0]) if rows.size else 0):
        going = int(np.searchsorted(-terms, -i, side="left"))
        log_miss[:going] += np.log1p(-many_row[:going] / (n_row[:going] - i))
    value[rows] = -np.expm1(log_miss)

    result = np.empty(order.size, dtype=np.float64)
    result[order] = value[which]
    return result.reshape(shape)


def pass_hat_k(n: int, c: int, k: int) -> float:
    """pass^k: probability that all k samples, drawn from the n without replacement, pass.

    ``C(c, k) / C(n, k)``, from [Yao]. Rounded once from whole numbers, as in `pass_at_k`; beyond 10,000 terms
    the relative error is below 1e-12.

    Args:
        n: samples of the problem.
        c: how many of them passed.
        k: how many have to pass together.

    Returns:
        A rate in [0, 1]; 0.0 with c < k. With k == 1 it is c/n, as pass@1 is.

    Raises:
        ValueError: n < k, c > n, c < 0 or k < 1.
    """
    n, c, k = _check_defined(n, c, k)
    return _miss(n, n - c, k)


def g_pass_at_k(n: int, c: int, k: int, tau: float | Fraction) -> float:
    """G-Pass@k at threshold tau: probability that at least ceil(tau*k) of k samples pass.

    The samples are drawn from the n without replacement:
    ``sum(C(c, j) * C(n-c, k-j) for j in ceil(tau*k)..k) / C(n, k)``, from [Liu]. With tau <= 1/k it is pass@k
    and with tau == 1 it is pass^k. Rounded once from whole numbers for n up to 2,000; beyond, it is the
    survival function of scipy's hypergeometric distribution.

    Args:
        n: samples of the problem.
        c: how many of them passed.
        k: tries.
        tau: share of the tries that has to pass, in (0, 1]. A float stands for the decimal that it prints
            as, so that 0.55 of 100 is 55 (in floating point the product is a bit more and rounds up to 56).

    Returns:
        A rate in [0, 1].

    Raises:
        ValueError: n < k, c > n, c < 0, k < 1 or tau outside (0, 1].
    """
    n, c, k = _check_defined(n, c, k)
    if not 0 < tau <= 1:
        raise ValueError(f"tau must be above 0 and at most 1, got {tau}")
    needed = math.ceil(Fraction(str(tau)) * k)
    if needed > c:
        return 0.0
    if needed <= k - (n - c):
        return 1.0
    if n > _EXACT_SAMPLES:
        from scipy.stats import hypergeom

        return min(1.0, max(0.0, float(hypergeom.sf(needed - 1, n, c, k))))
    hits = range(max(needed, k - (n - c)), min(c, k) + 1)
    return sum(math.comb(c, j) * math.comb(n - c, k - j) for j in hits) / math.comb(n, k)


def bayes_at_n(n: int, c: int) -> float:
    """Mean of Bayes@N: what to believe about a problem's pass rate after c passes in n samples.

    ``(1 + c) / (n + 2)``, the mean of the Beta(1 + c, 1 + n - c) posterior from a uniform prior, [Bayes] for
    results that are pass or fail.

    Args:
        n: samples of the problem, 0 or more.
        c: how many of them passed.

    Returns:
        A rate strictly between 0 and 1; 0.5 with no samples.

    Raises:
        ValueError: c > n or c < 0.
    """
    n, c = _check_counts(n, c)
    return (1 + c) / (n + 2)


def within_variance(n: int, c: int, k: int) -> float | None:
    """How much `pass_at_k` of this problem would vary between reruns of the same n samples.

    ``q**2 - C(n-c, 2k) / C(n, 2k)`` with ``q = C(n-c, k) / C(n, k)``: the second term is an unbiased estimate
    of the square of the true chance that k samples all fail, because it takes two sets of k that do not
    overlap. It is the within-problem part of the variance that [Miller] splits, for any k. The difference is
    taken as ``-q**2 * expm1(sum(log1p(...)))``, in which nothing cancels.

    Args:
        n: samples of the problem.
        c: how many of them passed.
        k: tries allowed.

    Returns:
        A variance, 0 or more; ``None`` when n < 2k, where it cannot be estimated.

    Raises:
        ValueError: c > n, c < 0 or k < 1.
    """
    n, c = _check_counts(n, c)
    k = _check_k(k)
    if n < 2 * k:
        return None
    q = _miss(n, c, k)
    if q == 0 or c == 0:
        return 0.0
    if n - c < 2 * k:
        return q * q
    # Both products equal C(n-c, 2k) / C(n, 2k) / q**2.
    if k <= c:
        logs = math.fsum(math.log1p(-c * k / ((n - k - i) * (n - c - i))) for i in range(k))
    else:
        logs = math.fsum(math.log1p(-((k / (i - k)) ** 2)) for i in range(n - c + 1, n + 1))
    return -q * q * math.expm1(logs)


# Many problems


def mean_pass_at_k(counts: Sequence[tuple[int, int]], k: int) -> Estimate:
    """Mean over the problems of `pass_at_k`, with the 95% interval for new problems of the same kind.

    The value weighs every problem alike, whatever its n. For n up to 2,000 it is the float nearest to the
    exact mean.

    The interval is that of [Wilson] with an effective sample size, because samples of one problem resemble
    each other: with P problems, x the mean and ``s2 = var(ddof=1) / P`` its squared standard error,
    ``n_eff = x(1-x) / s2``, held between P and P times the smallest n (P when all problems came out alike),
    and the quantile of Student's t with P-1 degrees of freedom in place of the normal one. It stays sensible
    where "mean plus or minus two standard errors" does not: few problems, rates near 0 or 1 ([Bowyer]).

    Args:
        counts: (n, c) of each problem.
        k: tries allowed.

    Returns:
        The estimate. Its value and interval are ``None`` when there is no problem or any problem has n < k:
        pass@k is not defined then, and a mean over the others would be one over lucky problems. With a single
        problem the interval is ``None``: nothing can be said about how problems differ.

    Raises:
        ValueError: c > n or c < 0 in any pair, or k < 1.
    """
    return _mean_estimate(counts, k, pass_at_k)


def mean_pass_hat_k(counts: Sequence[tuple[int, int]], k: int) -> Estimate:
    """Mean over the problems of `pass_hat_k`, with the interval of `mean_pass_at_k`.

    Undefined, and wrong, where `mean_pass_at_k` is.
    """
    return _mean_estimate(counts, k, pass_hat_k)


def mean_g_pass_at_k(counts: Sequence[tuple[int, int]], k: int, tau: float | Fraction) -> Estimate:
    """Mean over the problems of `g_pass_at_k`, with the interval of `mean_pass_at_k`.

    Undefined, and wrong, where `mean_pass_at_k` is; `ValueError` too for a tau outside (0, 1].
    """
    return _mean_estimate(counts, k, lambda n, c, k: g_pass_at_k(n, c, k, tau))


def rerun_standard_error(counts: Sequence[tuple[int, int]], k: int) -> float | None:
    """Standard error of mean pass@k for the same problems and new samples.

    ``sqrt(sum of within_variance) / P`` with P problems. It says how far a rerun of this very set may land
    from this one, which is less than `mean_pass_at_k`'s interval says about new problems: show the two apart.

    Args:
        counts: (n, c) of each problem.
        k: tries allowed.

    Returns:
        A standard error, in the unit of the rate; ``None`` when there is no problem or any has n < 2k.

    Raises:
        ValueError: c > n or c < 0 in any pair, or k < 1.
    """
    k = _check_k(k)
    pairs = _tally(counts)
    if not pairs:
        return None
    variances = []
    for (n, c), times in pairs.items():
        variance = within_variance(n, c, k)
        if variance is None:
            return None
        variances.append(times * variance)
    return math.sqrt(math.fsum(variances)) / pairs.total()


def mean_rate(counts: Sequence[tuple[int, int]]) -> Estimate:
    """Share of all samples that have some property (that compile, say), with its 95% interval.

    The value is pooled, ``p = sum(c) / sum(n)`` exactly: a problem with more samples weighs more. The
    interval takes samples as clustered in problems. It is the one of `mean_pass_at_k` with the variance of a
    ratio estimate, linearised (W. G. Cochran, Sampling Techniques, 3rd ed. 1977, chapter 6; it is the
    clustered standard error of [Miller], squared, times P / (P-1)):
    ``s2 = P / (P-1) * sum((c_i - p * n_i)**2) / sum(n)**2``, ``n_eff = p(1-p) / s2`` held between P and
    sum(n) (P when s2 is 0), and the t quantile with P-1 degrees of freedom. With equal n it is the same as
    `mean_pass_at_k` with k = 1. Where a few problems hold most of the samples it is too narrow, because P
    overstates how many problems the rate rests on.

    Args:
        counts: (n, c) of each problem: n samples, c of them with the property. Problems with n == 0 are
            ignored.

    Returns:
        The estimate; its ``problems`` are those with a sample. All of it is ``None`` without samples. With a
        single problem the interval is ``None``: it would have to come from that problem's samples alone,
        which say nothing about another problem, and so would be far too narrow.

    Raises:
        ValueError: c > n or c < 0 in any pair.
    """
    pairs = Counter({(n, c): times for (n, c), times in _tally(counts).items() if n > 0})
    problems = pairs.total()
    samples = sum(n * times for (n, _), times in pairs.items())
    if samples == 0:
        return Estimate(None, None, None, 0, 0)
    hits = sum(c * times for (_, c), times in pairs.items())
    rate = hits / samples
    if problems == 1:
        return Estimate(rate, None, None, problems, samples)
    # Whole numbers until the last step: sum((c_i - p*n_i)**2) times samples**2.
    squares = sum(times * (samples * c - hits * n) ** 2 for (n, c), times in pairs.items())
    variance = (problems * squares) / ((problems - 1) * samples**4)
    return _estimate(rate, variance, problems, samples, samples)


def wilson_interval(rate: float, size: float, quantile: float) -> tuple[float, float]:
    """The interval of [Wilson] for a rate.

    ``(x + q**2/2m ± q * sqrt(x(1-x)/m + q**2/4m**2)) / (1 + q**2/m)`` with rate x, size m and quantile q.

    Args:
        rate: what was observed, in [0, 1].
        size: sample size, above 0; an effective one need not be whole.
        quantile: of the normal or t distribution, 0 or more; 1.96 for 95% with the normal one.

    Returns:
        (low, high) with 0 <= low <= rate <= high <= 1, also after rounding.

    Raises:
        ValueError: an argument out of its range.
    """
    if not 0 <= rate <= 1 or not size > 0 or not quantile >= 0:
        raise ValueError(f"need 0 <= rate <= 1, size > 0 and quantile >= 0, got {rate=}, {size=}, {quantile=}")
    half = quantile * quantile / (2 * size)
    reach = quantile * math.sqrt(rate * (1 - rate) / size + half / (2 * size))
    low, high = (rate + half - reach) / (1 + 2 * half), (rate + half + reach) / (1 + 2 * half)
    return min(max(low, 0.0), rate), max(min(high, 1.0), rate)


# Behind them


def _mean_estimate(counts: Sequence[tuple[int, int]], k: int, metric: Callable[[int, int, int], float]) -> Estimate:
    """Mean of `metric` of (n, c, k) over the problems, with its interval; see `mean_pass_at_k`."""
    k = _check_k(k)
    pairs = _tally(counts)
    problems, samples = pairs.total(), sum(n * times for (n, _), times in pairs.items())
    if not pairs or any(n < k for n, _ in pairs):
        return Estimate(None, None, None, problems, samples)
    values = {pair: metric(*pair, k) for pair in pairs}
    mean = _mean(pairs, values, k) if metric is pass_at_k else _float_mean(pairs, values)
    if problems == 1:
        return Estimate(mean, None, None, problems, samples)
    if len(set(values.values())) == 1:
        variance = 0.0
    else:
        squares = math.fsum(times * (values[pair] - mean) ** 2 for pair, times in pairs.items())
        variance = squares / (problems - 1) / problems
    most = problems * min(n for n, _ in pairs)
    return _estimate(mean, variance, problems, most, samples)


def _estimate(rate: float, variance: float, problems: int, most: int, samples: int) -> Estimate:
    """`rate` with the Wilson interval whose effective size, in [problems, most], follows from `variance`."""
    from scipy.special import stdtrit

    size = float(problems)
    if variance > 0:
        size = max(size, min(rate * (1 - rate) / variance, float(most)))
    low, high = wilson_interval(rate, size, float(stdtrit(problems - 1, 0.975)))
    return Estimate(rate, low, high, problems, samples)


def _mean(pairs: Counter[tuple[int, int]], values: dict[tuple[int, int], float], k: int) -> float:
    """Mean of pass@k: of the exact fractions where they are of a reasonable size, else of the `values`."""
    problems = pairs.total()
    if max(n for n, _ in pairs) > _EXACT_SAMPLES:
        return _float_mean(pairs, values)
    misses: Counter[int] = Counter()  # by n, in units of 1 / C(n, k)
    for (n, c), times in pairs.items():
        misses[n] += times * math.comb(n - c, k)
    return float(1 - sum(Fraction(missed, math.comb(n, k)) for n, missed in misses.items()) / problems)


def _float_mean(pairs: Counter[tuple[int, int]], values: dict[tuple[int, int], float]) -> float:
    return min(1.0, math.fsum(times * values[pair] for pair, times in pairs.items()) / pairs.total())


def _miss(n: int, marked: int, k: int) -> float:
    """C(n-marked, k) / C(n, k): the chance that k of n, drawn without replacement, are all unmarked."""
    if n - marked < k:
        return 0.0
    few, many = sorted((marked, k))
    if few * many > _ROUNDS_TO_ZERO * n:
        return 0.0
    if few > _EXACT_TERMS:
        return math.exp(_log_miss(n, few, many))
    return math.comb(n - many, few) / math.comb(n, few)


def _log_miss(n: int, few: int, many: int) -> float:
    """Logarithm of C(n-many, few) / C(n, few); needs few + many <= n."""
    return math.fsum(math.log1p(-many / (n - i)) for i in range(few))


def _check_defined(n: int, c: int, k: int, where: str = "") -> tuple[int, int, int]:
    n, c = _check_counts(n, c, where)
    k = _check_k(k)
    if n < k:
        raise ValueError(f"k={k} needs at least {k} samples of a problem, got n={n}{where}")
    return n, c, k


def _check_counts(n: int, c: int, where: str = "") -> tuple[int, int]:
    n, c = index(n), index(c)
    if n < 0:
        raise ValueError(f"n must not be negative, got n={n}{where}")
    if c < 0:
        raise ValueError(f"c must not be negative, got c={c}{where}")
    if c > n:
        raise ValueError(f"c must not be above n, got c={c} and n={n}{where}")
    return n, c


def _check_k(k: int) -> int:
    k = index(k)
    if k < 1:
        raise ValueError(f"k must be at least 1, got k={k}")
    return k


def _tally(counts: Sequence[tuple[int, int]]) -> Counter[tuple[int, int]]:
    """How many problems share each (n, c), every pair checked. The order of the problems is gone."""

    def checked() -> Iterator[tuple[int, int]]:
        for position, (n, c) in enumerate(counts):
            yield _check_counts(n, c, where=f" (entry {position})")

    return Counter(checked())


def _whole_array(numbers: npt.ArrayLike, name: str) -> npt.NDArray[np.int64]:
    import numpy as np

    array = np.asarray(numbers)
    if array.size == 0:
        return np.empty(array.shape, dtype=np.int64)
    if array.dtype.kind not in "biu":
        raise TypeError(f"{name} must hold whole numbers of at most 64 bits, got {array.dtype}")
    if array.dtype.kind == "u" and array.max() > np.iinfo(np.int64).max:
        raise TypeError(f"{name} must hold whole numbers of at most 64 bits, signed")
    return array.astype(np.int64)
