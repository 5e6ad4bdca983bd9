"""``--track``: a result goes to the trackers that were named. Whatever becomes of that, the result stays what it is."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from halo_forge.cli.console import err, note
from halo_forge.errors import StoreError
from halo_forge.report.raft_run import read_run
from halo_forge.report.result import to_json
from halo_forge.store import RunFiles
from halo_forge.tracking.base import Record
from halo_forge.tracking.kept import Kept
from halo_forge.tracking.post import post
from halo_forge.tracking.raft_record import raft_records
from halo_forge.tracking.record import record_of
from halo_forge.types import JSONObject, Report

_AGAIN = "the result is kept; run the same command again to log it"


def track(trackers: tuple[str, ...], report: Report, files: RunFiles, cancel: threading.Event) -> None:
    """Log a complete result, once in each tracker, and say in one line how that went."""
    if not trackers:
        return
    if report.missing or report.unscored:
        note(f"not logged to {', '.join(trackers)}: only a complete result is")
        return
    try:
        kept = Kept.of(files.trackers)
        record = record_of(to_json(report), kept.run_id, files.result)
        for tracker in trackers:
            _log(tracker, [record], kept, cancel)
    except StoreError as error:
        note(f"not logged: {error}; {_AGAIN}")


def track_raft(trackers: tuple[str, ...], summary: JSONObject, file: Path, cancel: threading.Event) -> None:
    """Log a run of RAFT whose summary is in `file`, cycle by cycle, and say in one line how that went."""
    if not trackers:
        return
    try:
        kept = Kept.of(RunFiles.of(file).trackers)
        records = raft_records(read_run(summary), kept.run_id, file)
        for tracker in trackers:
            _log(tracker, records, kept, cancel)
    except StoreError as error:
        note(f"not logged: {error}; {_AGAIN}")


def _log(tracker: str, records: Sequence[Record], kept: Kept, cancel: threading.Event) -> None:
    """Log what the tracker does not have yet; after the first that fails the rest waits for the next time."""
    missing = [record for record in records if not kept.has(tracker, record)]
    if not missing:
        note(f"{tracker}: has this result already, as run {kept.run_id}")
    for record in missing:
        with err().status(f"logging to {tracker} …"):
            reason = post(tracker, record, cancel)
        if reason is not None:
            note(f"{tracker}: not logged: {reason}; {_AGAIN}")
            return
        kept.add(tracker, record)
    if missing:
        note(f"{tracker}: logged as run {kept.run_id}")
