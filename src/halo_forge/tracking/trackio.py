"""Trackio: a run of the project ``halo-forge`` or ``TRACKIO_PROJECT``, local where ``TRACKIO_SPACE_ID`` is not set."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable

import trackio

from halo_forge.tracking.base import PROJECT, Record


class TrackioTracker:
    """See `halo_forge.tracking.base.Tracker`."""

    def log(self, record: Record) -> None:
        """See there. Trackio knows a run by its name, which therefore has the id in it.

        Raises:
            RuntimeError: it said that something was not delivered; for Trackio itself that is no more than a warning.
        """
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            _log(record)
        if complaints := _complaints(said):
            raise RuntimeError(complaints[0])


def _log(record: Record) -> None:
    trackio.init(
        project=os.environ.get("TRACKIO_PROJECT", PROJECT), name=f"{record.name}-{record.id}", resume="allow",
        config=dict(record.settings), embed=False, auto_log_gpu=False, auto_log_cpu=False,
    )  # fmt: skip
    trackio.log(dict(record.metrics), step=record.step)
    trackio.log_artifact(record.file, name=f"result-{record.id}", type="result")
    trackio.finish()


def _complaints(said: Iterable[warnings.WarningMessage]) -> list[str]:
    return [str(one.message) for one in said if one.category is UserWarning and _is_loss(str(one.message).lower())]


def _is_loss(text: str) -> bool:
    return any(word in text for word in ("fail", "could not", "unable"))
