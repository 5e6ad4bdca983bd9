"""``halo-forge benchmark report``: results to look at, down to each sample."""

from __future__ import annotations

from typing import Annotated

import typer

from halo_forge.cli import options

EXAMPLES = """\
Write a report of a result, or of several side by side: one HTML file that needs no network.

It shows pass@k with intervals, outcomes, categories, tokens and time, and every sample: prompt, code, what the compiler
said, and how the output differs from what was expected. Samples are read from the files beside a result.

Of a run of benchmark full it shows the cycles, the test before and after, and how the loss went.

Examples:

  halo-forge benchmark report results/demo.json --html report.html

  halo-forge benchmark report results/full-smollm2-135m-composed --html report.html

  halo-forge benchmark report results/base.json results/tuned.json --html report.html

  halo-forge benchmark report results/*.json --figures figures/
"""


def report(
    results: Annotated[
        list[str], typer.Argument(metavar="RESULT…", help="Result files, or folders of them; or one run of RAFT.")
    ],
    html: Annotated[str | None, typer.Option("--html", metavar="FILE", help="The report.", show_default=False)] = None,
    figures: options.Figures = None,
    k: Annotated[
        str | None, typer.Option("--k", metavar="K,K,…", help="Show pass@k for these k.", show_default="the results'")
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(metavar="RESULT", help="What the others are measured against.", show_default="the first"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Show what is not comparable; the report says so.")] = False,
) -> None:
    from halo_forge.cli.raft_report import find_summary, report_raft
    from halo_forge.cli.reporting import report_results

    if len(results) == 1 and (found := find_summary(results[0])) is not None:
        report_raft(found, html, {"--figures": figures, "--k": k, "--baseline": baseline, "--force": force})
        return
    report_results(results, ks=k, baseline=baseline, force=force, html=html, figures=figures)
