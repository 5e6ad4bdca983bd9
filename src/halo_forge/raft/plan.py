"""What a run of RAFT is to do, and where it keeps things. Every setting that decides its outcome is in the `Plan`.

Limits: a directory of weights is known by its place alone; it may not be edited during a run.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from halo_forge.errors import StoreError
from halo_forge.raft.done import hold, is_done, put_aside
from halo_forge.raft.jobs import ADAPTER, FIGURES, FINAL_MODEL
from halo_forge.raft.select import Rules
from halo_forge.raft.training import TrainSettings
from halo_forge.raft.words import Control
from halo_forge.store import files
from halo_forge.store.identity import differences
from halo_forge.store.lines import decode_line, encode_document, encode_line, read_lines
from halo_forge.types import JSONObject

PLAN = "plan.json"
_FREE = ("training", "rules", "processes", "control", "cycles")
_SEEDS_APART = 1_000_003  # the seeds of two cycles never meet: a prompt gets fresh samples in each


@dataclass(frozen=True, slots=True)
class Sampling:
    """How one kind of phase samples."""

    samples: int
    temperature: float


@dataclass(frozen=True, slots=True)
class Plan:
    """All that decides the outcome.

    Attributes:
        model: as the user typed it.
        base: directory of the weights that training starts from.
        prompts, train_prompts: problem sets; ``None`` is the same set for both, split.
        limit: of `prompts`; the ids below are what is left.
        train, dev, test: ids of the problems; `test` is empty where nothing is tested.
        hashes: of the problems of each part: none of them may be another one when the run is gone on with.
        concepts: of the problems of `test`, see `halo_forge.raft.split.concept`.
        drawn: how problems to train on are sampled.
        tested: how the others are.
        common: what every ``benchmark run`` gets besides, as it is typed.
        go_on: each cycle trains the model of the one before, instead of the base.
        control: trained and tested besides; ``None`` is nothing.
        processes: that train, one for each GPU.
    """

    model: str
    base: Path
    prompts: str
    train_prompts: str | None
    limit: int | None
    train: tuple[str, ...]
    dev: tuple[str, ...]
    test: tuple[str, ...]
    concepts: tuple[str, ...]
    hashes: tuple[str, ...]
    cycles: int
    drawn: Sampling
    tested: Sampling
    common: tuple[str, ...] = ()
    rules: Rules = field(default_factory=Rules)
    training: TrainSettings = field(default_factory=TrainSettings)
    go_on: bool = False
    control: Control | None = None
    processes: int = 1
    seed: int = 0

    def identity(self) -> JSONObject:
        """As JSON."""
        data: JSONObject = json.loads(json.dumps({**asdict(self), "base": str(self.base)}))
        return data

    def seed_of(self, cycle: int) -> int:
        """For sampling in a cycle; 0 is for tests."""
        return self.seed + _SEEDS_APART * cycle

    @property
    def trained_on(self) -> str:
        """The set whose problems are trained on."""
        return self.prompts if self.train_prompts is None else self.train_prompts


@dataclass(frozen=True, slots=True)
class CyclePlace:
    """Where one cycle keeps what it makes.

    Attributes:
        samples: result file of its samples.
        dev: result file of its model on the problems that choose a cycle.
        examples: what is trained on.
        selection: what was kept, and why the rest was not.
        record: everything about the cycle in numbers.
    """

    root: Path

    samples = property(lambda self: self.root / "samples.json")
    dev = property(lambda self: self.root / "dev.json")
    examples = property(lambda self: self.root / "examples.jsonl")
    selection = property(lambda self: self.root / "selection.json")
    record = property(lambda self: self.root / "cycle.json")
    adapter = property(lambda self: self.root / ADAPTER)
    final_model = property(lambda self: self.root / FINAL_MODEL)
    figures = property(lambda self: self.root / FIGURES)
    log = property(lambda self: self.root / "training.log")
    energy = property(lambda self: self.root / "training.hardware.json")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run keeps things."""

    root: Path

    plan = property(lambda self: self.root / PLAN)
    baseline = property(lambda self: self.root / "baseline.json")
    final = property(lambda self: self.root / "final.json")
    summary = property(lambda self: self.root / "summary.json")
    sham_result = property(lambda self: self.root / "sham.json")
    sessions = property(lambda self: self.root / "sessions.jsonl")
    sham = property(lambda self: CyclePlace(self.root / Control.SHAM))

    def cycle(self, number: int) -> CyclePlace:
        """Of cycle 1, 2, …"""
        return CyclePlace(self.root / f"cycle_{number}")

    def ids(self, part: str) -> Path:
        """The file of the ids of ``train``, ``dev`` or ``test``."""
        return self.root / f"{part}.ids"

    def claim(self, plan: Plan, *, fresh: bool = False) -> int:
        """Begin the run here, or go on with it; until this process ends no other one does.

        Args:
            fresh: what is there is kept aside (``DIR.old-1``, …).

        Returns:
            how often it was begun or gone on with before.

        Raises:
            StoreError: another run or something else is here, or goes on here, or nothing can be written.
        """
        with files.explained(self.root):
            if not self.plan.exists():
                self._refuse_strays()
            elif fresh:
                hold(self.root)
                put_aside(self.root)
            hold(self.root)
        now = plan.identity()
        self._end_killed_session()
        if self.plan.exists():
            self._refuse_another(now)
        else:
            for part in ("train", "dev", "test"):
                ids: Any = getattr(plan, part)
                files.replace(self.ids(part), (f"{name}\n".encode() for name in ids))
            files.replace(self.plan, [encode_document(now)])
        return self._open_session()

    def _refuse_strays(self) -> None:
        """Without a plan nobody knows of what run it is, and it would be taken for this one's."""
        own = (self.baseline, self.final, self.sham_result, self.summary, self.sessions, self.sham.root)
        found = [path for path in (*own, *self.root.glob("cycle_*")) if path.exists()]
        if found:
            raise StoreError(f"{self.root} holds something else ({found[0].name}); choose another --output")

    def _refuse_another(self, now: JSONObject) -> None:
        try:
            there = json.loads(self.plan.read_bytes())
        except ValueError:
            raise StoreError(f"{self.plan} is damaged; choose another --output") from None
        found = differences(_outcome(there), _outcome(now))
        if found and not self._may_go_on_otherwise(there, now):
            raise StoreError(
                f"{self.root} holds a run with other settings ({'; '.join(found[:6])}); choose another --output, or "
                "keep it aside with --fresh"
            )

    def _may_go_on_otherwise(self, there: JSONObject, now: JSONObject) -> bool:
        """How is selected and trained, and how often, may change for what is not done; each cycle says how it was.

        So whoever is told to lower the learning rate keeps all that is there. The plan is the new one then, and what
        was selected and not trained on is selected anew. Once a model was chosen and tested, only the control may
        come or go.
        """
        free = ("control",) if self.final.exists() else _FREE
        done = sum(is_done(self.cycle(number).root) for number in range(1, there["cycles"] + 1))
        if now["cycles"] < done or differences(_without(there, free), _without(now, free)):
            return False
        for place in (*map(self.cycle, range(1, there["cycles"] + 1)), self.sham):
            if not is_done(place.root):
                place.selection.unlink(missing_ok=True)
        files.replace(self.plan, [encode_document(now)])
        return True

    def _end_killed_session(self) -> None:
        """What it wrote last says when; so before this one writes anything."""
        known = self._read_sessions()
        if known and "ended_at" not in known[-1]:
            known[-1]["ended_at"] = max(path.stat().st_mtime for path in self.root.rglob("*"))
            self._write_sessions(known)

    def _open_session(self) -> int:
        known = self._read_sessions()
        self._write_sessions([*known, {"started_at": time.time()}])
        return len(known)

    def close_session(self) -> None:
        """This process does no more here."""
        known = self._read_sessions()
        known[-1]["ended_at"] = time.time()
        self._write_sessions(known)

    def seconds(self) -> float:
        """That the run has taken so far, all sessions together."""
        now = time.time()
        spans = [session.get("ended_at", now) - session["started_at"] for session in self._read_sessions()]
        return float(sum(spans))

    def _read_sessions(self) -> list[JSONObject]:
        return [decode_line(raw) for raw in read_lines(self.sessions)] if self.sessions.exists() else []

    def _write_sessions(self, sessions: list[JSONObject]) -> None:
        files.replace(self.sessions, map(encode_line, sessions))


def _without(identity: JSONObject, names: tuple[str, ...]) -> JSONObject:
    return {name: value for name, value in identity.items() if name not in names}


def _outcome(identity: JSONObject) -> JSONObject:
    """What decides the outcome. How many examples are in memory at once does not: who runs out of it may lower that."""
    training = {name: value for name, value in identity["training"].items() if name != "micro_batch"}
    return {**identity, "training": training}
