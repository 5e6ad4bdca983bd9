"""What `benchmark run` does: settings checked, model and judges opened, the pipeline run, the report delivered."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from halo_forge.benchmark import default_workers, generate_owed
from halo_forge.cli.console import note
from halo_forge.cli.counts import Counts
from halo_forge.cli.few_shot import load_few_shot
from halo_forge.cli.interrupt import STOPPED, stoppable
from halo_forge.cli.judging import Destination, Judging, deliver, judge_all, open_judging, stopped
from halo_forge.cli.loading import load_chosen, open_model
from halo_forge.cli.measuring import measured_sessions, measuring
from halo_forge.cli.reporting import checked_page, write_page_of_run
from halo_forge.cli.results_jsonl import check_place, lines_of_run, results_beside, write_results
from halo_forge.cli.tracking import track
from halo_forge.config import (
    SamplePlan,
    check_concurrency,
    check_engine_options,
    check_limits,
    check_prices,
    check_sampling,
    check_temperature,
    check_workers,
    safe_name,
    sample_plan,
)
from halo_forge.errors import Cancelled, UserError
from halo_forge.models.base import Sampler, SamplingSettings
from halo_forge.models.registry import ModelSource, find_model
from halo_forge.problems import ProblemSet
from halo_forge.store import RunFiles, RunStore
from halo_forge.summary import summarize
from halo_forge.tracking.registry import check_trackers
from halo_forge.types import Limits, Prices, PromptStyle, SamplingOverrides


@dataclass(frozen=True, slots=True)
class Request:
    """The command's options as they were given; ``None`` where the default is to be used."""

    model: str
    engine: str
    prompts: str
    limit: int | None
    only: str | None
    verifier: str
    samples: int | None
    ks: str | None
    metrics: str | None
    greedy: bool
    temperature: float | None
    top_p: float
    max_tokens: int
    seed: int
    system_prompt: str | None
    prompt_style: PromptStyle
    stop: tuple[str, ...]
    n_few_shot: int | None
    few_shot: str | None
    think_budget: int | None
    price_in: float | None
    price_out: float | None
    time_limit: float | None
    memory_limit: int | None
    compile_flags: str | None
    workers: int | None
    concurrency: int | None
    engine_options: tuple[str, ...]
    output: str | None
    as_json: bool
    results_jsonl: bool
    html: str | None
    trackers: tuple[str, ...]
    hardware_metrics: bool
    fresh: bool
    unsafe: bool

    def settings(self) -> SamplingSettings:
        """How to sample, checked; examples come with the problems."""
        return check_sampling(
            SamplingSettings(
                temperature=check_temperature(self.temperature, greedy=self.greedy),
                top_p=self.top_p,
                max_tokens=self.max_tokens,
                seed=self.seed,
                system_prompt=self.system_prompt,
                prompt_style=self.prompt_style,
                stop=self.stop,
                think_budget=self.think_budget,
            )
        )


@dataclass(frozen=True, slots=True)
class _Checked:
    """The same, checked, with the defaults in it."""

    plan: SamplePlan
    settings: SamplingSettings
    problems: ProblemSet
    source: ModelSource
    limits: Limits
    prices: Prices | None
    workers: int
    concurrency: int | None
    engine_options: dict[str, str]
    trackers: tuple[str, ...]

    @classmethod
    def of(cls, request: Request) -> _Checked:
        """What is quick to check comes first, and nothing of it is slow."""
        plan = sample_plan(request.samples, request.ks, request.metrics, greedy=request.greedy)
        settings = request.settings()
        prices = check_prices(request.price_in, request.price_out)
        limits = check_limits(request.time_limit, request.memory_limit)
        workers = check_workers(request.workers, default_workers())
        concurrency = check_concurrency(request.concurrency)
        options = check_engine_options(request.engine_options)
        trackers = check_trackers(request.trackers)
        source = find_model(request.model, request.engine)
        problems = load_chosen(request.prompts, request.limit, request.only)
        _check_own_settings(problems, greedy=request.greedy)
        settings = replace(settings, few_shot=load_few_shot(request.few_shot, request.n_few_shot, problems))
        return cls(plan, settings, problems, source, limits, prices, workers, concurrency, options, trackers)


def run_benchmark(request: Request) -> int:
    """Do it; returns the exit status. Mistakes that can be seen early are seen before anything slow begins.

    Raises:
        UserError: a mistake in the options or in a file.
    """
    checked = _Checked.of(request)
    with (
        stoppable() as cancel,
        open_judging(
            checked.problems, request.verifier, checked.limits, request.compile_flags, unsafe=request.unsafe,
            cancel=cancel,
        ) as judging,
        open_model(
            checked.source, checked.settings, checked.problems, cancel, checked.concurrency, checked.engine_options
        ) as sampler,
    ):  # fmt: skip
        name = safe_name(sampler.info.name, checked.problems.name)
        place = Destination.of(request.output, name, as_json=request.as_json)
        results = results_beside(place.path) if request.results_jsonl else None
        check_place(results, place.path)
        page = checked_page(request.html, RunFiles.of(place.path).all())
        status = _benchmark(request, checked, sampler, judging, place, results, cancel)
        if status != STOPPED:
            write_page_of_run(page, place.path)
        return status


def _check_own_settings(problems: ProblemSet, *, greedy: bool) -> None:
    """Say that some problems are sampled in another way than the command line has it.

    Raises:
        UserError: one of them is not to be sampled greedily, and everything is.
    """
    own = [problem for problem in problems.problems if problem.sampling != SamplingOverrides()]
    warm = next((problem for problem in own if problem.sampling.temperature), None)
    if greedy and warm is not None:
        raise UserError(
            f"--greedy is temperature 0, and problem '{warm.id}' has a temperature of {warm.sampling.temperature:g} "
            "of its own; leave --greedy out, or take it out of the file"
        )
    if own:
        note(f"note: {len(own)} of {len(problems.problems)} problems have settings of sampling of their own")


def _benchmark(
    request: Request, checked: _Checked, sampler: Sampler, judging: Judging, place: Destination,
    results: Path | None, cancel: threading.Event,
) -> int:  # fmt: skip
    plan = checked.plan
    identity = {
        "model": {key: value for key, value in asdict(sampler.info).items() if key != "source"},
        "sampling": checked.settings.identity(),
        "samples": plan.samples,
        **judging.identity(),
    }
    problems = judging.problems.problems
    total = plan.samples * len(problems)
    counts = Counts(total=total, to_generate=0)
    with RunStore.open(place.path, identity, fresh=request.fresh, see=counts.resumed) as store:
        owed_now = total - len(store.judged_keys) - len(store.waiting_keys)
        left = bool(owed_now or store.waiting_keys)
        if left:
            store.ensure_writable()
        counts.to_generate, counts.already_generated = owed_now, total - owed_now
        generate = partial(generate_owed, sampler, problems, plan.samples, store, cancel) if owed_now else None
        try:
            with measuring(store, wanted=request.hardware_metrics and left):
                failure = judge_all(judging, store, counts, store.waiting(), generate, checked.workers, cancel)
        except Cancelled:
            return stopped(store)
        settings_shown = {**judging.settings(identity, plan.ks, checked.workers), "model": asdict(sampler.info)}
        report = summarize(
            judging.problems, store.read_judged(), plan.ks, settings_shown, total, metrics=plan.metrics,
            prices=checked.prices, measured=measured_sessions(store),
        )  # fmt: skip
        status = deliver(report, judging.problems, store, place, failure)
        write_results(results, lines_of_run(store.read_judged()))
        track(checked.trackers, report, store.files, cancel)
        return status
