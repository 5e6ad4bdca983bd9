"""The program in a sample, before any tool sees it: where every verifier begins.

What no tool can be bothered with is refused here, before work is put into it: cutting a program out of an answer takes
time and memory in halo-forge itself, where no sandbox bounds them.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass

from halo_forge.types import Outcome, Problem, Sample, SampleForm
from halo_forge.verifiers.extract import extract_code, only_thinks

THINKING_CUT = "thinking cut: the answer ends before </think>, so there is no code in it"
MOST_CHARACTERS = 8 * 1024 * 1024  # of a sample's text; a hundred times what models write
_recent = threading.local()  # what each thread was last asked to extract: a sample's digest is followed by its verdict


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
    code = _extracted(sample.text, problem)
    if code is None:
        return Refusal(Outcome.NO_CODE, THINKING_CUT if only_thinks(sample.text) else "no code in the answer")
    return code


def whole_source(problem: Problem, sample: Sample, program: str) -> str:
    """The source that stands by itself: a completion behind its prompt, else what `program_of` found."""
    return problem.prompt + program if sample.form is SampleForm.COMPLETION else program


def program_digest(problem: Problem, sample: Sample) -> str | None:
    """What a verdict on an answer to `problem` rests on, as 32 hexadecimal digits; ``None`` where there is no program.

    Samples with the same digest answer the same problem with the same program, character for character, in the same
    form, so that it is joined with the problem in the same way. A problem's own command sees the whole answer too.
    """
    program = program_of(problem, sample)
    if isinstance(program, Refusal):
        return None
    answer = "" if problem.custom is None else sample.text
    whole = f"{sample.form} {len(problem.id)} {len(program)} {problem.id}{program}{answer}"
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _extracted(text: str, problem: Problem) -> str | None:
    asked = (text, problem.language, problem.entry_point)
    if getattr(_recent, "asked", None) != asked:
        _recent.asked, _recent.code = asked, extract_code(*asked)
    code: str | None = _recent.code
    return code
