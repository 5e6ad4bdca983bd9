"""What `benchmark compare` does: results read, checked against each other, compared, shown."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from halo_forge.cli.console import err, note, out
from halo_forge.compare import compare, obstacles
from halo_forge.comparison import Comparison, Result
from halo_forge.config import ks_as_given, parse_metrics
from halo_forge.errors import ResultFileError, StoreError, UserError
from halo_forge.problems.files import stem
from halo_forge.problems.wording import closest, shown_path
from halo_forge.report.comparison_json import to_json
from halo_forge.report.comparison_tables import to_csv, to_latex, to_markdown
from halo_forge.report.comparison_terminal import render
from halo_forge.results import load_results
from halo_forge.store.files import RunFiles, explained, replace
from halo_forge.store.lines import encode_document

_SHOWN_OBSTACLES = 6
_UNBOUNDED = 10_000  # columns


def compare_results(
    paths: Sequence[str], *, ks: str, baseline: str | None, metrics: str | None, force: bool, shape: str,
    output: str | None,
) -> None:  # fmt: skip
    """Do it.

    Args:
        shape: ``table``, ``json``, ``csv``, ``markdown`` or ``latex``.

    Raises:
        UserError: a mistake in the options or in a file, or the results are not comparable.
    """
    wanted_ks, wanted_metrics = ks_as_given(ks), parse_metrics(metrics)
    loaded = load_results(paths)
    for line in loaded.notes:
        note(f"note: {line}")
    results = loaded.results
    if len(results) < 2:
        found = f"only {shown_path(results[0].path)}" if results else "no result"
        raise ResultFileError(f"{found} to compare; name two result files or more, or a folder of them")
    base = results[0].name if baseline is None else find_baseline(baseline, results)
    place = None if output is None or output == "-" else _checked_place(Path(output), results)
    against = obstacles(results)
    if against and not force:
        raise ResultFileError(f"not comparable: {_some(against)}; --force compares them all the same")
    _check_samples(results, wanted_ks[0])
    comparison = compare(results, base, wanted_ks, wanted_metrics, against)
    if place is not None:
        with explained(place):
            place.parent.mkdir(parents=True, exist_ok=True)
        replace(place, [encode_document(to_json(comparison))])
    _show(comparison, "json" if output == "-" else shape)
    if place is not None:
        note(f"comparison {place}")


def find_baseline(wanted: str, results: Sequence[Result]) -> str:
    """The name of the result that is meant: by its file, its name in the table, or its file's name.

    Raises:
        UserError: none is, or more than one.
    """
    ways: list[Callable[[Result], str]] = [
        lambda result: os.path.realpath(result.path),
        lambda result: result.name,
        lambda result: stem(result.path),
    ]
    for way, what in zip(ways, (os.path.realpath(wanted), wanted, stem(wanted)), strict=True):
        found = [result.name for result in results if way(result) == what]
        if len(found) == 1:
            return found[0]
    names = [result.name for result in results]
    near = closest(wanted, names)
    advice = f"did you mean {shown_path(near)}?" if near is not None else f"there are {', '.join(names)}"
    raise UserError(f"--baseline {shown_path(wanted)}: none of these results; {advice}")


def _check_samples(results: Sequence[Result], k: int) -> None:
    """The verdict needs k samples of every problem.

    Raises:
        ResultFileError: a result has fewer.
    """
    for result in results:
        for name, problem in (result.problems or {}).items():
            if problem.n < k:
                raise ResultFileError(
                    f"{shown_path(result.path)}: pass@{k} needs {k} samples of every problem, and '{name}' has "
                    f"{problem.n}; put another k first in --k, or run it with more --samples"
                )


def _checked_place(place: Path, results: Sequence[Result]) -> Path:
    """Where the comparison is to be written.

    Raises:
        StoreError: there stands a result, a part of a run, or a directory.
    """
    if place.is_dir():
        raise StoreError(f"{place} is a directory; --output has to name a file")
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


def _some(lines: Sequence[str]) -> str:
    more = len(lines) - _SHOWN_OBSTACLES
    return "; ".join([*lines[:_SHOWN_OBSTACLES], *([f"and {more} more"] if more > 0 else [])])
