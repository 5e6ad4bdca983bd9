"""What the tests of RAFT share: samples with a verdict, problems, and figures of a training, each in a few words."""

from __future__ import annotations

from dataclasses import replace

from halo_forge.raft.select import Candidate
from halo_forge.raft.training import Step, TrainFigures
from halo_forge.types import FinishReason, Language, Outcome, Problem, Sample, Verdict

ACCEPTED, WRONG = Outcome.ACCEPTED, Outcome.WRONG_ANSWER


def candidate(
    problem: str, index: int, outcome: Outcome = ACCEPTED, *, text: str = "", cycle: int = 1, of_base: bool = True,
    finish: FinishReason = FinishReason.STOP,
) -> Candidate:  # fmt: skip
    """A sample of `problem` and its verdict; one with no text has a program of its own."""
    said = text or f"x = {cycle}{index}"
    compiled = outcome not in (Outcome.NO_CODE, Outcome.COMPILE_ERROR)
    verdict = Verdict(problem, index, outcome, None if outcome is Outcome.JUDGE_ERROR else compiled)
    return Candidate(Sample(problem, index, said, finish_reason=finish), verdict, cycle, of_base)


def problem(name: str, prompt: str, *, concept: str | None = None, entry_point: str | None = None) -> Problem:
    """One in Python."""
    return Problem(name, prompt, Language.PYTHON, concept=concept, entry_point=entry_point)


def asked(*prompts: str) -> list[Problem]:
    """Problems with these prompts."""
    return [problem(f"p/{number}", prompt) for number, prompt in enumerate(prompts)]


FIGURES = TrainFigures(
    examples=20, steps=(Step(1, 1.0, 0.5, 1e-4),), pass_steps=3, sum_lr=1e-4, weight_change=0.1, relative_change=0.01,
    kl_to_base=0.01, same_greedy=4, prompts_checked=4, logit_gap=1e-4, rounding_gap=0.0, tokens=100,
    seconds=1.0, device="cpu", dtype="float32", versions={},
)  # fmt: skip
"""Those of a training that went well."""


def spoilt(**changes: object) -> TrainFigures:
    """`FIGURES` but for these."""
    return replace(FIGURES, **changes)  # type: ignore[arg-type]
