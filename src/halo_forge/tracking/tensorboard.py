"""TensorBoard: event files in ``tensorboard/RUN`` beside the result. It has no place for files; the path is noted."""

from __future__ import annotations

import time
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from tensorboard.plugins.text.summary import text_pb
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from halo_forge.tracking.base import Record


class TensorboardTracker:
    """See `halo_forge.tracking.base.Tracker`."""

    def log(self, record: Record) -> None:
        """See there. A run is a folder."""
        folder = Path(record.folder, "tensorboard", f"{record.name}-{record.id}")
        is_new = not folder.exists()
        writer = EventFileWriter(str(folder))
        if is_new:
            _write(writer, hparams_pb(dict(record.settings)), 0)  # the tab HPARAMS
            _write(writer, text_pb("settings", _table(record)), 0)
        scalars = (Summary.Value(tag=name, simple_value=value) for name, value in record.metrics.items())
        _write(writer, Summary(value=scalars), record.step)
        writer.close()


def _write(writer: EventFileWriter, summary: Summary, step: int) -> None:
    writer.add_event(Event(wall_time=time.time(), step=step, summary=summary))


def _table(record: Record) -> str:
    """Markdown."""
    settings = {**record.settings, "result": record.file}
    rows = "".join(f"| {name} | {_cell(value)} |\n" for name, value in settings.items())
    return f"| setting | value |\n|---|---|\n{rows}"


def _cell(value: object) -> str:
    return " ".join(str(value).replace("|", "\\|").split())
