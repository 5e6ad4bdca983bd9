"""A training as seen from outside: the process is started and listened to, and what it made is put in its place."""

from __future__ import annotations

import json
import shutil
import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from halo_forge.errors import TrainingError
from halo_forge.models.needed import missing, need_to_train
from halo_forge.raft import child
from halo_forge.raft.jobs import ADAPTER, FIGURES, FINAL_MODEL, Job
from halo_forge.raft.plan import CyclePlace
from halo_forge.raft.training import Step, TrainSettings

_MODULE = "halo_forge.raft.train"
PACKAGES = ("torch", "transformers", "peft", "trl", "datasets", "accelerate")


def missing_packages() -> list[str]:
    """The packages that training needs and that are not installed."""
    return missing(PACKAGES)


def check_installed() -> None:
    """Look whether everything that trains is there.

    Raises:
        ModelError: something is not.
    """
    need_to_train(PACKAGES, "training needs")


class StepWatcher(Protocol):
    """Whoever shows how a training goes."""

    def step(self, step: Step, steps: int) -> None:
        """One of `steps` optimiser steps is done."""

    def stage(self, title: str) -> None:
        """Something that takes a while begins."""


@dataclass(frozen=True, slots=True)
class Trainer:
    """Trains, in a process of its own.

    Attributes:
        processes: as many as GPUs are to train (accelerate starts several; that is untested).
        measuring: opened around a training with the file that keeps what was measured.
    """

    processes: int
    cancel: threading.Event
    watcher: StepWatcher
    measuring: Callable[[Path], AbstractContextManager[None]]

    def train(self, base: Path, place: CyclePlace, settings: TrainSettings) -> None:
        """Train on the examples of `place`; adapter, merged weights and figures are there afterwards.

        Raises:
            TrainingError: it was refused, or failed.
            Cancelled: stopped; the training begins anew the next time.
        """
        work = place.root / "tmp.training"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        job = work / "job.json"
        Job(base, place.examples, work, settings).write(job)
        failed: list[str] = []
        with place.log.open("wb") as log, self.measuring(place.energy):
            status = child.listen(
                self._command(job), self.cancel, lambda line: self._hear(line, failed), log.fileno()
            )  # fmt: skip
        if failed or status:
            raise TrainingError(failed[0] if failed else _ended(status, place.log))
        for name in (ADAPTER, FINAL_MODEL, FIGURES):
            shutil.rmtree(place.root / name, ignore_errors=True)
            (work / name).replace(place.root / name)
        shutil.rmtree(work)

    def _command(self, job: Path) -> list[str]:
        if self.processes == 1:
            return [_MODULE, str(job)]
        return ["accelerate.commands.launch", "--num_processes", str(self.processes), "--module", _MODULE, str(job)]

    def _hear(self, line: str, failed: list[str]) -> None:
        try:
            message = json.loads(line)
        except ValueError:
            return  # not ours: something that a library prints
        if "step" in message:
            number, steps, loss, norm, rate = message["step"]
            self.watcher.step(Step(number, loss, norm, rate), steps)
        elif "stage" in message:
            self.watcher.stage(message["stage"])
        elif "failed" in message:
            failed.append(message["failed"])


def _ended(status: int, log: Path) -> str:
    if status == -signal.SIGKILL:
        return "the process that trains was killed, as the system does when memory runs out; lower --micro-batch"
    return f"the process that trains ended ({status}); see {log}"
