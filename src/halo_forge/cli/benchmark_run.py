"""``halo-forge benchmark run``: sample from a model, judge, report."""

from __future__ import annotations

import threading
from dataclasses import asdict
from functools import partial
from typing import Annotated

import typer

from halo_forge.benchmark import default_workers, generate_owed
from halo_forge.cli import options
from halo_forge.cli.interrupt import stoppable
from halo_forge.cli.judging import Destination, Judging, deliver, judge_all, open_judging, stopped
from halo_forge.cli.loading import open_model
from halo_forge.cli.progress import Counts
from halo_forge.config import SamplePlan, check_limits, check_sampling, check_workers, safe_name, sample_plan
from halo_forge.errors import Cancelled
from halo_forge.models.base import Sampler, SamplingSettings
from halo_forge.models.registry import find_model
from halo_forge.problems import load_problems
from halo_forge.store import RunStore
from halo_forge.summary import summarize
from halo_forge.types import PromptStyle

EXAMPLES = """\
Sample programs from a model, compile and run them in a sandbox, and report pass@k.

Examples:

  halo-forge benchmark run --model smollm2-135m --prompts demo --samples 8 --k 1,5

  halo-forge benchmark run --model model.gguf --prompts humaneval --output results/humaneval.json

The same command goes on where it was stopped, and never pays for a token twice.

Exit status: 0 every sample was judged, 2 a mistake in the command or its files, 3 something could not be judged,
130 stopped.
"""


def run(
    model: Annotated[
        str, typer.Option("--model", "-m", help="smollm2-135m (built in), a .gguf file, or scripted:FILE.")
    ],
    prompts: options.Prompts,
    verifier: options.Verifier = "auto",
    samples: Annotated[
        int | None, typer.Option("--samples", "-n", help="Samples a problem.", show_default="20")
    ] = None,
    k: options.Ks = None,
    output: options.Output = None,
    as_json: options.AsJson = False,
    engine: Annotated[str, typer.Option(help="Which engine runs the model.")] = "auto",
    temperature: Annotated[float, typer.Option(help="0 is greedy.")] = 0.7,
    top_p: Annotated[float, typer.Option(help="Nucleus sampling.")] = 0.95,
    max_tokens: Annotated[int, typer.Option(help="Generated tokens a sample at the most.")] = 512,
    seed: Annotated[int, typer.Option(help="The same seed gives the same samples.")] = 0,
    greedy: Annotated[bool, typer.Option("--greedy", help="One sample a problem at temperature 0.")] = False,
    system_prompt: Annotated[str | None, typer.Option(help="For chat.", show_default="the model's own")] = None,
    prompt_style: Annotated[PromptStyle, typer.Option(help="How problems are put to the model.")] = PromptStyle.AUTO,
    stop: Annotated[
        list[str] | None, typer.Option("--stop", metavar="TEXT", help="Stop sequence for completions; repeatable.")
    ] = None,
    time_limit: options.TimeLimit = None,
    memory_limit: options.MemoryLimit = None,
    compile_flags: options.CompileFlags = None,
    workers: options.Workers = None,
    limit: options.Limit = None,
    fresh: options.Fresh = False,
    unsafe: options.Unsafe = False,
) -> None:
    plan = sample_plan(samples, k, greedy=greedy)
    settings = check_sampling(
        SamplingSettings(
            temperature=0.0 if greedy else temperature,
            top_p=top_p,
            max_tokens=max_tokens,
            seed=seed,
            system_prompt=system_prompt,
            prompt_style=prompt_style,
            stop=tuple(stop or ()),
        )
    )
    limits = check_limits(time_limit, memory_limit)
    parallel = check_workers(workers, default_workers())
    source = find_model(model, engine)
    problems = load_problems(prompts, limit)
    with stoppable() as cancel, open_model(source, settings, problems) as sampler:
        place = Destination.of(output, safe_name(sampler.info.name, problems.name), as_json=as_json)
        with open_judging(problems, verifier, limits, compile_flags, unsafe=unsafe, cancel=cancel) as judging:
            raise typer.Exit(_benchmark(sampler, settings, plan, judging, place, parallel, cancel, fresh=fresh))


def _benchmark(
    sampler: Sampler, settings: SamplingSettings, plan: SamplePlan, judging: Judging, place: Destination,
    workers: int, cancel: threading.Event, *, fresh: bool,
) -> int:  # fmt: skip
    identity = {
        "model": {key: value for key, value in asdict(sampler.info).items() if key != "source"},
        "sampling": asdict(settings),
        "samples": plan.samples,
        **judging.identity(),
    }
    problems = judging.problems.problems
    with RunStore.open(place.path, identity, fresh=fresh) as store:
        total = plan.samples * len(problems)
        owed_now = total - len(store.judged_keys) - len(store.waiting_keys)
        if owed_now or store.waiting_keys:
            store.ensure_writable()
        counts = Counts(
            total=total,
            to_generate=owed_now,
            already_judged=len(store.judged_keys),
            already_generated=len(store.judged_keys) + len(store.waiting_keys),
        )
        generate = partial(generate_owed, sampler, problems, plan.samples, store, cancel) if owed_now else None
        try:
            failure = judge_all(judging, store, counts, store.waiting(), generate, workers, cancel)
        except Cancelled:
            return stopped(store)
        settings_shown = {**judging.settings(identity, plan.ks, workers), "model": asdict(sampler.info)}
        report = summarize(judging.problems, store.read_judged(), plan.ks, settings_shown)
        return deliver(report, store, place, failure)
