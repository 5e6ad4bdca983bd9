"""What a run of RAFT comes to: a row for each cycle, the test before and after, and whether the difference is real."""

from __future__ import annotations

import json
from pathlib import Path

from halo_forge import __version__
from halo_forge.compare.paired import difference
from halo_forge.raft.figures import drawn_figures, problem_counts, strict_counts
from halo_forge.raft.plan import CyclePlace, Place, Plan
from halo_forge.types import JSONObject

Counts = dict[str, tuple[int, int]]

BETTER, WORSE, UNDECIDED = "better", "worse", "not distinguishable"
_LEVEL = 0.05


def summary(plan: Plan, place: Place, chosen: int, resumed: int) -> JSONObject:
    """Everything that is worth keeping of a run, as JSON."""
    return {
        "model": plan.model,
        "chosen_cycle": chosen,
        "final_model": str(place.cycle(chosen).final_model),
        "resumed": resumed,
        "problems": {part: len(getattr(plan, part)) for part in ("train", "dev", "test")},
        "cycles": [cycle_row(number, place.cycle(number)) for number in range(1, plan.cycles + 1)],
        "sham": cycle_row(0, place.sham) if place.sham_result.exists() else None,
        "test": _tests(place) if plan.test else None,
        "seconds": place.seconds(),
        "plan": plan.identity(),
        "halo_forge": __version__,
    }


def cycle_row(number: int, here: CyclePlace) -> JSONObject:
    """One cycle; its `cycle.json`, and how its model does on the dev problems."""
    record: JSONObject = json.loads(here.record.read_bytes())
    record["dev"] = drawn_figures(here.dev) if here.dev.exists() else None
    return record


def _tests(place: Place) -> JSONObject:
    """Before, after, the sham; and the differences."""
    results = {"baseline": place.baseline, "final": place.final}
    if place.sham_result.exists():
        results["sham"] = place.sham_result
    pairs = [("final", "baseline")] + ([("final", "sham"), ("sham", "baseline")] if "sham" in results else [])
    return {
        **{name: drawn_figures(path) for name, path in results.items()},
        "differences": {f"{a} - {b}": _differences(results[a], results[b]) for a, b in pairs},
    }


def _differences(a: Path, b: Path) -> JSONObject:
    """Paired differences of two results on the same problems."""
    ours, theirs = problem_counts(a), problem_counts(b)
    names = sorted(ours.keys() & theirs.keys())
    most = min(count.n for count in (*ours.values(), *theirs.values()))
    passed = [{name: (c.n, c.c) for name, c in counts.items()} for counts in (ours, theirs)]
    compiled = [{name: (c.n, c.compiled or 0) for name, c in counts.items()} for counts in (ours, theirs)]
    return {
        "compile_rate": _difference(names, 1, *compiled),
        "pass_at_1": _difference(names, 1, *passed),
        f"pass_at_{most}": _difference(names, most, *passed),
        "strict_pass_at_1": _difference(names, 1, strict_counts(a), strict_counts(b)),
    }


def _difference(names: list[str], k: int, a: Counts, b: Counts) -> JSONObject:
    found = difference([a[name] for name in names], [b[name] for name in names], k)
    apart = found.low is not None and found.high is not None and (found.low > 0 or found.high < 0)
    real = apart and found.p_value <= _LEVEL
    return {
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "p_value": found.p_value,
        "verdict": (BETTER if found.value > 0 else WORSE) if real else UNDECIDED,
    }
