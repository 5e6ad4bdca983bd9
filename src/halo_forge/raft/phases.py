"""The phases of RAFT as processes: sampling and judging is ``benchmark run``, and training is `halo_forge.raft.train`.

There is no second way to generate and none to judge: what is trained on was made as what is reported is made.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from halo_forge.errors import PhaseFailed, TrainingError
from halo_forge.raft import child
from halo_forge.raft.jobs import ADAPTER, FIGURES, FINAL_MODEL, Job
from halo_forge.raft.plan import CyclePlace, Plan, Sampling
from halo_forge.raft.training import Step
from halo_forge.types import JSONObject

_ENDED = "the process that trains ended with status {status}; see {log}"


class Watcher(Protocol):
    """Whoever shows what goes on."""

    def phase(self, title: str) -> None:
        """A phase begins."""

    def step(self, step: Step, steps: int) -> None:
        """One of `steps` optimiser steps is done."""

    def stage(self, title: str) -> None:
        """Something that takes a while, inside a phase."""

    def kept(self, selection: JSONObject) -> None:
        """What a cycle trains on, as it is written down."""


@dataclass(frozen=True, slots=True)
class Runner:
    """What every phase needs.

    Attributes:
        measuring: opened around a training with the file that keeps what was measured.
    """

    plan: Plan
    cancel: threading.Event
    watcher: Watcher
    measuring: Callable[[Path], AbstractContextManager[None]]

    def sample(self, model: Path, prompts: str, ids: Path, how: Sampling, seed: int, output: Path) -> None:
        """Have `model` answer the problems of `ids`, and judge. Nothing is done where that is complete.

        Raises:
            PhaseFailed: it could not be done; why has been said.
            Cancelled: stopped.
        """
        if is_complete(output):
            return
        limit = () if self.plan.limit is None else ("--limit", str(self.plan.limit))
        ks = ",".join(str(k) for k in (1, 5, 8, 10) if k <= how.samples)
        status = child.run(
            [
                "halo_forge", "benchmark", "run", "--model", str(model), "--prompts", prompts, *limit,
                "--only", str(ids), "--samples", str(how.samples), "--k", ks, "--temperature", str(how.temperature),
                "--seed", str(seed), "--output", str(output), *self.plan.common,
            ],
            self.cancel,
        )  # fmt: skip
        if status:
            raise PhaseFailed(f"{output} is not complete", status)

    def train(self, base: Path, place: CyclePlace) -> None:
        """Train on the examples of `place`; adapter, merged weights and figures are there afterwards.

        Raises:
            TrainingError: it was refused, or failed.
            Cancelled: stopped; the training begins anew the next time.
        """
        work = place.root / "tmp.training"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        job = work / "job.json"
        Job(base, place.examples, work, self.plan.training).write(job)
        said: dict[str, str] = {}
        with place.log.open("wb") as log, self.measuring(place.energy):
            status = child.listen(
                _trainer(job, self.plan.processes), self.cancel, lambda line: self._hear(line, said), log.fileno()
            )
        if "failed" in said:
            raise TrainingError(said["failed"])
        if status:
            raise TrainingError(_ENDED.format(status=status, log=place.log))
        for name in (ADAPTER, FINAL_MODEL, FIGURES):
            _move(work / name, place.root / name)
        shutil.rmtree(work)

    def _hear(self, line: str, said: dict[str, str]) -> None:
        try:
            message = json.loads(line)
        except ValueError:
            return
        if "step" in message:
            number, steps, loss, norm, rate = message["step"]
            self.watcher.step(Step(number, loss, norm, rate), steps)
        elif "stage" in message:
            self.watcher.stage(message["stage"])
        else:
            said.update({name: str(text) for name, text in message.items()})


def is_complete(result: Path) -> bool:
    """Whether a result file is there and has everything."""
    try:
        data = json.loads(result.read_bytes())
    except (OSError, ValueError):
        return False
    return bool(data["missing"] == 0 and data["unscored"] == 0)


def _trainer(job: Path, processes: int) -> list[str]:
    """One process; or several, one for each GPU, which accelerate starts. (Several are untested.)"""
    module = "halo_forge.raft.train"
    if processes == 1:
        return [module, str(job)]
    return ["accelerate.commands.launch", "--num_processes", str(processes), "--module", module, str(job)]


def _move(source: Path, target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)
    source.replace(target)
