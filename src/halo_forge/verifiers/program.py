"""The program in a sample, before any tool sees it: where every verifier begins.

What no tool can be bothered with is refused here, before work is put into it: cutting a program out of an answer takes
time and memory in halo-forge itself, where no sandbox bounds them.
"""

from __future__ import annotations

from dataclasses import dataclass

from halo_forge.types import Outcome, Problem, Sample, SampleForm
from halo_forge.verifiers.extract import extract_code, only_thinks

THINKING_CUT = "thinking cut: the answer ends before </think>, so there is no code in it"
MOST_CHARACTERS = 8 * 1024 * 1024  # of a sample's text; a hundred times what models write


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is nothing to compile."""

    outcome: Outcome
    detail: str


def program_of(problem: Problem, sample: Sample) -> str | Refusal:
    """What a sample answers: a completion as it stands, for behind the prompt; else the code that the answer holds."""
    length = len(sample.text)
    if length > MOST_CHARACTERS:
        detail = f"the source has {length} characters; more than {MOST_CHARACTERS} are not looked at"
        return Refusal(Outcome.COMPILE_ERROR, detail)
    if sample.form is SampleForm.COMPLETION:
        return sample.text
    code = extract_code(sample.text, problem.language, problem.entry_point)
    if code is None:
        return Refusal(Outcome.NO_CODE, THINKING_CUT if only_thinks(sample.text) else "no code in the answer")
    return code


def whole_source(problem: Problem, sample: Sample, program: str) -> str:
    """The source that stands by itself: a completion behind its prompt, else what `program_of` found."""
    return problem.prompt + program if sample.form is SampleForm.COMPLETION else program
