"""TensorBoard: event files in ``tensorboard/RUN`` beside the result. It has no place for files; the path is noted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from tensorboard.plugins.text.summary import text_pb
from tensorboard.summary.writer.record_writer import RecordWriter

from halo_forge.tracking.base import Record

_FIRST = "brain.Event:2"  # the version of the format, which every file begins with


class TensorboardTracker:
    """See `halo_forge.tracking.base.Tracker`."""

    def log(self, record: Record) -> None:
        """See there. A run is a folder, and each record a file in it, whole or not there.

        It is written here, because TensorBoard's own writer says nothing when the disk is full.
        """
        folder = Path(record.folder, "tensorboard", f"{record.name}-{record.id}")
        folder.mkdir(parents=True, exist_ok=True)
        is_new = not any(folder.glob("*.tfevents.*"))
        path = folder / f"events.out.tfevents.{time.time_ns()}"
        staged = path.with_name("unfinished")
        with staged.open("wb") as file:
            writer = RecordWriter(file)
            for event in _events(record, is_new=is_new):
                event.wall_time = time.time()
                writer.write(event.SerializeToString())
        staged.rename(path)


def _events(record: Record, *, is_new: bool) -> Iterator[Event]:
    yield Event(file_version=_FIRST)
    if is_new:
        yield Event(summary=hparams_pb(dict(record.settings)))  # the tab HPARAMS
        yield Event(summary=text_pb("settings", _table(record)))
    scalars = (Summary.Value(tag=name, simple_value=value) for name, value in record.metrics.items())
    yield Event(step=record.step, summary=Summary(value=scalars))


def _table(record: Record) -> str:
    """Markdown."""
    settings = {**record.settings, "result": record.file}
    rows = "".join(f"| {name} | {_cell(value)} |\n" for name, value in settings.items())
    return f"| setting | value |\n|---|---|\n{rows}"


def _cell(value: object) -> str:
    return " ".join(str(value).replace("|", "\\|").split())
