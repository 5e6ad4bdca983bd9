"""Differences of problems that belong together: those of one cluster count as one observation of it.

Two problems of one concept are passed or failed together more often than two of different ones, so that an interval
over problems is too narrow. Here the mean over P problems has a standard error over G clusters, ``G / (G - 1) *
sum(u_g ** 2) / P ** 2`` with ``u_g`` the sum of a cluster's deviations (the cluster-robust variance of Cameron and
Miller 2015, A Practitioner's Guide to Cluster-Robust Inference, for a mean), t with G - 1 degrees of freedom, and signs
are flipped by the cluster. With clusters of one problem each it is `halo_forge.compare.paired`.

Limits: with few clusters (below about 20) the interval is still somewhat too narrow.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from halo_forge.compare.paired import RESAMPLES, SEED, interval

_CONFIDENCE = 0.975
_ALIKE = 1e-12  # differences that are equal but for rounding


@dataclass(frozen=True, slots=True)
class Clustered:
    """A mean difference over P problems in G clusters.

    Attributes:
        low, high: 95% interval; ``None`` with a single cluster.
        p_value: two-sided.
    """

    value: float
    low: float | None
    high: float | None
    p_value: float
    clusters: int


def clustered(gaps: Sequence[float], groups: Sequence[Hashable]) -> Clustered:
    """The mean of the `gaps`, one a problem, whose clusters are `groups`.

    Raises:
        ValueError: none, or another number of groups.
    """
    if not gaps or len(gaps) != len(groups):
        raise ValueError(f"need a group for each gap, at least one, got {len(gaps)} and {len(groups)}")
    mean = math.fsum(gaps) / len(gaps)
    members: dict[Hashable, list[float]] = {}
    for gap, group in zip(gaps, groups, strict=True):
        members.setdefault(group, []).append(gap)
    clusters = list(members.values())
    low, high = _interval(gaps, mean, clusters)
    return Clustered(mean, low, high, _sign_flip([math.fsum(cluster) for cluster in clusters]), len(clusters))


def _interval(
    gaps: Sequence[float], mean: float, clusters: Sequence[Sequence[float]]
) -> tuple[float, float] | tuple[None, None]:
    count = len(clusters)
    if count < 2:
        return None, None
    if max(gaps) - min(gaps) <= _ALIKE:
        return interval(gaps, [0.0] * len(gaps))
    from scipy.special import stdtrit  # slow to import, as all of scipy

    deviations = (math.fsum(gap - mean for gap in cluster) for cluster in clusters)
    error = math.sqrt(count / (count - 1) * math.fsum(u * u for u in deviations)) / len(gaps)
    reach = float(stdtrit(count - 1, _CONFIDENCE)) * error
    return max(-1.0, mean - reach), min(1.0, mean + reach)


def _sign_flip(sums: Sequence[float]) -> float:
    """How often random signs of the clusters make a sum at least as far from 0."""
    import numpy as np
    from scipy.stats import permutation_test

    moved = np.array([value for value in sums if abs(value) > _ALIKE])
    if moved.size < 2:  # nothing moved, or one cluster, whose two signs are as far from 0 as each other
        return 1.0
    found = permutation_test(
        (moved,), lambda x, axis: x.sum(axis=axis), permutation_type="samples", vectorized=True,
        n_resamples=RESAMPLES, batch=1000, rng=SEED,
    )  # fmt: skip
    return float(found.pvalue)
