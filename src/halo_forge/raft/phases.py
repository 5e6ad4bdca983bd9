"""The phases of RAFT as processes: sampling and judging is ``benchmark run``, training is `halo_forge.raft.trainer`.

There is no second way to generate and none to judge: what is trained on was made as what is reported is made.
"""

from __future__ import annotations

import json
import signal
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from halo_forge.errors import PhaseFailed
from halo_forge.raft import child
from halo_forge.raft.plan import Plan, Sampling
from halo_forge.raft.trainer import StepWatcher, Trainer
from halo_forge.types import JSONObject

_KS = (1, 5, 8, 10)
_KILLED = 3  # exit status: as where not everything could be judged


class Watcher(StepWatcher, Protocol):
    """Whoever shows what goes on."""

    def phase(self, title: str) -> None:
        """A phase begins."""

    def kept(self, selection: JSONObject) -> None:
        """What a cycle trains on, as it is written down."""


@dataclass(frozen=True, slots=True)
class Runner:
    """What every phase needs."""

    plan: Plan
    cancel: threading.Event
    watcher: Watcher
    trainer: Trainer

    def sample(
        self, model: Path, prompts: str, ids: Path, how: Sampling, seed: int, output: Path, *, partly: bool = False,
    ) -> None:  # fmt: skip
        """Have `model` answer the problems of `ids`, and judge. Nothing is done where that is complete.

        Args:
            partly: samples that could not be judged are no reason to stop: they are not trained on.

        Raises:
            PhaseFailed: it could not be done; why has been said.
            Cancelled: stopped.
        """
        if is_complete(output) or (partly and is_all_there(output)):
            return
        ks = ",".join(str(k) for k in sorted({*_KS, how.samples}) if k <= how.samples)
        status = child.run(
            [
                "halo_forge", "benchmark", "run", "--model", str(model), "--prompts", prompts,
                "--only", str(ids), "--samples", str(how.samples), "--k", ks, "--temperature", str(how.temperature),
                "--seed", str(seed), "--output", str(output), *self.plan.common,
            ],
            self.cancel,
        )  # fmt: skip
        if status == -signal.SIGKILL:
            raise PhaseFailed(
                f"{output} is not complete: its process was killed, as the system does when memory runs out; a smaller "
                "model, or fewer --workers, may do with less", _KILLED,
            )  # fmt: skip
        if status and not (partly and is_all_there(output)):
            raise PhaseFailed(f"{output} is not complete", status if status > 0 else _KILLED)


def is_complete(result: Path) -> bool:
    """Whether a result file is there and has everything."""
    return _lacks(result) == (0, 0)


def is_all_there(result: Path) -> bool:
    """Whether it has every sample, judged or not."""
    return _lacks(result)[0] == 0


def _lacks(result: Path) -> tuple[int | None, int | None]:
    """Samples that are missing, and those that are not judged; ``None`` where there is no result file."""
    try:
        data = json.loads(result.read_bytes())
        return data["missing"], data["unscored"]
    except (OSError, ValueError, KeyError):
        return None, None
