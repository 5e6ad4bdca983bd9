"""The result file: a `Report` as JSON. Keys and definitions: docs/results.md."""

from __future__ import annotations

from dataclasses import asdict

from halo_forge.types import Cost, Estimate, Hardware, JSONObject, Report


def to_json(report: Report) -> JSONObject:
    """The result file's content. Numbers are not rounded; what is not known is ``null``."""
    return {
        "total": report.total,
        "passed": report.passed,
        "pass_rate": report.pass_rate.value,
        "pass_at_k": {str(k): estimate.value for k, estimate in report.pass_at_k.items()},
        "by_category": {name: asdict(count) for name, count in report.by_category.items()},
        "timing": {"generation_time": report.generation_s, "verification_time": report.verification_s},
        "metrics": {name: estimate.value for name, estimate in report.metrics.items()},
        "compile_rate": report.compile_rate.value,
        "solved": report.solved,
        "samples": asdict(report.samples),
        "unscored": report.unscored,
        "missing": report.missing,
        "outcomes": {outcome.value: count for outcome, count in report.outcomes.items()},
        "tokens": {**asdict(report.tokens), "per_second": tokens_per_second(report)},
        "cost": None if report.cost is None else _cost(report.cost),
        "hardware": None if report.hardware is None else _hardware(report.hardware),
        "intervals": {
            "level": 0.95,
            "pass_rate": _bounds(report.pass_rate),
            "compile_rate": _bounds(report.compile_rate),
            "pass_at_k": {str(k): _bounds(estimate) for k, estimate in report.pass_at_k.items()},
            "metrics": {name: _bounds(estimate) for name, estimate in report.metrics.items()},
        },
        "judged_by": report.judged_by,
        "problems": {name: asdict(count) for name, count in report.problems.items()},
        "run": report.run,
    }


def tokens_per_second(report: Report) -> float | None:
    """Generated tokens by wall seconds of generation."""
    if report.tokens.completion is None or not report.generation_s:
        return None
    return report.tokens.completion / report.generation_s


def _cost(cost: Cost) -> JSONObject:
    return {
        "currency": "USD",
        "price_in": cost.prices.prompt,
        "price_out": cost.prices.completion,
        "prompt_tokens": cost.prompt_tokens,
        "completion_tokens": cost.completion_tokens,
        "total": cost.total,
        "per_solved": cost.per_solved,
    }


def _hardware(hardware: Hardware) -> JSONObject:
    rest = asdict(hardware)
    return {**rest.pop("total"), **rest, "devices": list(hardware.devices), "notes": list(hardware.notes)}


def _bounds(estimate: Estimate) -> list[float] | None:
    if estimate.low is None or estimate.high is None:
        return None
    return [estimate.low, estimate.high]
