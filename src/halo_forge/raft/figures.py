"""A cycle in numbers: what was drawn, and what training did. From files that are there; nothing is run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from statistics import median

from halo_forge.hardware.figures import hardware_of
from halo_forge.hardware.session import decode_session
from halo_forge.metrics import mean_pass_at_k, mean_rate
from halo_forge.raft.training import TrainFigures, ends_of
from halo_forge.store import JudgedSample, PhaseSpans, RunFiles, read_samples_file
from halo_forge.types import Estimate, FinishReason, JSONObject, Outcome, ProblemCount


def judged_of(result: Path) -> Iterable[JudgedSample]:
    """The judged samples behind a result file."""
    return read_samples_file(RunFiles.of(result).samples)


def strict_counts(result: Path) -> dict[str, tuple[int, int]]:
    """By problem: judged samples, and those that passed and ended by themselves.

    A sample that is right and goes on until it is cut off is half an answer: ending is a matter of form, so it is
    counted apart from being right.
    """
    counts: dict[str, tuple[int, int]] = {}
    for judged in judged_of(result):
        if judged.verdict.outcome is Outcome.JUDGE_ERROR:
            continue
        n, c = counts.get(judged.sample.problem_id, (0, 0))
        ended = judged.sample.finish_reason is FinishReason.STOP
        counts[judged.sample.problem_id] = (n + 1, c + (judged.verdict.passed and ended))
    return counts


def problem_counts(result: Path) -> dict[str, ProblemCount]:
    """By problem, as the result file has them."""
    data = json.loads(result.read_bytes())["problems"]
    return {name: ProblemCount(**count) for name, count in data.items()}


def drawn_figures(result: Path) -> JSONObject:
    """The samples of a cycle, or of a test."""
    data = json.loads(result.read_bytes())
    finish, texts, total = Counter[str](), set[tuple[str, str]](), 0
    for judged in judged_of(result):
        finish[judged.sample.finish_reason.value] += 1
        texts.add((judged.sample.problem_id, judged.sample.text))
        total += 1
    counts = problem_counts(result)
    strict = strict_counts(result)
    return {
        "problems": len(counts),
        "generated": total,
        "unique": len(texts) / total if total else None,
        "tokens": data["tokens"]["completion"],
        "finish_reasons": dict(sorted(finish.items())),
        "outcomes": data["outcomes"],
        "compile_rate": estimate_as_json(mean_rate([(c.n, c.compiled or 0) for c in counts.values()])),
        "pass_at_k": {
            k: estimate_as_json(mean_pass_at_k([(c.n, c.c) for c in counts.values()], int(k)))
            for k in data["pass_at_k"]
        },
        "strict_pass_at_1": estimate_as_json(mean_pass_at_k(list(strict.values()), 1)),
        "never_solved": sum(c.c == 0 for c in counts.values()),
        "always_solved": sum(c.c == c.n for c in counts.values()),
        "seconds": data["timing"]["generation_time"],
        "hardware": _without_series(data["hardware"]),
        "model": data["run"]["model"],
    }


def _without_series(hardware: JSONObject | None) -> JSONObject | None:
    """The course over time stays in the result file."""
    return None if hardware is None else {name: value for name, value in hardware.items() if name != "series"}


def training_figures(figures: TrainFigures) -> JSONObject:
    """A training; the steps themselves are in the file `halo_forge.raft.jobs.FIGURES` beside it."""
    norms = [step.grad_norm for step in figures.steps]
    losses = [step.loss for step in figures.steps]
    start, end = ends_of(losses, figures.pass_steps)
    last = figures.steps[-1]
    return {
        "examples": figures.examples,
        "steps": len(figures.steps),
        "sum_learning_rate": figures.sum_lr,
        "loss_start": start,
        "loss_end": end,
        "grad_norm_median": median(norms),
        "grad_norm_max": max(norms),
        "grad_norms": norms,
        "losses": losses,
        "entropy_end": last.entropy,
        "token_accuracy_end": last.accuracy,
        "weight_change": figures.weight_change,
        "relative_weight_change": figures.relative_change,
        "kl_to_base": figures.kl_to_base,
        "same_greedy": f"{figures.same_greedy} of {figures.prompts_checked}",
        "log_prob_gap_after_merging": figures.logit_gap,
        "log_prob_gap_after_rounding": figures.rounding_gap,
        "tokens": figures.tokens,
        "seconds": figures.seconds,
        "device": figures.device,
        "dtype": figures.dtype,
        "versions": figures.versions,
    }


def measured_training(path: Path) -> JSONObject | None:
    """What was measured of the machine while it trained; ``None`` where nothing was."""
    try:
        session = decode_session(json.loads(path.read_bytes()))
    except (OSError, ValueError):
        return None
    found = hardware_of([session], PhaseSpans({}, {}), tokens=None, solved=0)
    if found is None:
        return None
    return {**asdict(found.total), "energy_wh": found.energy_wh, "energy_source": found.energy_source}


def energy_wh(*parts: JSONObject | None) -> float | None:
    """Of several parts together; ``None`` as soon as one is not known."""
    known = [None if part is None else part.get("energy_wh") for part in parts]
    return None if None in known else sum(float(wh) for wh in known if wh is not None)


def estimate_as_json(estimate: Estimate) -> JSONObject:
    """A rate with its 95% interval."""
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high}
