"""From a result file's content to what a tracker gets. Names and rules: docs/results.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from halo_forge.tracking.base import Record, Setting
from halo_forge.types import Estimate, JSONObject

_COUNTS = ("total", "passed", "solved", "unscored", "missing")
_GROUPS = ("samples", "outcomes", "by_category", "tokens", "timing", "cost", "hardware")
_NOT_SETTINGS = ("k",)  # how the result is looked at, which may change: the metrics tell
_SIGNS = {"@": "_at_", "^": "_hat_", "+": "p"}
_LONGEST_NAME = 60  # of one part; MLflow takes 250 in all
_LONGEST_TEXT = 500  # the whole of it is in the result file


def record_of(result: JSONObject, run_id: str, path: Path) -> Record:
    """Everything of the result at `path` that fits a tracker."""
    whole = path.resolve()
    return Record(
        id=run_id, name=path.stem, settings=settings_of(result), metrics=metrics_of(result), step=0, file=str(whole),
        folder=str(whole.parent),
    )  # fmt: skip


def settings_of(result: JSONObject) -> dict[str, Setting]:
    """What the result says under ``run``, flat; what is ``null`` there is left out, and long texts are cut."""
    run = {key: value for key, value in result["run"].items() if key not in _NOT_SETTINGS}
    return flat_settings({**run, "judged_by": result["judged_by"]})


def flat_settings(settings: Mapping[str, Any]) -> dict[str, Setting]:
    """Settings by names such as ``sampling/top_p``; what is ``None`` is left out, and long texts are cut."""
    return {name: _setting(value) for name, value in _leaves(settings)}


def rate_metrics(name: str, estimate: Estimate) -> Iterator[tuple[str, float]]:
    """A rate and its bounds, as far as they are known, under a name that trackers take."""
    for ending, value in (("", estimate.value), ("_low", estimate.low), ("_high", estimate.high)):
        if value is not None:
            yield name + ending, value


def metrics_of(result: JSONObject) -> dict[str, float]:
    """Every number of the result, flat; what is ``null`` there is left out."""
    counts = {name: result[name] for name in _COUNTS}
    groups = {name: result[name] for name in _GROUPS if result.get(name) is not None}
    numbers = {name: value for name, value in _leaves({**counts, **groups}) if _is_number(value)}
    return {**dict(_rates(result)), **numbers}


def _rates(result: JSONObject) -> Iterator[tuple[str, float]]:
    bounds = result["intervals"]
    yield from _rate("pass_rate", result["pass_rate"], bounds["pass_rate"])
    yield from _rate("compile_rate", result["compile_rate"], bounds["compile_rate"])
    for k, value in result["pass_at_k"].items():
        yield from _rate(f"pass@{k}", value, bounds["pass_at_k"][k])
    for name, value in result["metrics"].items():
        yield from _rate(name, value, bounds["metrics"][name])


def _rate(name: str, value: float | None, bounds: list[float] | None) -> Iterator[tuple[str, float]]:
    key = _part(name)
    if value is not None:
        yield key, value
    if bounds is not None:
        yield from zip((f"{key}_low", f"{key}_high"), bounds, strict=True)


def _leaves(value: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """What is inside, by names such as ``sampling/top_p``; no two are the same."""
    taken: set[str] = set()
    for key, inner in value.items():
        part = _part(key)
        while part in taken:
            part += "_"
        taken.add(part)
        if isinstance(inner, Mapping):
            yield from _leaves(inner, f"{above}{part}/")
        elif inner is not None:
            yield f"{above}{part}", inner


def _part(key: str) -> str:
    """A part of a name that every tracker takes."""
    for sign, words in _SIGNS.items():
        key = key.replace(sign, words)
    key = re.sub(r"[^A-Za-z0-9_.-]", "_", key)[:_LONGEST_NAME]
    return key if key.strip(".") else "_" + key.replace(".", "_")


def _setting(value: Any) -> Setting:
    if isinstance(value, bool | int | float):
        return value
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
