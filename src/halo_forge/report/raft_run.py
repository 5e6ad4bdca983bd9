"""A run of RAFT as its summary has it, read back: what the terminal, the page and the trackers show.

Scope: the JSON object of `halo_forge.raft.summary`, made into data with names. Limits: of a file that was changed by
hand no more is said than which key it lacks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from halo_forge.types import Estimate, JSONObject

BASELINE, FINAL, SHAM = "baseline", "final", "sham"


@dataclass(frozen=True, slots=True)
class Drawn:
    """Samples and what became of them: those of a cycle, or those of a test.

    Attributes:
        strict: pass@1 where only answers count that ended by themselves.
        seconds: that generating took; ``None`` where that is not known.
    """

    problems: int
    generated: int
    compile_rate: Estimate
    pass_at_k: Mapping[int, Estimate]
    strict: Estimate
    seconds: float | None

    @property
    def pass_at_1(self) -> Estimate:
        """The mean over problems of the share of samples that passed."""
        return self.pass_at_k[1]

    @property
    def most(self) -> int:
        """The largest k that pass@k is known for."""
        return max((k for k, estimate in self.pass_at_k.items() if estimate.value is not None), default=1)


@dataclass(frozen=True, slots=True)
class Trained:
    """One training.

    Attributes:
        losses, norms: of each optimiser step: the loss, and the gradient's norm before it was clipped.
        loss_start, loss_end: means of a few steps at either end.
        seconds: that it took, loading, comparing and merging included.
    """

    steps: int
    loss_start: float
    loss_end: float
    norm_median: float
    norm_max: float
    losses: tuple[float, ...]
    norms: tuple[float, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Cycle:
    """A cycle, or the sham.

    Attributes:
        number: from 1; 0 is the sham.
        drawn: ``None`` for the sham, which draws nothing of its own.
        dev: its model on the problems that choose a cycle; ``None`` where there are none.
        kept, problems: samples that were trained on, and of how many problems they are.
        dropped: how many samples were left out, by reason.
        shown: two of the kept samples: problem, cycle that wrote it, text.
        energy_wh: of drawing and training together; ``None`` where not all of it was measured.
    """

    number: int
    drawn: Drawn | None
    dev: Drawn | None
    kept: int
    problems: int
    dropped: Mapping[str, int]
    shown: tuple[tuple[str, int, str], ...]
    trained: Trained
    energy_wh: float | None

    @property
    def name(self) -> str:
        """``cycle 2``, or ``sham``."""
        return f"cycle {self.number}" if self.number else SHAM


@dataclass(frozen=True, slots=True)
class Difference:
    """A paired difference of two models on the test problems, as a fraction.

    Attributes:
        measure: as the summary names it, such as ``pass_at_1``.
        verdict: one of `halo_forge.raft.summary`.
    """

    measure: str
    value: float
    low: float | None
    high: float | None
    p_value: float
    verdict: str


@dataclass(frozen=True, slots=True)
class RaftRun:
    """All of it.

    Attributes:
        problems: how many, by what they are for: ``train``, ``dev``, ``test``.
        tests: by `BASELINE`, `FINAL`, `SHAM`; empty where nothing was tested.
        differences: of a pair such as ``final - baseline``.
        apart: of such a pair, in what its models were tested differently; pairs that were tested alike are not in it.
        plan: the settings, as they are written.
        resumed: how often the run was gone on with.
        seconds: that all of it took; ``None`` where that is not known.
    """

    model: str
    chosen: int
    resumed: int
    problems: Mapping[str, int]
    cycles: tuple[Cycle, ...]
    sham: Cycle | None
    tests: Mapping[str, Drawn]
    differences: Mapping[str, tuple[Difference, ...]]
    apart: Mapping[str, tuple[str, ...]]
    plan: JSONObject
    seconds: float | None

    @property
    def trainings(self) -> tuple[Cycle, ...]:
        """The cycles, and the sham after them."""
        return self.cycles if self.sham is None else (*self.cycles, self.sham)


def is_summary(data: object) -> bool:
    """Whether a JSON value is the summary of a run of RAFT."""
    return isinstance(data, dict) and "chosen_cycle" in data and isinstance(data.get("cycles"), list)


def read_run(summary: JSONObject) -> RaftRun:
    """From the summary.

    Raises:
        KeyError, TypeError, ValueError, AttributeError, IndexError: it is damaged.
    """
    sham, test = summary["sham"], summary["test"] or {}
    pairs: JSONObject = test.get("differences", {})
    return RaftRun(
        model=str(summary["model"]),
        chosen=int(summary["chosen_cycle"]),
        resumed=int(summary["resumed"]),
        problems={part: int(summary["problems"][part]) for part in ("train", "dev", "test")},
        cycles=tuple(map(_cycle, summary["cycles"])),
        sham=None if sham is None else _cycle(sham),
        tests={name: _drawn(test[name]) for name in (BASELINE, FINAL, SHAM) if name in test},
        differences={
            pair: tuple(_difference(measure, found) for measure, found in measures.items())
            for pair, measures in pairs.items()
        },
        apart={str(pair): tuple(map(str, why)) for pair, why in test.get("apart", {}).items()},
        plan=dict(summary["plan"]),
        seconds=_number(summary.get("seconds")),
    )


def _cycle(record: JSONObject) -> Cycle:
    selection = record["selection"]
    texts = zip(selection["samples"], selection["shown"], strict=False)
    return Cycle(
        number=int(record["cycle"]),
        drawn=None if record["drawn"] is None else _drawn(record["drawn"]),
        dev=None if record["dev"] is None else _drawn(record["dev"]),
        kept=int(selection["kept"]),
        problems=int(selection["problems"]),
        dropped={str(why): int(count) for why, count in selection["dropped"].items()},
        shown=tuple((str(problem), int(cycle), str(text)) for (problem, cycle, _), text in texts),
        trained=_trained(record["training"], float(record["training_wall_s"])),
        energy_wh=_number(record.get("energy_wh")),
    )


def _trained(training: JSONObject, seconds: float) -> Trained:
    return Trained(
        steps=int(training["steps"]),
        loss_start=float(training["loss_start"]),
        loss_end=float(training["loss_end"]),
        norm_median=float(training["grad_norm_median"]),
        norm_max=float(training["grad_norm_max"]),
        losses=tuple(map(float, training["losses"])),
        norms=tuple(map(float, training["grad_norms"])),
        seconds=seconds,
    )


def _drawn(figures: JSONObject) -> Drawn:
    problems, samples = int(figures["problems"]), int(figures["generated"])

    def estimate(found: JSONObject) -> Estimate:
        return Estimate(_number(found["value"]), _number(found["low"]), _number(found["high"]), problems, samples)

    return Drawn(
        problems=problems,
        generated=samples,
        compile_rate=estimate(figures["compile_rate"]),
        pass_at_k={int(k): estimate(found) for k, found in figures["pass_at_k"].items()},
        strict=estimate(figures["strict_pass_at_1"]),
        seconds=_number(figures["seconds"]),
    )


def _difference(measure: str, found: JSONObject) -> Difference:
    return Difference(
        measure, float(found["value"]), _number(found["low"]), _number(found["high"]), float(found["p_value"]),
        str(found["verdict"]),
    )  # fmt: skip


def _number(value: float | None) -> float | None:
    """``None`` stays what it is: not known is not 0."""
    return float(value) if value is not None and math.isfinite(value) else None
