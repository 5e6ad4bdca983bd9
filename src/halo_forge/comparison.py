"""The words of a comparison: a result as it was read back, and what several of them say about each other.

Plain frozen data, as in `halo_forge.types`: rates are fractions, ``None`` is not known or not defined. Differences
are "a minus b", in fractions too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from halo_forge.types import Estimate, JSONObject, ProblemCount

COMPARISON = "halo-forge comparison"  # what stands under "kind" in a comparison's JSON


class Method(StrEnum):
    """How a p-value was worked out."""

    MCNEMAR = "exact McNemar test"
    EXACT = "exact sign-flip test"
    RESAMPLED = "sign-flip test, 9999 resamples"


@dataclass(frozen=True, slots=True)
class Result:
    """A result that was read from a file.

    Attributes:
        path: the file, as it was found.
        name: what it is called in a table; unique among those that are compared.
        model: what the file says was measured.
        problems: counts for each problem; ``None`` when the file has totals only.
        total, passed: problems, and those whose first sample passed.
        solved: problems with any sample that passed.
        pass_at_k: what the file states, by k; all there is where `problems` is ``None``.
        compile_rate: as the file states it, with its interval where it has one.
        tokens: generated tokens of all samples.
        energy_wh: of GPU and processor, as far as they were measured.
        missing, unscored: samples that were not made, and that could not be judged.
        settings: what the file says under ``run``; empty where it does not say.
        stated: all that the file says, for what is shown and not reckoned with; unchecked.
    """

    path: str
    name: str
    model: str | None = None
    problems: Mapping[str, ProblemCount] | None = None
    total: int | None = None
    passed: int | None = None
    solved: int | None = None
    pass_at_k: Mapping[int, float | None] = field(default_factory=dict)
    compile_rate: Estimate | None = None
    tokens: int | None = None
    generation_s: float | None = None
    verification_s: float | None = None
    energy_wh: float | None = None
    unscored: int = 0
    missing: int = 0
    settings: JSONObject = field(default_factory=dict)
    stated: JSONObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One result in the table.

    Attributes:
        samples: judged samples; ``None`` where the file has totals only.
        pass_rate: problems whose first sample passed.
        pass_at_k: by k, with the interval for new problems of the same kind.
        rerun_se: by k, standard error for new samples of the same problems.
        metrics: what was asked for beside pass@k, by name (``pass^4``).
    """

    result: Result
    total: int | None
    solved: int | None
    samples: int | None
    pass_rate: Estimate
    pass_at_k: Mapping[int, Estimate]
    rerun_se: Mapping[int, float | None]
    metrics: Mapping[str, Estimate]
    compile_rate: Estimate


@dataclass(frozen=True, slots=True)
class Change:
    """A problem that one of two results solved and the other did not: passed and judged samples of both."""

    problem: str
    a_passed: int
    a_samples: int
    b_passed: int
    b_samples: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two results against each other; all but the names is ``None`` where `why_not` says why.

    Attributes:
        a, b: names; every difference is a minus b.
        low, high: 95% interval of the difference for new problems of the same kind.
        rerun_se: standard error of the difference for new samples of the same problems.
        p_holm: `p_value` corrected for the number of pairs; equal to it when there is one.
        distinguishable: the interval leaves out 0 and the corrected p is at most 5%.
        smallest_gap: the difference that this many problems reliably (in 80% of the cases) detect.
        problems_needed: how many problems would reliably detect a true difference of this size.
        better, worse, equal: problems of which a larger, a smaller, the same share of a's samples passed.
        gained, lost: problems that only a solved, that only b solved; those that changed most first.
    """

    a: str
    b: str
    why_not: str | None = None
    problems: int | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    rerun_se: float | None = None
    p_value: float | None = None
    p_holm: float | None = None
    method: Method | None = None
    distinguishable: bool | None = None
    smallest_gap: float | None = None
    problems_needed: int | None = None
    better: int | None = None
    worse: int | None = None
    equal: int | None = None
    gained: tuple[Change, ...] = ()
    lost: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Category:
    """Problems of one category: how many, and each result's pass@k on them by its name."""

    name: str
    problems: int
    pass_at_k: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Several results side by side.

    Attributes:
        ks: for which pass@k is shown; the first is what the pairs are about.
        baseline: name of the result that the others are measured against.
        rows: in the order given.
        pairs: every two of them: those with the baseline first, as ``row - baseline``.
        remarks: what a reader has to know, one line each.
        forced: what would have stood in the way, one line each, if the user had not insisted.
    """

    ks: tuple[int, ...]
    baseline: str
    rows: tuple[Row, ...]
    pairs: tuple[Pair, ...]
    categories: tuple[Category, ...]
    remarks: tuple[str, ...] = ()
    forced: tuple[str, ...] = ()

    @property
    def k(self) -> int:
        """The k of the verdict."""
        return self.ks[0]

    def against_baseline(self, name: str) -> Pair | None:
        """The pair of a row and the baseline; ``None`` for the baseline itself."""
        return next((pair for pair in self.pairs if (pair.a, pair.b) == (name, self.baseline)), None)
