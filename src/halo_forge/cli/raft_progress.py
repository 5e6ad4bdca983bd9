"""What a run of RAFT says while it goes on: its phases, the losses as they come, and what was kept."""

from __future__ import annotations

import time

from halo_forge.cli.console import err, note
from halo_forge.raft.training import Step
from halo_forge.report.terminal import seconds_in_words
from halo_forge.types import JSONObject

_EVERY_S = 10.0  # between two lines about steps
_SHOWN_LINES = 6  # of a sample


class Shown:
    """A `halo_forge.raft.phases.Watcher` that writes lines to standard error."""

    def __init__(self) -> None:
        self._began = self._said = time.monotonic()
        self._first: float | None = None

    def phase(self, title: str) -> None:
        minutes = seconds_in_words(time.monotonic() - self._began)
        err().print(f"\n{title}", style="bold", markup=False, end="")
        err().print(f"  ({minutes} so far)", style="dim", markup=False)
        self._first = None

    def stage(self, title: str) -> None:
        note(title)

    def step(self, step: Step, steps: int) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first = now
        if now - self._said < _EVERY_S and step.number not in (1, steps):
            return
        self._said = now
        left = ""
        if step.number > 1:
            each = (now - self._first) / (step.number - 1)
            left = f" · about {seconds_in_words(each * (steps - step.number))} left"
        note(f"step {step.number}/{steps} · loss {step.loss:.3f} · gradient norm {step.grad_norm:.2f}{left}")

    def kept(self, selection: JSONObject) -> None:
        dropped = ", ".join(f"{count} {why}" for why, count in selection["dropped"].items() if count)
        note(f"kept {selection['kept']} samples of {selection['problems']} problems; left out: {dropped or 'none'}")
        for text in selection["shown"]:
            for line in text.strip().splitlines()[:_SHOWN_LINES]:
                err().print(f"  │ {line}", style="dim", markup=False, soft_wrap=True)
            err().print("  ╵", style="dim")
