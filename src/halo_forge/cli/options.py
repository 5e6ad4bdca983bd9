"""The options that several commands share, each described once."""

from __future__ import annotations

from typing import Annotated

import typer

Prompts = Annotated[
    str,
    typer.Option(
        "--prompts",
        "-p",
        metavar="SET",
        help="Problems: demo, demo-train, humaneval, composed, or a .jsonl or .json file.",
    ),
]
Verifier = Annotated[
    str, typer.Option("--verifier", help="Who judges: auto (by language), or one of `halo-forge verifiers list`.")
]
Ks = Annotated[
    str | None, typer.Option("--k", metavar="K,K,…", help="Report pass@k for these k.", show_default="1,5,10")
]
Metrics = Annotated[
    str | None,
    typer.Option(metavar="M,M,…", help="Also pass^K (all of K tries pass) or g-pass@K_TAU (that share of them)."),
]
Output = Annotated[
    str | None,
    typer.Option(
        "--output", "-o", metavar="FILE", show_default="results/NAME.json",
        help="Result file; its samples are kept beside it. '-' writes the JSON to standard output.",
    ),
]  # fmt: skip
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON; the table goes to standard error.")]
ResultsJsonl = Annotated[
    bool,
    typer.Option("--results-jsonl", help="Also write NAME_results.jsonl: each sample with 'result' and 'passed'."),
]
Html = Annotated[
    str | None,
    typer.Option("--html", metavar="FILE", help="Also write a report to look at: one HTML file.", show_default=False),
]
Figures = Annotated[
    str | None,
    typer.Option("--figures", metavar="DIR", help="Also draw charts for papers, as SVG and PNG.", show_default=False),
]
Workers = Annotated[
    int | None, typer.Option("--workers", help="Samples judged at once.", show_default="one a processor")
]
Limit = Annotated[int | None, typer.Option("--limit", help="Only the first so many problems.", show_default=False)]
Only = Annotated[
    str | None,
    typer.Option(
        "--only", metavar="FILE", help="Only the problems whose ids are in it, one a line.", show_default=False
    ),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Start over; what is there is kept aside.")]
Unsafe = Annotated[bool, typer.Option("--unsafe", help="Run programs WITHOUT a sandbox, with your own rights.")]
Track = Annotated[
    list[str] | None,
    typer.Option(
        "--track", metavar="TRACKER", help="Log the result to mlflow, wandb, trackio or tensorboard; repeatable."
    ),
]
PriceIn = Annotated[
    float | None,
    typer.Option("--price-in", metavar="USD", help="Price of a million prompt tokens.", show_default=False),
]
PriceOut = Annotated[
    float | None, typer.Option("--price-out", metavar="USD", help="Of a million generated tokens.", show_default=False)
]
HardwareMetrics = Annotated[
    bool,
    typer.Option(
        "--hardware-metrics/--no-hardware-metrics",
        help="Measure memory, power and energy meanwhile; it takes under 1% of one processor.",
    ),
]
TimeLimit = Annotated[
    float | None, typer.Option("--time-limit", metavar="S", help="CPU seconds a program may use.", show_default="5")
]
MemoryLimit = Annotated[
    int | None, typer.Option("--memory-limit", metavar="MB", help="Memory a program may use.", show_default="512")
]
CompileFlags = Annotated[
    str | None,
    typer.Option(
        "--compile-flags", metavar="FLAGS", help="Instead of the default ones.",
        show_default="-w -O2, for C++ also -std=gnu++17",
    ),
]  # fmt: skip
