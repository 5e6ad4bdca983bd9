"""The page of a run of RAFT: after `benchmark full --html`, and by `benchmark report` from the summary alone."""

from __future__ import annotations

import json
from pathlib import Path

from halo_forge.cli.console import note
from halo_forge.cli.reporting import checked_page
from halo_forge.errors import ResultFileError, UserError
from halo_forge.problems.wording import shown_path
from halo_forge.raft.plan import Place
from halo_forge.report.raft_run import is_summary, read_run
from halo_forge.store import RunFiles
from halo_forge.types import JSONObject

_MARK = b'"chosen_cycle"'
_LARGEST = 64 * 1024 * 1024  # bytes; a summary has a few numbers for each step, a result can be far larger


def find_summary(path: str) -> tuple[Path, JSONObject] | None:
    """The summary that is meant: the file itself, or the directory of the run that it is in.

    ``None``: it is no such thing, or cannot be read; whoever reads results will say what is wrong with it.
    """
    file = Place(Path(path)).summary if Path(path).is_dir() else Path(path)
    try:
        if not file.is_file() or file.stat().st_size > _LARGEST or _MARK not in (raw := file.read_bytes()):
            return None
        data = json.loads(raw)
    except (OSError, ValueError, RecursionError):
        return None
    return (file, data) if is_summary(data) else None


def report_raft(found: tuple[Path, JSONObject], html: str | None, refused: dict[str, object]) -> None:
    """What `benchmark report` does with the summary of a run.

    Args:
        refused: options that mean nothing here, with what was given for them.

    Raises:
        UserError: one of those was given, no page was asked for, or it cannot be written, or the summary is damaged.
    """
    file, summary = found
    for option, given in refused.items():
        if given:
            results = shown_path(str(file.parent / "baseline.json"))
            raise UserError(f"{option}: not for a run of RAFT; leave it out, or name the run's results, {results} …")
    if html is None:
        raise UserError("nothing to write; give --html FILE")
    page = checked_page(html, [file, *files_of_run(Place(file.parent))])
    assert page is not None
    write_raft_page(page, summary, file)


def files_of_run(place: Place) -> list[Path]:
    """The files that a page must not take the place of; the directories of the cycles are not looked into."""
    results = (place.baseline, place.final, place.sham_result, place.summary)
    ids = (place.ids(part) for part in ("train", "dev", "test"))
    return [place.plan, place.sessions, *ids, *(file for result in results for file in RunFiles.of(result).all())]


def write_raft_page(page: Path | None, summary: JSONObject, file: Path) -> None:
    """Write the page, and say where; ``None`` was not asked for.

    Args:
        file: that the summary is in.

    Raises:
        ResultFileError: the summary is damaged.
        StoreError: the page cannot be written.
    """
    from halo_forge.report.html import raft_to_html
    from halo_forge.store.files import explained, replace

    if page is None:
        return
    try:
        content = raft_to_html(read_run(summary))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as fault:
        what = f"it has no {fault}" if isinstance(fault, KeyError) else str(fault)
        raise ResultFileError(
            f"{shown_path(str(file))}: a damaged summary of RAFT ({what}); run the command of its run again"
        ) from None
    with explained(page):
        page.parent.mkdir(parents=True, exist_ok=True)
    replace(page, [content])
    note(f"report   {page}")
