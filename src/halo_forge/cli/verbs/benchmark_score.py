"""``halo-forge benchmark score``: verdicts for samples that exist already."""

from __future__ import annotations

from typing import Annotated

import typer

from halo_forge.cli import options

EXAMPLES = """\
Judge samples that exist already, from halo-forge or from another tool.

A line of a JSONL file names its problem (task_id, problem_id or id) and holds either a completion, which is put behind
the problem's prompt as it is, or a solution, which stands by itself. Files and folders of samples that EvalPlus,
MultiPL-E, LiveCodeBench and bigcode-evaluation-harness write are read too (docs/formats.md).

Examples:

  halo-forge benchmark score samples.jsonl --prompts humaneval

  halo-forge benchmark score samples.jsonl.gz --prompts data/test.jsonl --k 1,10 --output results/scored.json

  halo-forge benchmark score generations.json --prompts humaneval --results-jsonl
"""


def score(
    samples: Annotated[str, typer.Argument(metavar="SAMPLES", help="A .jsonl or .json file, or a folder.")],
    prompts: options.Prompts,
    verifier: options.Verifier = "auto",
    k: options.Ks = None,
    metrics: options.Metrics = None,
    output: options.Output = None,
    as_json: options.AsJson = False,
    time_limit: options.TimeLimit = None,
    memory_limit: options.MemoryLimit = None,
    compile_flags: options.CompileFlags = None,
    workers: options.Workers = None,
    limit: options.Limit = None,
    price_in: options.PriceIn = None,
    price_out: options.PriceOut = None,
    hardware_metrics: options.HardwareMetrics = True,
    results_jsonl: options.ResultsJsonl = False,
    html: options.Html = None,
    track: options.Track = None,
    fresh: options.Fresh = False,
    unsafe: options.Unsafe = False,
) -> None:
    from halo_forge.cli.scoring import score_samples

    raise typer.Exit(
        score_samples(
            samples, prompts, verifier=verifier, ks=k, metrics=metrics, limit=limit, time_limit=time_limit,
            memory_limit=memory_limit, compile_flags=compile_flags, workers=workers, price_in=price_in,
            price_out=price_out, output=output, as_json=as_json, results_jsonl=results_jsonl, html=html,
            hardware_metrics=hardware_metrics, trackers=tuple(track or ()), fresh=fresh, unsafe=unsafe,
        )
    )  # fmt: skip
