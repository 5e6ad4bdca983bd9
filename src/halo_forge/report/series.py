"""What charts show of results: curves, outcomes, categories. For the HTML report and for figures alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from halo_forge.comparison import Comparison, Result
from halo_forge.evidence import Evidence
from halo_forge.metrics import mean_pass_at_k
from halo_forge.types import Estimate, Outcome

_MOST_POINTS = 24  # of a curve


@dataclass(frozen=True, slots=True)
class Curve:
    """pass@k of one result, for several k in rising order, with its 95% intervals."""

    name: str
    points: Mapping[int, Estimate]


@dataclass(frozen=True, slots=True)
class OutcomeCounts:
    """Samples of one result by outcome, in the order of `Outcome`; only those that there are."""

    name: str
    counts: Mapping[Outcome, int]

    @property
    def total(self) -> int:
        """All of them, also those that could not be judged."""
        return sum(self.counts.values())


def curves(comparison: Comparison) -> list[Curve]:
    """A curve for each result, over the problems that all have; of one with totals only, what it states."""
    found = []
    for row in comparison.rows:
        problems = row.result.problems
        if problems is None:
            total = 0 if row.total is None else row.total
            stated = {k: v for k, v in sorted(row.result.pass_at_k.items()) if v is not None}
            points = {k: Estimate(value, None, None, total, 0) for k, value in stated.items()}
        else:
            names = common(comparison)
            counts = [(problems[name].n, problems[name].c) for name in names]
            points = {k: mean_pass_at_k(counts, k) for k in _grid(min((n for n, _ in counts), default=0))}
        found.append(Curve(row.result.name, points))
    return found


def common(comparison: Comparison) -> list[str]:
    """The problems that all results with counts have."""
    known = [row.result.problems for row in comparison.rows if row.result.problems is not None]
    return [name for name in known[0] if all(name in problems for problems in known)] if known else []


def outcome_counts(result: Result, evidence: Evidence) -> OutcomeCounts | None:
    """Outcomes as the result states them, else as its samples have them; ``None`` when neither says."""
    stated = result.stated.get("outcomes")
    if not isinstance(stated, dict) or not stated:
        stated = Counter(answer.verdict.outcome.value for answer in evidence.answers)
    counts = {outcome: n for outcome in Outcome if type(n := stated.get(outcome.value)) is int and n > 0}
    return OutcomeCounts(result.name, counts) if counts else None


def _grid(most: int) -> list[int]:
    """Every k up to `most`, or where these are many, some, closer together at the beginning."""
    if most <= _MOST_POINTS:
        return list(range(1, most + 1))
    return sorted({round(most ** (i / (_MOST_POINTS - 1))) for i in range(_MOST_POINTS)})
