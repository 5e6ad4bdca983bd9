"""A job for the process that trains, there and back as a file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from halo_forge.raft.training import Step, TrainFigures, TrainSettings
from halo_forge.store import files
from halo_forge.store.lines import encode_document

ADAPTER = "adapter"
FINAL_MODEL = "final_model"
FIGURES = "training.json"


@dataclass(frozen=True, slots=True)
class Job:
    """One training.

    Attributes:
        base: directory of the weights that it starts from.
        examples: file of `halo_forge.raft.examples.write_examples`.
        place: an empty directory, which gets `ADAPTER`, `FINAL_MODEL` and `FIGURES`.
    """

    base: Path
    examples: Path
    place: Path
    settings: TrainSettings

    def write(self, path: Path) -> None:
        """Keep it for the process."""
        named = {"base": str(self.base), "examples": str(self.examples), "place": str(self.place)}
        files.replace(path, [encode_document({**named, "settings": asdict(self.settings)})])

    @classmethod
    def read(cls, path: Path) -> Job:
        """What `write` wrote."""
        data = json.loads(path.read_bytes())
        base, examples, place = (Path(data[name]) for name in ("base", "examples", "place"))
        return cls(base, examples, place, TrainSettings(**data["settings"]))

    def write_figures(self, figures: TrainFigures) -> None:
        """Keep what the training did."""
        files.replace(self.place / FIGURES, [encode_document(asdict(figures))])


def read_figures(path: Path) -> TrainFigures:
    """What `Job.write_figures` wrote."""
    data = json.loads(path.read_bytes())
    return TrainFigures(**{**data, "steps": tuple(Step(**step) for step in data["steps"])})
