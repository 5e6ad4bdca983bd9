"""Two results on the same problems: difference, interval, exact p, and what it would take to know.

Words as in `halo_forge.metrics`: a problem got ``n`` judged samples of which ``c`` passed. ``a`` and ``b`` hold one
``(n, c)`` for each problem, in the same order; a problem's difference is ``d = pass@k of a - pass@k of b``.

Sources: [Miller] E. Miller, Adding Error Bars to Evals, 2024, arXiv:2411.00640 (pairing, planning); R. A. Fisher, The
Design of Experiments, 1935 (the sign-flip distribution); Q. McNemar, Psychometrika 12 (1947) 153-157.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from halo_forge.comparison import Method
from halo_forge.metrics import pass_at_k

Counts = Sequence[tuple[int, int]]

RESAMPLES = 9999
SEED = 0  # of the resampling: the same files give the same p
POWER = 1.96 + 0.84  # two-sided 5%, found in 80% of the cases
_ALPHA = 0.05
_EXACT_SAMPLES = 2_000  # above this n, binomials for k > 1 are too large to be added up for every problem
_MOST_CELLS = 20_000_000  # of the exact distribution: 160 MB
_MOST_STEPS = 500_000_000  # additions, about a second; resampling takes as long and is not exact


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean pass@k of a less that of b, on the same problems.

    Attributes:
        value: in [-1, 1].
        low, high: 95% interval for new problems of the same kind; ``None`` with a single problem.
        p_value: two-sided, from the sign-flip distribution.
        smallest_gap: the true difference that this many problems find in 80% of the cases; ``None`` where the
            differences do not vary, so that nothing is known of how they would.
        problems_needed: problems that would find a true difference of `value` in 80% of the cases.
    """

    value: float
    low: float | None
    high: float | None
    p_value: float
    method: Method
    smallest_gap: float | None
    problems_needed: int | None


def difference(a: Counts, b: Counts, k: int) -> Difference:
    """Everything about one pair. Needs one problem or more, and k or more samples of each.

    Raises:
        ValueError: another number of problems, none, or n < k anywhere.
    """
    if len(a) != len(b) or not a:
        raise ValueError(f"need the same problems, at least one, got {len(a)} and {len(b)}")
    known = {pair: pass_at_k(*pair, k) for pair in {*a, *b}}
    values_a, values_b = ([known[pair] for pair in counts] for counts in (a, b))
    gaps = [x - y for x, y in zip(values_a, values_b, strict=True)]
    value = math.fsum(gaps) / len(gaps)
    p, method = sign_flip(a, b, k)
    low, high = interval(values_a, values_b)
    variance = _variance(gaps, value)
    varies = variance > 1e-24  # differences that are equal but for rounding do not
    return Difference(
        value=value,
        low=low,
        high=high,
        p_value=p,
        method=method,
        smallest_gap=POWER * math.sqrt(variance / len(gaps)) if varies else None,
        problems_needed=problems_needed(variance, value) if varies else None,
    )


def problems_needed(variance: float, gap: float) -> int | None:
    """Problems that find a true mean difference of `gap` in 80% of the cases, at 5%: ``2.8**2 * variance / gap**2``.

    From [Miller]. `variance` is that of the problems' differences. ``None`` for no gap: no number is enough.
    """
    needed = POWER**2 * variance / gap**2 if abs(gap) > 1e-12 else math.inf
    return math.ceil(needed) if math.isfinite(needed) else None


def interval(a: Sequence[float], b: Sequence[float]) -> tuple[float, float] | tuple[None, None]:
    """95% interval of the mean of ``a - b``: paired t, as `scipy.stats.ttest_rel` has it.

    Where every problem differs by the same d, t would give an interval of no width. Then at most ``1 - .05**(1/P)`` of
    all problems are different from these P, with 95% confidence, and each of them by no more than from -1 to 1.
    One problem has no interval.
    """
    if len(a) < 2:
        return None, None
    gaps = [x - y for x, y in zip(a, b, strict=True)]
    if max(gaps) - min(gaps) < 1e-12:
        share = 1 - _ALPHA ** (1 / len(gaps))
        return gaps[0] - share * (1 + gaps[0]), gaps[0] + share * (1 - gaps[0])
    from scipy.special import stdtrit  # importing scipy.stats takes a second, which most comparisons can do without

    mean = math.fsum(gaps) / len(gaps)
    reach = float(stdtrit(len(gaps) - 1, 0.975)) * math.sqrt(_variance(gaps, mean) / len(gaps))
    return max(-1.0, mean - reach), min(1.0, mean + reach)


