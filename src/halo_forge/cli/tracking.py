"""``--track``: a result goes to the trackers that were named. Whatever becomes of that, the result stays what it is."""

from __future__ import annotations

import threading

from halo_forge.cli.console import err, note
from halo_forge.errors import StoreError
from halo_forge.report.result import to_json
from halo_forge.store import RunFiles
from halo_forge.tracking.kept import Kept
from halo_forge.tracking.post import post
from halo_forge.tracking.record import record_of
from halo_forge.types import Report

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
            if kept.has(tracker, record):
                note(f"{tracker}: has this result already, as run {kept.run_id}")
                continue
            with err().status(f"logging to {tracker} …"):
                reason = post(tracker, record, cancel)
            if reason is not None:
                note(f"{tracker}: not logged: {reason}; {_AGAIN}")
                continue
            kept.add(tracker, record)
            note(f"{tracker}: logged as run {kept.run_id}")
    except StoreError as error:
        note(f"not logged: {error}; {_AGAIN}")
