"""A result file: one JSON object, as halo-forge writes it (docs/results.md), or with its totals only."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from halo_forge.comparison import COMPARISON, Result
from halo_forge.errors import UserError
from halo_forge.problems.lines import Source
from halo_forge.problems.wording import kind, shown
from halo_forge.types import Estimate, JSONObject, ProblemCount

_TOLD_BY = "pass_at_k"
_MOST = 10**15  # a larger number is a mistake, and would break the arithmetic
_MOST_PROBLEMS = 10_000_000


def says_comparison(data: JSONObject) -> bool:
    """Whether it is what `benchmark compare` wrote."""
    return data.get("kind") == COMPARISON


def looks_like_result(raw: bytes) -> bool:
    """Whether a file that nobody named is a result: cheap to say of one that is not."""
    if f'"{_TOLD_BY}"'.encode() not in raw:
        return False
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        return False
    return isinstance(data, dict) and _TOLD_BY in data and not says_comparison(data)


def parse_object(text: str, source: Source) -> JSONObject:
    """The JSON object that a file is.

    Raises:
        UserError: the source's own; it is something else.
    """
    try:
        data = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as fault:
        raise source.bad(f"not JSON ({fault}); name a result file of halo-forge, or a NAME_results.jsonl") from None
    if not isinstance(data, dict):
        raise source.bad(f"{kind(data)}, where a result (a JSON object) is needed; name a result file")
    return data


def read_whole(data: JSONObject, source: Source) -> Result:
    """The result that a JSON object is.

    Raises:
        UserError: the source's own; it is no result, or a key of it is wrong.
    """
    look = _Looking(source)
    if _TOLD_BY not in data:
        raise source.bad(f"no result: it has no {shown(_TOLD_BY)}; name a file that benchmark run or score wrote")
    settings = look.object(data, "run")
    model = look.object(settings, "model", "run.model").get("name")
    tokens, timing, hardware = (look.object(data, name) for name in ("tokens", "timing", "hardware"))
    return Result(
        path=source.name,
        name=source.name,
        model=model if isinstance(model, str) else None,
        problems=_problems(data, look),
        total=look.count(data, "total", most=_MOST_PROBLEMS),
        passed=look.count(data, "passed"),
        solved=look.count(data, "solved"),
        pass_at_k=_pass_at_k(data, look),
        compile_rate=_compile_rate(data, look),
        tokens=look.count(tokens, "completion", "tokens."),
        generation_s=look.number(timing, "generation_time", "timing."),
        verification_s=look.number(timing, "verification_time", "timing."),
        energy_wh=_energy(hardware, look),
        unscored=_or_none(look.count(data, "unscored")),
        missing=_or_none(look.count(data, "missing")),
        settings=settings,
        stated=data,
    )


class _Looking:
    """Gets values out of a file's objects, or complains about them by name."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def bad(self, name: str, needs: str, value: object) -> UserError:
        return self._source.bad(f"{shown(name)} must be {needs}, not {kind(value)}; mend it or make the result again")

    def nothing(self, name: str) -> UserError:
        return self._source.bad(f"{shown(name)} is empty: no sample was judged; run its command again")

    def object(self, data: Mapping[str, Any], name: str, called: str | None = None) -> JSONObject:
        """An object; empty where there is none."""
        value = data.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.bad(name if called is None else called, "an object", value)
        return value

    def count(self, data: Mapping[str, Any], name: str, inside: str = "", most: int = _MOST) -> int | None:
        """A whole number from 0 to `most`."""
        value = data.get(name)
        if value is None:
            return None
        if type(value) is not int or value < 0:
            raise self.bad(inside + name, "a whole number from 0 up", value)
        if value > most:
            raise self.bad(inside + name, f"at most {most:,}", value)
        return value

    def number(self, data: Mapping[str, Any], name: str, inside: str = "", most: float = _MOST) -> float | None:
        """A number from 0 to `most`."""
        value = data.get(name)
        if value is None:
            return None
        if type(value) not in (int, float) or not 0 <= value <= most:  # NaN is in no range
            raise self.bad(inside + name, f"a number from 0 {'up' if most > 1 else 'to 1'}", value)
        return float(value)


def _or_none(count: int | None) -> int:
    return 0 if count is None else count


def _problems(data: JSONObject, look: _Looking) -> dict[str, ProblemCount] | None:
    """Counts of each problem; a result of which nothing could be judged has an empty object here, and no rate."""
    if data.get("problems") is None:
        return None
    problems = look.object(data, "problems")
    if not problems:
        raise look.nothing("problems")
    return {name: _problem(name, value, look) for name, value in problems.items()}


def _problem(name: str, value: Any, look: _Looking) -> ProblemCount:
    place = f"problems.{name}"
    if not isinstance(value, dict):
        raise look.bad(place, "an object", value)
    if not name.isprintable():
        raise look.bad(place, "named in one line without control characters", name)
    n, c, compiled = (look.count(value, key, f"{place}.") for key in ("n", "c", "compiled"))
    if n is None or n < 1:
        raise look.bad(f"{place}.n", "a whole number from 1 up", value.get("n"))
    for key, part in (("c", c), ("compiled", compiled)):
        if (part is None and key == "c") or (part is not None and part > n):
            raise look.bad(f"{place}.{key}", f"a whole number from 0 to {n}", value.get(key))
    hash_, category = value.get("hash"), value.get("category")
    return ProblemCount(
        n=n,
        c=0 if c is None else c,
        hash=hash_ if isinstance(hash_, str) else None,
        compiled=compiled,
        category=category if isinstance(category, str) and category.isprintable() else None,
    )


def _pass_at_k(data: JSONObject, look: _Looking) -> dict[int, float | None]:
    stated = look.object(data, _TOLD_BY)
    ks = [k for k in stated if k.isdecimal() and len(k) < 10 and int(k) > 0]
    return {int(k): look.number(stated, k, f"{_TOLD_BY}.", most=1) for k in ks}


def _compile_rate(data: JSONObject, look: _Looking) -> Estimate | None:
    rate = look.number(data, "compile_rate", most=1)
    if rate is None:
        return None
    low, high = _interval(look.object(data, "intervals").get("compile_rate"))
    return Estimate(rate, low, high, _or_none(look.count(data, "total")), 0)


def _interval(bounds: object) -> tuple[float, float] | tuple[None, None]:
    """Two numbers of a rate, in order; anything else is no interval."""
    if not isinstance(bounds, list) or len(bounds) != 2 or any(type(bound) not in (int, float) for bound in bounds):
        return None, None
    low, high = bounds
    return (float(low), float(high)) if 0 <= low <= high <= 1 else (None, None)


def _energy(hardware: JSONObject, look: _Looking) -> float | None:
    """As the file has it; of other tools, what it says of GPU and processor together."""
    if "energy_wh" in hardware:
        return look.number(hardware, "energy_wh", "hardware.")
    parts = [look.number(hardware, key, "hardware.") for key in ("gpu_energy_wh", "cpu_energy_wh")]
    known = [part for part in parts if part is not None]
    return math.fsum(known) if known else None
