"""Trackio: a run of the project ``halo-forge`` or ``TRACKIO_PROJECT``, local where ``TRACKIO_SPACE_ID`` is not set."""

from __future__ import annotations

import os

import trackio

from halo_forge.tracking.base import PROJECT, Record


class TrackioTracker:
    """See `halo_forge.tracking.base.Tracker`."""

    def log(self, record: Record) -> None:
        """See there. Trackio knows a run by its name, which therefore has the id in it."""
        trackio.init(
            project=os.environ.get("TRACKIO_PROJECT", PROJECT), name=f"{record.name}-{record.id}", resume="allow",
            config=dict(record.settings), embed=False, auto_log_gpu=False, auto_log_cpu=False,
        )  # fmt: skip
        trackio.log(dict(record.metrics), step=record.step)
        trackio.log_artifact(record.file, name=f"result-{record.id}", type="result")
        trackio.finish()
