"""``--html``, ``--figures`` and `benchmark report`: results and their samples as a page, and as figures."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from halo_forge.cli.console import note
from halo_forge.cli.results import comparison_of, load
from halo_forge.comparison import Comparison, Result
from halo_forge.config import ks_as_given
from halo_forge.errors import ResultFileError, UserError
from halo_forge.problems.wording import shown_path
from halo_forge.store import RunFiles


def report_results(
    paths: Sequence[str], *, ks: str | None, baseline: str | None, force: bool, html: str | None, figures: str | None
) -> None:
    """What `benchmark report` does.

    Args:
        ks: for which pass@k is shown; ``None``: those that all the results state.

    Raises:
        UserError: a mistake in the options or in a file, or the results are not comparable.
    """
    if html is None and figures is None:
        raise UserError("nothing to write; give --html FILE, or --figures DIR")
    results = load(paths)
    page, folder = checked_page(html, files_of(results)), checked_folder(figures)
    comparison = comparison_of(results, baseline, _stated(results) if ks is None else ks_as_given(ks), force=force)
    write(comparison, page, folder)


def checked_page(html: str | None, taken: Iterable[Path]) -> Path | None:
    """Where the page is to be written, found out before the work begins; ``None`` was not asked for.

    Args:
        taken: files that it must not take the place of.

    Raises:
        UserError: it cannot be written there.
    """
    if html is None:
        return None
    page = Path(html)
    if not page.name or page.is_dir():
        raise UserError(f"--html {shown_path(html)}: a directory; name a file, such as report.html")
    if page.exists() and not page.is_file():
        raise UserError(f"--html {shown_path(html)}: not a regular file; name one, such as report.html")
    if page.resolve() in {path.resolve() for path in taken}:
        raise UserError(f"--html {shown_path(html)}: a file of the results themselves; name another one")
    _check_writable(page.parent, f"--html {shown_path(html)}")
    return page


def checked_folder(figures: str | None) -> Path | None:
    """Where figures are to be written; ``None`` was not asked for.

    Raises:
        UserError: that is no folder, or what draws is not installed.
    """
    if figures is None:
        return None
    folder = Path(figures)
    if folder.exists() and not folder.is_dir():
        raise UserError(f"--figures {shown_path(figures)}: not a folder; name one, and it is made where there is none")
    _check_writable(folder, f"--figures {shown_path(figures)}")
    from halo_forge.report.figures import check_installed

    check_installed()
    return folder


def write(comparison: Comparison, page: Path | None, folder: Path | None) -> None:
    """Write what was asked for, and say where.

    Raises:
        StoreError: it cannot be written.
    """
    from halo_forge.results import evidence_of
    from halo_forge.store.files import explained, replace

    if page is None and folder is None:
        return
    evidences = [evidence_of(row.result) for row in comparison.rows]
    if page is not None:
        from halo_forge.report.html import to_html

        with explained(page):
            page.parent.mkdir(parents=True, exist_ok=True)
        replace(page, [to_html(comparison, evidences)])
        note(f"report   {page}")
    if folder is not None:
        from halo_forge.report.figures import figures

        with explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
        for name, content in figures(comparison, evidences):
            replace(folder / name, [content])
            note(f"figure   {folder / name}")


def write_page_of_run(page: Path | None, result: Path) -> None:
    """The page of a run that just ended, from what it left; ``None`` was not asked for."""
    if page is None:
        return
    try:
        results = load([str(result)])
    except ResultFileError as error:
        note(f"no report: {error}")
        return
    write(comparison_of(results, None, _stated(results), force=False), page, None)


def _stated(results: Sequence[Result]) -> tuple[int, ...]:
    """The k that all results have pass@k for, 1 if there is none."""
    defined = [{k for k, value in result.pass_at_k.items() if value is not None} for result in results]
    common = set.intersection(*defined) if defined else set()
    return tuple(sorted(common)) if common else (1,)


def files_of(results: Sequence[Result]) -> list[Path]:
    """The files that results were read from, and those beside them."""
    paths = [Path(result.path) for result in results]
    stems = [path.name.removesuffix(".json").removesuffix(".samples.jsonl") for path in paths]
    named = [path.with_name(f"{stem}.json") for path, stem in zip(paths, stems, strict=True) if stem]
    return [*paths, *(file for path in named for file in RunFiles.of(path).all())]


def _check_writable(folder: Path, what: str) -> None:
    there = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    if not there.is_dir():
        raise UserError(f"{what}: {there} is a file, not a folder; choose another place")
    if not os.access(there, os.W_OK):
        raise UserError(f"{what}: {there} cannot be written to; choose another place")
