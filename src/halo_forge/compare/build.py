"""Results that may be compared -> `Comparison`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from halo_forge.compare.comparable import common_problems, remarks
from halo_forge.compare.paired import difference
from halo_forge.compare.several import holm
from halo_forge.comparison import Category, Change, Comparison, Pair, Result, Row
from halo_forge.metrics import mean_pass_at_k, mean_rate, rerun_standard_error
from halo_forge.problems.wording import shown_path
from halo_forge.requested import Metric
from halo_forge.types import UNCATEGORIZED, Estimate, ProblemCount

_LEVEL = 0.05


def compare(
    results: Sequence[Result],
    baseline: str,
    ks: Sequence[int],
    metrics: Sequence[Metric] = (),
    forced: Sequence[str] = (),
) -> Comparison:
    """The comparison of two results or more, with names of their own, on the problems that all of them have.

    Args:
        baseline: the name of one of them.
        ks: for pass@k; tests and categories are about the first.
        forced: what stood in the way, see `halo_forge.compare.comparable.obstacles`.

    Raises:
        ValueError: a result with counts has fewer samples of a problem than the first k.
    """
    names = common_problems(results)
    return Comparison(
        ks=tuple(ks),
        baseline=baseline,
        rows=tuple(_row(result, names, ks, metrics) for result in results),
        pairs=_pairs(results, baseline, names, ks[0]),
        categories=_categories(results, names, ks[0]),
        remarks=tuple(remarks(results)),
        forced=tuple(forced),
    )


def _row(result: Result, names: Sequence[str], ks: Sequence[int], metrics: Sequence[Metric]) -> Row:
    if result.problems is None:
        total = 0 if result.total is None else result.total
        unknown = Estimate(None, None, None, total, 0)
        return Row(
            result=result,
            total=result.total,
            solved=result.solved,
            samples=None,
            pass_rate=_pass_rate(result),
            pass_at_k={k: replace(unknown, value=result.pass_at_k.get(k)) for k in ks},
            rerun_se=dict.fromkeys(ks),
            metrics={metric.name: unknown for metric in metrics},
            compile_rate=unknown if result.compile_rate is None else result.compile_rate,
        )
    chosen = [result.problems[name] for name in names]
    counts = [(problem.n, problem.c) for problem in chosen]
    return Row(
        result=result,
        total=len(chosen),
        solved=sum(problem.c > 0 for problem in chosen),
        samples=sum(problem.n for problem in chosen),
        pass_rate=_pass_rate(result) if len(chosen) == result.total else Estimate(None, None, None, len(chosen), 0),
        pass_at_k={k: mean_pass_at_k(counts, k) for k in ks},
        rerun_se={k: rerun_standard_error(counts, k) for k in ks},
        metrics={metric.name: metric.mean(counts) for metric in metrics},
        compile_rate=_compile_rate(result, chosen),
    )


def _pass_rate(result: Result) -> Estimate:
    if result.total is None or result.passed is None or result.passed > result.total:
        return Estimate(None, None, None, 0, 0)
    return mean_pass_at_k([(1, 1)] * result.passed + [(1, 0)] * (result.total - result.passed), 1)


def _compile_rate(result: Result, chosen: Sequence[ProblemCount]) -> Estimate:
    counts = [(problem.n, problem.compiled) for problem in chosen if problem.compiled is not None]
    if len(counts) == len(chosen):
        return mean_rate(counts)
    whole = result.problems is not None and len(chosen) == len(result.problems)
    stated = result.compile_rate if whole else None
    return Estimate(None, None, None, len(chosen), 0) if stated is None else stated


def _pairs(results: Sequence[Result], baseline: str, names: Sequence[str], k: int) -> tuple[Pair, ...]:
    base = next(result for result in results if result.name == baseline)
    others = [result for result in results if result is not base]
    wanted = [(other, base) for other in others] + [(later, earlier) for earlier, later in combinations(others, 2)]
    pairs = [_pair(a, b, names, k) for a, b in wanted]
    tested = [pair.p_value for pair in pairs if pair.p_value is not None]
    corrected = iter(holm(tested))
    return tuple(pair if pair.p_value is None else _judged(pair, next(corrected)) for pair in pairs)


def _judged(pair: Pair, p_holm: float) -> Pair:
    """With its verdict: the interval and the corrected p have to agree."""
    apart = pair.low is not None and pair.high is not None and (pair.low > 0 or pair.high < 0)
    return replace(pair, p_holm=p_holm, distinguishable=apart and p_holm <= _LEVEL)


def _pair(a: Result, b: Result, names: Sequence[str], k: int) -> Pair:
    if a.problems is None or b.problems is None:
        which = a if a.problems is None else b
        why_not = f"{shown_path(which.path)} holds totals only, and a paired test needs every problem's counts"
        return Pair(a.name, b.name, why_not=why_not)
    if not names:
        return Pair(a.name, b.name, why_not="they have no problem in common")
    ours, theirs = [a.problems[name] for name in names], [b.problems[name] for name in names]
    counts_a, counts_b = [(x.n, x.c) for x in ours], [(x.n, x.c) for x in theirs]
    found = difference(counts_a, counts_b, k)
    reruns = [rerun_standard_error(counts, k) for counts in (counts_a, counts_b)]
    rates = [(x.c * y.n, y.c * x.n) for x, y in zip(ours, theirs, strict=True)]
    return Pair(
        a=a.name,
        b=b.name,
        problems=len(names),
        difference=found.value,
        low=found.low,
        high=found.high,
        rerun_se=None if None in reruns else math.hypot(*(se for se in reruns if se is not None)),
        p_value=found.p_value,
        method=found.method,
        smallest_gap=found.smallest_gap,
        problems_needed=found.problems_needed,
        better=sum(x > y for x, y in rates),
        worse=sum(x < y for x, y in rates),
        equal=sum(x == y for x, y in rates),
        gained=_changes(names, ours, theirs, gained=True),
        lost=_changes(names, ours, theirs, gained=False),
    )


def _changes(
    names: Sequence[str], ours: Sequence[ProblemCount], theirs: Sequence[ProblemCount], *, gained: bool
) -> tuple[Change, ...]:
    changes = [
        Change(name, x.c, x.n, y.c, y.n)
        for name, x, y in zip(names, ours, theirs, strict=True)
        if (x.c > 0, y.c > 0) == (gained, not gained)
    ]
    return tuple(sorted(changes, key=lambda c: -abs(c.a_passed / c.a_samples - c.b_passed / c.b_samples)))


def _categories(results: Sequence[Result], names: Sequence[str], k: int) -> tuple[Category, ...]:
    """By category, where the files say which problem is of which: the first that has counts decides."""
    known = {result.name: result.problems for result in results if result.problems is not None}
    groups: dict[str, list[str]] = {}
    for name in names:
        found = next((c for problems in known.values() if (c := problems[name].category) is not None), UNCATEGORIZED)
        groups.setdefault(found, []).append(name)
    if len(groups) < 2:
        return ()
    return tuple(
        Category(
            category,
            len(members),
            {
                who: mean_pass_at_k([(problems[name].n, problems[name].c) for name in members], k)
                for who, problems in known.items()
            },
        )
        for category, members in sorted(groups.items())
    )
