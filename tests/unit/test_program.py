"""What is refused before any tool sees it."""

from __future__ import annotations

import pytest

from halo_forge.types import Language, Outcome, Problem, Sample, SampleForm
from halo_forge.verifiers.program import MOST_CHARACTERS, Refusal, program_of

LINE = "x = 1\n"


def answered(text: str, form: SampleForm, language: Language = Language.PYTHON) -> str | Refusal:
    return program_of(Problem("p", "", language), Sample("p", 0, text, form))


@pytest.mark.parametrize("form", SampleForm)
@pytest.mark.parametrize("language", Language)
def test_answers_beyond_the_cap_are_refused(form: SampleForm, language: Language) -> None:
    """Were they looked at, there would be code in them, or none."""
    refused = answered("x" * (MOST_CHARACTERS + 1), form, language)
    words = f"the source has {MOST_CHARACTERS + 1} characters; more than {MOST_CHARACTERS} are not looked at"
    assert refused == Refusal(Outcome.COMPILE_ERROR, words)


@pytest.mark.parametrize("form", SampleForm)
def test_the_cap_itself_is_allowed(form: SampleForm) -> None:
    text = LINE + "#" * (MOST_CHARACTERS - len(LINE))
    assert answered(text, form) == text


def test_a_solution_is_cut_out_and_a_completion_is_not() -> None:
    answer = f"Here it is:\n```python\n{LINE}```\n"
    assert answered(answer, SampleForm.SOLUTION) == LINE
    assert answered(answer, SampleForm.COMPLETION) == answer
    assert answered("Sorry.", SampleForm.SOLUTION) == Refusal(Outcome.NO_CODE, "no code in the answer")
    assert answered("", SampleForm.COMPLETION) == ""