def _variance(gaps: Sequence[float], mean: float) -> float:
    """Of a sample; of a single problem it is not known, and 0 here."""
    return math.fsum((gap - mean) ** 2 for gap in gaps) / (len(gaps) - 1) if len(gaps) > 1 else 0.0


def sign_flip(a: Counts, b: Counts, k: int) -> tuple[float, Method]:
    """Two-sided p of "the two are alike": how often random signs of the d make a mean at least as far from 0.

    Exact whenever the d are whole numbers over one denominator of a reasonable size (always so for k = 1 and equal
    n, up to some ten thousand problems). With differences of one size only, it is McNemar's exact test on how many
    are above and below 0. Else `scipy.stats.permutation_test` with `RESAMPLES` draws and a fixed seed.
    """
    steps = _whole_steps(a, b, k)
    if steps is None:
        return _resampled(a, b, k)
    moved = [step for step in steps if step]
    if not moved:
        return 1.0, Method.EXACT
    if len({abs(step) for step in moved}) == 1:
        from scipy.stats import binomtest

        return float(binomtest(sum(step > 0 for step in moved), len(moved)).pvalue), Method.MCNEMAR
    # The sum of +-|d| is at least as far from 0 as ours when the sum of those with one sign is at most this.
    most = (sum(map(abs, moved)) - abs(sum(moved))) // 2
    if most > _MOST_CELLS or most * len(moved) > _MOST_STEPS:
        return _resampled(a, b, k)
    return _lower_tail(sorted(map(abs, moved)), most), Method.EXACT


def _lower_tail(steps: list[int], most: int) -> float:
    """Twice the chance that a random subset of `steps` adds up to `most` or less."""
    import numpy as np

    chance = np.zeros(most + 1)
    chance[0] = 1.0
    reach = 0
    for step in steps:  # short ones first, while the sums that can be reached are few
        reach = min(most, reach + step)
        if step <= most:
            chance[step : reach + 1] += chance[: reach + 1 - step].copy()
        chance[: reach + 1] *= 0.5
    return min(1.0, 2 * float(chance.sum()))


def _whole_steps(a: Counts, b: Counts, k: int) -> list[int] | None:
    """The d as whole numbers in the largest unit that makes them so; ``None`` where that takes too long."""
    if k > 1 and max(n for n, _ in (*a, *b)) > _EXACT_SAMPLES:
        return None
    fractions = [_fraction(*x, k) - _fraction(*y, k) for x, y in zip(a, b, strict=True)]
    unit = math.lcm(*{fraction.denominator for fraction in fractions})
    steps = [fraction.numerator * (unit // fraction.denominator) for fraction in fractions]
    common = math.gcd(*steps)
    return [step // common for step in steps] if common else steps


@lru_cache(maxsize=65536)
def _fraction(n: int, c: int, k: int) -> Fraction:
    """pass@k as it is: ``1 - C(n-c, k) / C(n, k)``."""
    every = math.comb(n, k)
    return Fraction(every - math.comb(n - c, k), every)


def _resampled(a: Counts, b: Counts, k: int) -> tuple[float, Method]:
    import numpy as np
    from scipy.stats import permutation_test

    pairs = [(pass_at_k(*x, k), pass_at_k(*y, k)) for x, y in zip(a, b, strict=True)]
    moved = np.array([pair for pair in pairs if pair[0] != pair[1]])  # signs of 0 change nothing
    if not moved.size:
        return 1.0, Method.EXACT
    found = permutation_test(
        (moved[:, 0], moved[:, 1]),
        lambda x, y, axis: (x - y).mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=1000,  # what fits the processor's cache is several times as fast
        rng=SEED,
    )
    every = 2 ** len(moved) <= RESAMPLES  # then scipy takes each of them once
    return float(found.pvalue), Method.EXACT if every else Method.RESAMPLED
