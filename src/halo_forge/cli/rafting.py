"""What `benchmark full` and `raft train` do: settings checked, problems split, the loop run, the summary shown."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from halo_forge.cli.console import note, out
from halo_forge.cli.interrupt import stoppable
from halo_forge.cli.loading import trainable
from halo_forge.cli.measuring import not_measured, training_measured
from halo_forge.cli.raft_progress import Shown
from halo_forge.cli.raft_request import Request, checked_numbers
from halo_forge.config import safe_name
from halo_forge.errors import PhaseFailed
from halo_forge.models.base import SamplingSettings
from halo_forge.models.registry import find_model
from halo_forge.models.words import Words
from halo_forge.problems import ProblemSet, load_problems
from halo_forge.raft.cycle import Cycles
from halo_forge.raft.loop import run
from halo_forge.raft.phases import Runner
from halo_forge.raft.plan import Place, Plan
from halo_forge.raft.split import Split, refuse_overlap, split
from halo_forge.raft.trainer import Trainer
from halo_forge.report.raft_terminal import render

TRAINING_SETS = {"demo": "demo-train"}  # set to test with -> set to train on, where the user names none
_FEW = 30  # problems that test; with fewer hardly any gain can be told from luck


def run_full(request: Request) -> int:
    """Do it; returns the exit status.

    Raises:
        UserError: a mistake in the options or in a file.
        TrainingError: a training was refused, or failed.
    """
    checked_numbers(request)
    source = find_model(request.model)
    parts, problems = _parts(request)
    with stoppable() as cancel:
        base = trainable(source, cancel)
        find_model(str(base), request.engine)  # whether that engine can run what is trained
        plan = _plan(request, base, parts)
        default = Path("results", f"full-{safe_name(source.name, problems.name)}")
        place = Place(default if request.output is None else Path(request.output))
        resumed = place.claim(plan)
        if len(plan.test) < _FEW:
            note(f"note: {len(plan.test)} problems test; a real gain is hard to tell from luck with fewer than {_FEW}")
        note(f"{len(plan.train)} problems to train on, {len(plan.dev)} to choose the cycle, {len(plan.test)} to test")
        shown = Shown()
        measuring = training_measured if request.hardware_metrics else not_measured
        trainer = Trainer(plan.training, plan.processes, cancel, shown, measuring)
        runner = Runner(plan, cancel, shown, trainer)
        cycles = Cycles(plan, place, runner, {p.id: p for p in parts.train}, _words(plan, request))
        try:
            made = run(cycles, resumed)
        except PhaseFailed as failed:
            note(f"{failed}; run the same command to go on")
            return failed.status
        console = out()
        console.print(render(made))
        console.print(f"summary  {place.summary}", markup=False, soft_wrap=True)
        console.print(f"model    {made['final_model']}", markup=False, soft_wrap=True)
    return 0


def _parts(request: Request) -> tuple[Split, ProblemSet]:
    """The problems by what they are for, and the set that tests."""
    tested = load_problems(request.prompts, request.limit)
    name = request.train_prompts or TRAINING_SETS.get(request.prompts)
    if name is None:
        parts = split(tested.problems, request.seed, dev=request.dev_share, test=request.test_share)
    else:
        learnt = split(load_problems(name).problems, request.seed, dev=request.dev_share, test=0.0)
        parts = Split(learnt.train, learnt.dev, tested.problems)
    refuse_overlap((*parts.train, *parts.dev), parts.test)
    refuse_overlap(parts.train, parts.dev)
    return parts, tested


def _plan(request: Request, base: Path, parts: Split) -> Plan:
    train, dev, test = (tuple(problem.id for problem in part) for part in (parts.train, parts.dev, parts.test))
    return Plan(
        model=request.model,
        base=base,
        prompts=request.prompts,
        train_prompts=request.train_prompts or TRAINING_SETS.get(request.prompts),
        limit=request.limit,
        train=train,
        dev=dev,
        test=test,
        cycles=request.cycles,
        drawn=request.drawn(),
        tested=request.tested(),
        common=request.common(),
        rules=request.rules(),
        training=request.training(),
        go_on=request.go_on,
        control=request.control,
        processes=request.train_gpus,
        seed=request.seed,
    )


def _words(plan: Plan, request: Request):  # type: ignore[no-untyped-def]
    @cache
    def opened() -> Words:
        from halo_forge.models.directories import resolve
        from halo_forge.models.hub import fetch
        from halo_forge.models.transformers.load import read_ends, read_tokenizer

        weights = resolve(plan.base, fetch)
        settings = SamplingSettings(system_prompt=request.system_prompt)
        return Words(read_tokenizer(weights), read_ends(weights), settings, str(plan.base))

    return opened
