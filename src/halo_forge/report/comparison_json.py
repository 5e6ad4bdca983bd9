"""A `Comparison` as JSON. Keys: docs/compare.md. Numbers are not rounded; what is not known is ``null``."""

from __future__ import annotations

from dataclasses import asdict

from halo_forge.comparison import COMPARISON, Comparison, Pair, Row
from halo_forge.report.comparison_words import headline, sentence, verdict
from halo_forge.types import Estimate, JSONObject


def to_json(comparison: Comparison) -> JSONObject:
    """All of it."""
    tested = sum(pair.p_value is not None for pair in comparison.pairs)
    return {
        "kind": COMPARISON,
        "headline": headline(comparison),
        "k": comparison.k,
        "baseline": comparison.baseline,
        "models": [_row(row) for row in comparison.rows],
        "pairs": [_pair(pair, tested) for pair in comparison.pairs],
        "by_category": {
            category.name: {
                "problems": category.problems,
                "pass_at_k": {name: _rate(estimate) for name, estimate in category.pass_at_k.items()},
            }
            for category in comparison.categories
        },
        "forced": list(comparison.forced),
        "notes": list(comparison.remarks),
    }


def _row(row: Row) -> JSONObject:
    result = row.result
    return {
        "name": result.name,
        "file": result.path,
        "model": result.model,
        "total": row.total,
        "solved": row.solved,
        "samples": row.samples,
        "pass_rate": _rate(row.pass_rate),
        "pass_at_k": {
            str(k): {**_rate(estimate), "rerun_standard_error": row.rerun_se[k]}
            for k, estimate in row.pass_at_k.items()
        },
        "metrics": {name: _rate(estimate) for name, estimate in row.metrics.items()},
        "compile_rate": _rate(row.compile_rate),
        "tokens": result.tokens,
        "generation_time": result.generation_s,
        "verification_time": result.verification_s,
        "energy_wh": result.energy_wh,
        "missing": result.missing,
        "unscored": result.unscored,
    }


def _pair(pair: Pair, tested: int) -> JSONObject:
    return {
        "a": pair.a,
        "b": pair.b,
        "problems": pair.problems,
        "difference": pair.difference,
        "interval": _bounds(pair.low, pair.high),
        "rerun_standard_error": pair.rerun_se,
        "p_value": pair.p_value,
        "p_holm": pair.p_holm,
        "method": pair.method,
        "distinguishable": pair.distinguishable,
        "verdict": verdict(pair),
        "sentence": sentence(pair, tested),
        "why_not": pair.why_not,
        "smallest_gap": pair.smallest_gap,
        "problems_needed": pair.problems_needed,
        "better": pair.better,
        "worse": pair.worse,
        "equal": pair.equal,
        "solved_by_a_only": [asdict(change) for change in pair.gained],
        "solved_by_b_only": [asdict(change) for change in pair.lost],
    }


def _rate(estimate: Estimate) -> JSONObject:
    return {"value": estimate.value, "interval": _bounds(estimate.low, estimate.high)}


def _bounds(low: float | None, high: float | None) -> list[float] | None:
    return None if low is None or high is None else [low, high]
