"""What a tracker gets, and what it has to do with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from halo_forge.types import JSONObject

PROJECT = "halo-forge"  # or experiment, where the tracker's own environment names none

Setting = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Record:
    """What is to be logged at one step of one tracker run.

    Attributes:
        id: of the tracker run. Records with the same id belong to the same run, whatever process logs them.
        name: of the tracker run, for people.
        settings: flat. Those of the run's first record stand.
        metrics: flat; rates are fractions, times seconds. A name at a step that was logged before is overwritten.
        step: 0 where there is only one; the number of the cycle in training.
        file: to be kept with the run, an absolute path.
        folder: where a tracker that has no place of its own keeps its files, an absolute path.

    Names hold letters, digits, ``_ . - /`` and no empty part, which every tracker takes.
    """

    id: str
    name: str
    settings: Mapping[str, Setting]
    metrics: Mapping[str, float]
    step: int
    file: str
    folder: str

    @classmethod
    def of(cls, fields: JSONObject) -> Record:
        """From ``dataclasses.asdict``."""
        return cls(**fields)


class Tracker(Protocol):
    """Logs into one tracker, where and as whom the tracker's own environment variables say."""

    def log(self, record: Record) -> None:
        """Log into the run ``record.id``, begun if there is none yet, and return when everything is delivered.

        It has a process to itself (`halo_forge.tracking.child`), so it may print, wait and raise what it likes.
        """
