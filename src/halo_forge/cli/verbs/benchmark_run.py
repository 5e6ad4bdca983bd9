"""``halo-forge benchmark run``: sample from a model, judge, report."""

from __future__ import annotations

from typing import Annotated

import typer

from halo_forge.cli import options
from halo_forge.types import PromptStyle

EXAMPLES = """\
Sample programs from a model, compile and run them in a sandbox, and report pass@k.

Examples:

  halo-forge benchmark run --model smollm2-135m --prompts demo --samples 8 --k 1,5

  halo-forge benchmark run --model model.gguf --prompts humaneval --output results/humaneval.json

  halo-forge benchmark run --model models/raft/cycle_5_final --prompts humaneval

  halo-forge benchmark run --model org/model --engine vllm --engine-option tensor_parallel_size=2 --prompts humaneval

  halo-forge benchmark run --model http://localhost:8000/v1 --prompts humaneval

  halo-forge benchmark run --model http://localhost:8000/v1#Qwen/Qwen2.5-Coder-7B-Instruct --prompts humaneval

A server is any with OpenAI's interface (vLLM, llama-server, SGLang, Ollama, hosted ones). Behind the # stands which of
its models, where it has several. --engine openai --model NAME asks the server at OPENAI_BASE_URL. A key is taken from
OPENAI_API_KEY alone.

The same command goes on where it was stopped, and never pays for a token twice.

Exit status: 0 every sample was judged, 2 a mistake in the command or its files, 3 something could not be judged,
130 stopped.
"""


def run(
    model: Annotated[
        str,
        typer.Option(
            "--model",
            "-m",
            help="smollm2-135m (built in), a .gguf file, a directory, a hub id, a server's URL or URL#NAME, or "
            "scripted:FILE.",
        ),
    ],
    prompts: options.Prompts,
    verifier: options.Verifier = "auto",
    samples: Annotated[
        int | None, typer.Option("--samples", "-n", help="Samples a problem.", show_default="20")
    ] = None,
    k: options.Ks = None,
    metrics: options.Metrics = None,
    output: options.Output = None,
    as_json: options.AsJson = False,
    engine: Annotated[str, typer.Option(help="Which engine runs the model.")] = "auto",
    temperature: Annotated[float | None, typer.Option(help="0 is greedy.", show_default="0.7")] = None,
    top_p: Annotated[float, typer.Option(help="Nucleus sampling.")] = 0.95,
    max_tokens: Annotated[int, typer.Option(help="Generated tokens a sample at the most.")] = 512,
    seed: Annotated[int, typer.Option(help="The same seed gives the same samples.")] = 0,
    greedy: Annotated[bool, typer.Option("--greedy", help="One sample a problem at temperature 0.")] = False,
    system_prompt: Annotated[str | None, typer.Option(help="For chat.", show_default="the model's own")] = None,
    prompt_style: Annotated[PromptStyle, typer.Option(help="How problems are put to the model.")] = PromptStyle.AUTO,
    stop: Annotated[
        list[str] | None,
        typer.Option("--stop", metavar="TEXT", help="Where a completion ends (never chat); repeatable."),
    ] = None,
    time_limit: options.TimeLimit = None,
    memory_limit: options.MemoryLimit = None,
    compile_flags: options.CompileFlags = None,
    workers: options.Workers = None,
    concurrency: Annotated[
        int | None, typer.Option(help="Samples under way at a server.", show_default="what suits it")
    ] = None,
    engine_option: Annotated[
        list[str] | None,
        typer.Option("--engine-option", metavar="KEY=VALUE", help="A setting of the engine (vllm); repeatable."),
    ] = None,
    limit: options.Limit = None,
    only: options.Only = None,
    n_few_shot: Annotated[
        int | None, typer.Option("--n-few-shot", help="Solved examples before each problem.", show_default="0")
    ] = None,
    few_shot: Annotated[
        str | None,
        typer.Option("--few-shot", metavar="SET", help="Where they are: problems with a solution.", show_default=False),
    ] = None,
    think_budget: Annotated[
        int | None,
        typer.Option(help="Tokens of thinking, on top of --max-tokens.", show_default="none: thinking is answer"),
    ] = None,
    price_in: options.PriceIn = None,
    price_out: options.PriceOut = None,
    hardware_metrics: options.HardwareMetrics = True,
    results_jsonl: options.ResultsJsonl = False,
    html: options.Html = None,
    track: options.Track = None,
    fresh: options.Fresh = False,
    unsafe: options.Unsafe = False,
) -> None:
    from halo_forge.cli.running import Request, run_benchmark

    request = Request(
        model=model,
        engine=engine,
        prompts=prompts,
        limit=limit,
        only=only,
        verifier=verifier,
        samples=samples,
        ks=k,
        metrics=metrics,
        greedy=greedy,
        temperature=temperature,
        top_p=top_p,
        max_tokens=max_tokens,
        seed=seed,
        system_prompt=system_prompt,
        prompt_style=prompt_style,
        stop=tuple(stop or ()),
        n_few_shot=n_few_shot,
        few_shot=few_shot,
        think_budget=think_budget,
        price_in=price_in,
        price_out=price_out,
        time_limit=time_limit,
        memory_limit=memory_limit,
        compile_flags=compile_flags,
        workers=workers,
        concurrency=concurrency,
        engine_options=tuple(engine_option or ()),
        output=output,
        as_json=as_json,
        results_jsonl=results_jsonl,
        html=html,
        trackers=tuple(track or ()),
        hardware_metrics=hardware_metrics,
        fresh=fresh,
        unsafe=unsafe,
    )
    raise typer.Exit(run_benchmark(request))
