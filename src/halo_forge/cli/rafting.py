"""What `benchmark full` and `raft train` do: settings checked, problems split, the loop run, the summary shown."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import cache
from pathlib import Path

from halo_forge.benchmark import default_workers
from halo_forge.cli.console import note, out
from halo_forge.cli.exporting import check_export, export
from halo_forge.cli.interrupt import stoppable
from halo_forge.cli.judging import open_judging
from halo_forge.cli.loading import trainable
from halo_forge.cli.measuring import not_measured, training_measured
from halo_forge.cli.raft_progress import Shown
from halo_forge.cli.raft_report import files_of_run, write_raft_page
from halo_forge.cli.raft_request import Request, check_numbers
from halo_forge.cli.reporting import checked_page
from halo_forge.cli.tracking import track_raft
from halo_forge.config import check_engine_options, check_limits, check_sampling, check_workers, safe_name
from halo_forge.errors import PhaseFailed, UserError
from halo_forge.models.base import SamplingSettings
from halo_forge.models.registry import find_model
from halo_forge.models.words import Words
from halo_forge.problems import load_problems
from halo_forge.problems.base import problems_hash
from halo_forge.raft.base import words_of
from halo_forge.raft.cycle import Cycles
from halo_forge.raft.history import refuse_trained_on
from halo_forge.raft.loop import run
from halo_forge.raft.phases import Runner
from halo_forge.raft.plan import Place, Plan
from halo_forge.raft.split import Split, concept, refuse_overlap, split
from halo_forge.raft.trainer import Trainer, check_installed
from halo_forge.report.raft_terminal import render
from halo_forge.report.raft_words import FEW
from halo_forge.tracking.registry import check_trackers
from halo_forge.types import JSONObject

TRAINING_SETS = {"demo": "demo-train"}  # set to test with alone -> set to train on


def run_full(request: Request) -> int:
    """`benchmark full`; returns the exit status.

    Raises:
        UserError: a mistake in the options or in a file.
        TrainingError: a training was refused, or failed.
    """
    check_numbers(request)
    _refuse_test_set("--train-prompts", request.train_prompts)
    learnt = TRAINING_SETS.get(request.prompts) if request.train_prompts is None else request.train_prompts
    request = replace(request, train_prompts=learnt)
    parts = _parts_to_test(request)
    if len(parts.test) < FEW:
        note(f"note: {len(parts.test)} problems test; a gain is hard to tell from luck with fewer than {FEW}")
    return _run(request, parts)


def run_raft(request: Request) -> int:
    """`raft train`; returns the exit status.

    Raises:
        UserError: a mistake in the options or in a file.
        TrainingError: a training was refused, or failed.
    """
    check_numbers(request)
    _refuse_test_set("--prompts", request.prompts)
    problems = load_problems(request.prompts, request.limit).problems
    parts = split(problems, request.seed, dev=request.dev_share, test=0.0)
    refuse_overlap(parts.train, parts.dev)
    return _run(request, parts)


def _refuse_test_set(option: str, name: str | None) -> None:
    if name in TRAINING_SETS:
        raise UserError(f"{option} {name}: these problems only test; train on {TRAINING_SETS[name]}")


def _run(request: Request, parts: Split) -> int:
    form = check_export(request.export)
    with stoppable() as cancel:
        _check_sampling_and_judging(request, cancel)
        check_installed()
        source = find_model(request.model)
        default = Path("results", f"full-{safe_name(source.name, request.prompts)}")
        place = Place(default if request.output is None else Path(request.output))
        page, trackers = checked_page(request.html, files_of_run(place)), check_trackers(request.track or ())
        base = trainable(source, cancel)
        find_model(str(base), request.engine)  # whether that engine can run what is trained
        plan = _plan(request, base, parts)
        refuse_trained_on(base, plan)
        resumed = place.claim(plan, fresh=request.fresh)
        note(f"{len(plan.train)} problems to train on, {len(plan.dev)} to choose the cycle, {len(plan.test)} to test")
        shown = Shown()
        measuring = training_measured if request.hardware_metrics else not_measured
        trainer = Trainer(plan.processes, cancel, shown, measuring)

        @cache
        def words() -> Words:
            return words_of(
                base, SamplingSettings(system_prompt=request.system_prompt, prompt_style=request.prompt_style)
            )

        cycles = Cycles(plan, place, Runner(plan, cancel, shown, trainer), {p.id: p for p in parts.train}, words)
        try:
            summary = run(cycles, resumed)
        except PhaseFailed as failed:
            note(f"{failed}; run the same command to go on")
            return failed.status
        finally:
            place.close_session()
        chosen = place.cycle(summary["chosen_cycle"])
        export(form, chosen.final_model, source, chosen.root)
        _show(summary, place.summary, chosen.final_model)
        write_raft_page(page, summary, place.summary)
        track_raft(trackers, summary, place.summary, cancel)
    return 0


def _check_sampling_and_judging(request: Request, cancel: threading.Event) -> None:
    """What ``benchmark run`` will look at: before anything is written, for a run with a mistake could not be gone on
    with.

    Raises:
        UserError: an option is wrong, or a tool is missing.
    """
    check_sampling(
        SamplingSettings(
            temperature=request.temperature, top_p=request.top_p, max_tokens=request.max_tokens, seed=request.seed,
            system_prompt=request.system_prompt, prompt_style=request.prompt_style,
        )
    )  # fmt: skip
    check_workers(request.workers, default_workers())
    check_engine_options(tuple(request.engine_option or ()))
    limits = check_limits(request.time_limit, request.memory_limit)
    for prompts in dict.fromkeys(filter(None, (request.prompts, request.train_prompts))):
        with open_judging(
            load_problems(prompts), request.verifier, limits, request.compile_flags, unsafe=request.unsafe,
            cancel=cancel,
        ):  # fmt: skip
            pass


def _show(summary: JSONObject, file: Path, model: Path) -> None:
    console = out()
    console.print()
    console.print(render(summary))
    console.print()
    console.print(f"summary  {file}", markup=False, soft_wrap=True)
    console.print(f"model    {model}", markup=False, soft_wrap=True)


def _parts_to_test(request: Request) -> Split:
    """The problems by what they are for."""
    tested = load_problems(request.prompts, request.limit).problems
    if request.train_prompts is None:
        parts = split(tested, request.seed, dev=request.dev_share, test=request.test_share)
    else:
        learnt = load_problems(request.train_prompts).problems
        parts = replace(split(learnt, request.seed, dev=request.dev_share, test=0.0), test=tested)
    refuse_overlap((*parts.train, *parts.dev), parts.test)
    refuse_overlap(parts.train, parts.dev)
    return parts


def _plan(request: Request, base: Path, parts: Split) -> Plan:
    train, dev, test = (tuple(problem.id for problem in part) for part in (parts.train, parts.dev, parts.test))
    return Plan(
        model=request.model,
        base=base,
        prompts=request.prompts,
        train_prompts=request.train_prompts,
        limit=request.limit,
        train=train,
        dev=dev,
        test=test,
        concepts=tuple(concept(problem) for problem in parts.test),
        hashes=tuple(problems_hash(part) for part in (parts.train, parts.dev, parts.test)),
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
