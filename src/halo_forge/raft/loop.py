"""RAFT from end to end: baseline, cycles, the choice of a cycle, the sham, the final test, the summary.

The test problems are sampled from twice, before and after (and for the sham), and decide nothing; the cycle is chosen
by the dev problems, or is the last one where there are none.
"""

from __future__ import annotations

import json
from pathlib import Path

from halo_forge.raft.cycle import Cycles
from halo_forge.raft.summary import summary
from halo_forge.store import files
from halo_forge.store.lines import encode_document
from halo_forge.types import JSONObject


def run(cycles: Cycles, resumed: int) -> JSONObject:
    """Do what is missing, and write the summary.

    Args:
        resumed: how often the run was begun before.

    Returns:
        the summary, as it is written.

    Raises:
        PhaseFailed: sampling failed and said why.
        TrainingError: a training was refused or failed.
        Cancelled: stopped.
    """
    plan, place, watcher = cycles.plan, cycles.place, cycles.runner.watcher
    if plan.test:
        watcher.phase("baseline: the test problems")
        _test(cycles, plan.base, "test", place.baseline)
    for number in range(1, plan.cycles + 1):
        cycles.run(number)
        if plan.dev:
            watcher.phase(f"cycle {number} of {plan.cycles}: the dev problems")
            _test(cycles, place.cycle(number).final_model, "dev", place.cycle(number).dev)
    chosen = choose(cycles)
    if plan.test:
        watcher.phase(f"final: the test problems, with the model of cycle {chosen}")
        _test(cycles, place.cycle(chosen).final_model, "test", place.final)
        if plan.control is not None:
            cycles.run_sham(chosen)
            watcher.phase("sham: the test problems")
            _test(cycles, place.sham.final_model, "test", place.sham_result)
    made = summary(plan, place, chosen, resumed)
    files.replace(place.summary, [encode_document(made)])
    return made


def choose(cycles: Cycles) -> int:
    """The cycle with the best pass@1 on the dev problems, of equals the later; the last one without dev problems."""
    plan, place = cycles.plan, cycles.place
    if not plan.dev:
        return plan.cycles
    return max(range(1, plan.cycles + 1), key=lambda number: (_pass_at_1(place.cycle(number).dev), number))


def _pass_at_1(result: Path) -> tuple[float, float]:
    """And the compile rate, which tells more where hardly anything passes."""
    data = json.loads(result.read_bytes())
    return float(data["pass_at_k"]["1"]), float(data["compile_rate"])


def _test(cycles: Cycles, model: Path, part: str, output: Path) -> None:
    plan = cycles.plan
    prompts = plan.prompts if part == "test" else plan.trained_on
    cycles.runner.sample(model, prompts, cycles.place.ids(part), plan.tested, plan.seed_of(0), output)
