"""What `benchmark compare` does: results read, checked against each other, compared, shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from halo_forge.cli.console import err, note, out
from halo_forge.cli.reporting import checked_folder, checked_page, files_of, write
from halo_forge.cli.results import comparison_of, load
from halo_forge.comparison import Comparison, Result
from halo_forge.config import ks_as_given, parse_metrics
from halo_forge.errors import ResultFileError, StoreError, UserError
from halo_forge.problems.wording import shown_path
from halo_forge.report.comparison_json import to_json
from halo_forge.report.comparison_tables import to_csv, to_latex, to_markdown
from halo_forge.report.comparison_terminal import render
from halo_forge.store.files import RunFiles, explained, replace
from halo_forge.store.lines import encode_document

_UNBOUNDED = 10_000  # columns


def compare_results(
    paths: Sequence[str], *, ks: str, baseline: str | None, metrics: str | None, force: bool, shape: str,
    output: str | None, html: str | None, figures: str | None,
) -> None:  # fmt: skip
    """Do it.

    Args:
        shape: ``table``, ``json``, ``csv``, ``markdown`` or ``latex``.

    Raises:
        UserError: a mistake in the options or in a file, or the results are not comparable.
    """
    wanted_ks, wanted_metrics = ks_as_given(ks), parse_metrics(metrics)
    results = load(paths)
    if len(results) < 2:
        found = f"only {shown_path(results[0].path)}" if results else "no result"
        raise ResultFileError(f"{found} to compare; name two result files or more, or a folder of them")
    place = None if output is None or output == "-" else _checked_place(Path(output), results)
    page, folder = checked_page(html, files_of(results)), checked_folder(figures)
    if place is not None and page is not None and place.resolve() == page.resolve():
        raise UserError(f"--output and --html both name {shown_path(str(place))}; give them two files")
    comparison = comparison_of(results, baseline, wanted_ks, wanted_metrics, force=force)
    if place is not None:
        with explained(place):
            place.parent.mkdir(parents=True, exist_ok=True)
        replace(place, [encode_document(to_json(comparison))])
    _show(comparison, "json" if output == "-" else shape)
    if place is not None:
        note(f"comparison {place}")
    write(comparison, page, folder)


def _checked_place(place: Path, results: Sequence[Result]) -> Path:
    """Where the comparison is to be written.

    Raises:
        StoreError: there stands a result, a part of a run, or a directory.
    """
    if place.is_dir():
        raise StoreError(f"{place} is a directory; --output has to name a file")
    if place.exists() and not place.is_file():
        raise StoreError(f"{place} is not a regular file; choose another --output, or '-' for standard output")
    if RunFiles.of(place).run.exists() or place.resolve() in {Path(result.path).resolve() for result in results}:
        raise StoreError(f"{place} is a result; choose another --output")
    return place


def _show(comparison: Comparison, shape: str) -> None:
    console = out()
    if shape == "table":
        console.print()
        if not console.is_terminal:
            console.width = _UNBOUNDED  # no window bounds what goes into a pipe or a file
        console.print(render(comparison, console), soft_wrap=not console.is_terminal)
        console.print()
        return
    texts: dict[str, Callable[[Comparison], str]] = {
        "json": lambda shown: encode_document(to_json(shown)).decode(),
        "csv": to_csv,
        "markdown": to_markdown,
        "latex": to_latex,
    }
    console.file.write(texts[shape](comparison))
    for line in comparison.forced:
        err().print("forced: ", end="", style="bold red")
        err().print(line, markup=False, soft_wrap=True)
