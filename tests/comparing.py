"""Results as files, for the tests of comparison."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from halo_forge.comparison import Result
from halo_forge.types import JSONObject, ProblemCount

RUN: JSONObject = {
    "verifier": "auto",
    "tools": {"python": "Python 3.11.7"},
    "limits": {"cpu_s": 5.0, "memory_mb": 512},
    "compile_flags": None,
    "sandbox": {"tier": "strict", "description": "d"},
    "sampling": {"temperature": 0.7, "max_tokens": 512, "seed": 0},
}


def counts(pairs: list[tuple[int, int]]) -> dict[str, ProblemCount]:
    """Problems p0, p1, … with (n, c)."""
    return {f"p{i}": ProblemCount(n, c, f"{i:016x}") for i, (n, c) in enumerate(pairs)}


def result(name: str, pairs: list[tuple[int, int]], settings: JSONObject = RUN) -> Result:
    """A result in memory."""
    return Result(f"{name}.json", name, problems=counts(pairs), total=len(pairs), settings=settings)


def discordant(better: int, worse: int, alike: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """One sample a problem: a passes alone on so many, b on so many, and both alike on the rest."""
    a = [(1, 1)] * better + [(1, 0)] * worse + [(1, i % 2) for i in range(alike)]
    b = [(1, 0)] * better + [(1, 1)] * worse + [(1, i % 2) for i in range(alike)]
    return a, b


def write_result(path: Path, pairs: list[tuple[int, int]], **changes: Any) -> Path:
    """A result file with these counts; keys of `changes` may have dots: ``run.limits.cpu_s``."""
    data: dict[str, Any] = {
        "total": len(pairs),
        "passed": sum(c > 0 for _, c in pairs),
        "pass_at_k": {"1": sum(c / n for n, c in pairs) / len(pairs)},
        "problems": {
            f"p{i}": {"n": n, "c": c, "hash": f"{i:016x}", "compiled": n, "category": ("math", "strings")[i % 2]}
            for i, (n, c) in enumerate(pairs)
        },
        "tokens": {"prompt": 10, "completion": 50_000, "truncated": 0, "per_second": 10.0},
        "timing": {"generation_time": 725.0, "verification_time": 100.0},
        "run": {**json.loads(json.dumps(RUN)), "model": {"name": path.stem}},
    }
    for key, value in changes.items():
        *steps, last = key.split(".")
        inner = data
        for step in steps:
            inner = inner[step]
        inner[last] = value
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data))
    return path
