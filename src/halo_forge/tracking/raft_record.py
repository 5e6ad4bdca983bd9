"""From the summary of a run of RAFT to what a tracker gets: one record for each cycle, step by step of one tracker run.

Step 0 has the baseline, step n what cycle n did, and the last step the final model, the sham and the differences too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from halo_forge.report.raft_run import BASELINE, Cycle, Drawn, RaftRun
from halo_forge.tracking.base import Record, Setting
from halo_forge.tracking.record import flat_settings, rate_metrics
from halo_forge.types import Estimate

_PARTS = ("train", "dev", "test")  # ids of problems: hundreds, and files of their own


def raft_records(run: RaftRun, run_id: str, summary: Path) -> list[Record]:
    """All of a run whose summary is the file `summary`, in the order of their steps."""
    whole = summary.resolve()
    settings = raft_settings(run)
    return [
        Record(run_id, whole.parent.name, settings, dict(_metrics(run, step)), step, str(whole), str(whole.parent))
        for step in range(len(run.cycles) + 1)
    ]


def raft_settings(run: RaftRun) -> dict[str, Setting]:
    """The plan, flat, and how many problems there are of each kind."""
    plan = {name: value for name, value in run.plan.items() if name not in _PARTS}
    return flat_settings({**plan, "problems": dict(run.problems), "chosen_cycle": run.chosen})


def _metrics(run: RaftRun, step: int) -> Iterator[tuple[str, float]]:
    """Every number that is known at a step; what is not is left out."""
    if step:
        yield from _of_cycle(run.cycles[step - 1], "cycle")
    elif BASELINE in run.tests:
        yield from _of_drawn(run.tests[BASELINE], BASELINE)
    if step < len(run.cycles):
        return
    for name, drawn in run.tests.items():
        if name != BASELINE:
            yield from _of_drawn(drawn, name)
    if run.sham is not None:
        yield from _of_cycle(run.sham, "sham/training")
    for pair, differences in run.differences.items():
        above = pair.replace(" - ", "_minus_")
        for found in differences:
            bounds = Estimate(found.value, found.low, found.high, 0, 0)
            yield from rate_metrics(f"{above}/{found.measure}", bounds)
            yield f"{above}/{found.measure}_p_value", found.p_value


def _of_cycle(cycle: Cycle, above: str) -> Iterator[tuple[str, float]]:
    trained = cycle.trained
    if cycle.drawn is not None:
        yield f"{above}/generated", cycle.drawn.generated
        yield from rate_metrics(f"{above}/pass_rate", cycle.drawn.pass_at_1)
        yield from rate_metrics(f"{above}/compile_rate", cycle.drawn.compile_rate)
    yield from ((f"{above}/kept", cycle.kept), (f"{above}/kept_problems", cycle.problems))
    yield from ((f"{above}/steps", trained.steps), (f"{above}/training_seconds", trained.seconds))
    yield from ((f"{above}/loss_start", trained.loss_start), (f"{above}/loss_end", trained.loss_end))
    yield from ((f"{above}/grad_norm_median", trained.norm_median), (f"{above}/grad_norm_max", trained.norm_max))
    if cycle.energy_wh is not None:
        yield f"{above}/energy_wh", cycle.energy_wh
    if cycle.dev is not None:
        yield from _of_drawn(cycle.dev, "dev")


def _of_drawn(drawn: Drawn, above: str) -> Iterator[tuple[str, float]]:
    yield from rate_metrics(f"{above}/compile_rate", drawn.compile_rate)
    for k, estimate in drawn.pass_at_k.items():
        yield from rate_metrics(f"{above}/pass_at_{k}", estimate)
    yield from rate_metrics(f"{above}/strict_pass_at_1", drawn.strict)
