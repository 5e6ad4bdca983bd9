"""Differences by cluster: what they are with clusters of one, and what they become with larger ones."""

from __future__ import annotations

import random

import pytest

from halo_forge.compare.clustered import clustered
from halo_forge.compare.paired import difference, interval


def counts(seed: int) -> list[tuple[int, int]]:
    draw = random.Random(seed)
    return [(8, draw.randint(0, 8)) for _ in range(40)]


def gaps(a: list[tuple[int, int]], b: list[tuple[int, int]]) -> list[float]:
    return [x[1] / x[0] - y[1] / y[0] for x, y in zip(a, b, strict=True)]


@pytest.mark.parametrize("seed", range(4))
def test_clusters_of_one_are_the_paired_test(seed: int) -> None:
    a, b = counts(seed), counts(seed + 100)
    found, paired = clustered(gaps(a, b), range(40)), difference(a, b, 1)
    assert found.value == pytest.approx(paired.value)
    assert (found.low, found.high) == pytest.approx((paired.low, paired.high))
    assert found.p_value == pytest.approx(paired.p_value, abs=0.02)  # drawn here, exact there
    assert found.clusters == 40


def test_twice_the_same_problem_is_one_observation() -> None:
    """Each problem doubled: an interval over problems would shrink, and this one does not."""
    single = gaps(counts(1), counts(2))
    double = [gap for gap in single for _ in range(2)]
    found = clustered(double, [number // 2 for number in range(80)])
    assert (found.low, found.high) == pytest.approx(interval(single, [0.0] * 40))
    assert interval(double, [0.0] * 80)[0] > found.low  # type: ignore[operator]


def test_a_cluster_whose_gaps_cancel_tells_nothing() -> None:
    found = clustered([0.5, -0.5, 0.25, -0.25], ["a", "a", "b", "b"])
    assert (found.value, found.p_value) == (0.0, 1.0)


def test_gaps_that_are_all_alike_have_an_interval_all_the_same() -> None:
    found = clustered([0.25] * 6, range(6))
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.25 < found.high


def test_one_cluster_has_no_interval() -> None:
    found = clustered([0.1, 0.2, 0.3], ["a"] * 3)
    assert (found.low, found.high, found.clusters) == (None, None, 1)


@pytest.mark.parametrize(("some", "groups"), [([], []), ([0.1], []), ([0.1], [1, 2])])
def test_refused(some: list[float], groups: list[int]) -> None:
    with pytest.raises(ValueError, match="a group for each gap"):
        clustered(some, groups)


def test_coverage_where_problems_of_a_cluster_go_together() -> None:
    """95% intervals of a mean of 0 hold it about 95 times of 100; over problems alone they would not."""
    draw = random.Random(5)
    held = held_alone = 0
    for _ in range(300):
        some, groups = [], []
        for cluster in range(25):
            common = draw.gauss(0, 0.1)
            for _ in range(3):
                some.append(common + draw.gauss(0, 0.05))
                groups.append(cluster)
        found = clustered(some, groups)
        held += found.low <= 0 <= found.high  # type: ignore[operator]
        low, high = interval(some, [0.0] * len(some))
        held_alone += low <= 0 <= high  # type: ignore[operator]
    assert held >= 270
    assert held_alone < 250
