"""What a run of RAFT comes to: a row for each cycle, the test before and after, and whether the difference is real."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from halo_forge import __version__
from halo_forge.compare import unlike
from halo_forge.compare.clustered import clustered
from halo_forge.metrics import pass_at_k
from halo_forge.raft.figures import drawn_figures, problem_counts, strict_counts
from halo_forge.raft.plan import CyclePlace, Place, Plan
from halo_forge.results import load_results
from halo_forge.types import JSONObject

Counts = dict[str, tuple[int, int]]
Concepts = dict[str, str]
"""Id of a problem -> its concept."""

BETTER, WORSE, UNDECIDED = "better", "worse", "not distinguishable"
UNLIKE = "not measured alike"
_LEVEL = 0.05


def summary(plan: Plan, place: Place, chosen: int, resumed: int) -> JSONObject:
    """Everything that is worth keeping of a run, as JSON."""
    concepts = dict(zip(plan.test, plan.concepts, strict=True))
    return {
        "model": plan.model,
        "chosen_cycle": chosen,
        "final_model": str(place.cycle(chosen).final_model),
        "resumed": resumed,
        "problems": {part: len(getattr(plan, part)) for part in ("train", "dev", "test")},
        "cycles": [cycle_row(number, place.cycle(number)) for number in range(1, plan.cycles + 1)],
        "sham": cycle_row(0, place.sham) if place.sham_result.exists() else None,
        "test": _tests(place, concepts) if plan.test else None,
        "seconds": place.seconds(),
        "plan": plan.identity(),
        "halo_forge": __version__,
    }


def cycle_row(number: int, here: CyclePlace) -> JSONObject:
    """One cycle; its `cycle.json`, and how its model does on the dev problems."""
    record: JSONObject = json.loads(here.record.read_bytes())
    record["dev"] = drawn_figures(here.dev) if here.dev.exists() else None
    return record


def _tests(place: Place, concepts: Concepts) -> JSONObject:
    """Before, after, the sham; and the differences."""
    results = {"baseline": place.baseline, "final": place.final}
    if place.sham_result.exists():
        results["sham"] = place.sham_result
    pairs = [("final", "baseline")] + ([("final", "sham"), ("sham", "baseline")] if "sham" in results else [])
    apart = {f"{a} - {b}": _apart(results[a], results[b]) for a, b in pairs}
    differences = {f"{a} - {b}": _differences(results[a], results[b], concepts) for a, b in pairs}
    for pair in filter(apart.get, differences):
        differences[pair] = {measure: {**found, "verdict": UNLIKE} for measure, found in differences[pair].items()}
    return {
        **{name: drawn_figures(path) for name, path in results.items()},
        "differences": differences,
        "apart": {pair: why for pair, why in apart.items() if why},
    }


def _apart(a: Path, b: Path) -> list[str]:
    """How differently two models were tested, which the same command may have done before and after an update."""
    found = load_results([str(a), str(b)]).results
    return unlike([replace(result, path=Path(result.path).name) for result in found])


def _differences(a: Path, b: Path, concepts: Concepts) -> JSONObject:
    """Paired differences of two results on the same problems; problems of one concept are one observation."""
    ours, theirs = problem_counts(a), problem_counts(b)
    groups = {name: concepts[name] for name in sorted(ours.keys() & theirs.keys())}
    most = min(count.n for count in (*ours.values(), *theirs.values()))
    passed = [{name: (c.n, c.c) for name, c in counts.items()} for counts in (ours, theirs)]
    compiled = [{name: (c.n, c.compiled or 0) for name, c in counts.items()} for counts in (ours, theirs)]
    return {
        "pass_at_1": _difference(groups, 1, *passed),
        f"pass_at_{most}": _difference(groups, most, *passed),
        "strict_pass_at_1": _difference(groups, 1, strict_counts(a), strict_counts(b)),
        "compile_rate": _difference(groups, 1, *compiled),
    }


def _difference(groups: Concepts, k: int, a: Counts, b: Counts) -> JSONObject:
    found = clustered([pass_at_k(*a[name], k) - pass_at_k(*b[name], k) for name in groups], list(groups.values()))
    apart = found.low is not None and found.high is not None and (found.low > 0 or found.high < 0)
    real = apart and found.p_value <= _LEVEL
    return {
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "p_value": found.p_value,
        "clusters": found.clusters,
        "verdict": (BETTER if found.value > 0 else WORSE) if real else UNDECIDED,
    }
