"""How a problem is put to a model, word for word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from halo_forge.models.base import SamplingSettings
from halo_forge.models.prompting import chat_messages, completion_text, sample_form, stop_sequences, style_of
from halo_forge.types import Language, Problem, PromptStyle, SampleForm

CHAT, COMPLETION, AUTO = PromptStyle.CHAT, PromptStyle.COMPLETION, PromptStyle.AUTO
PLAIN = SamplingSettings()
TASK = Problem("task", "Print 1.\n", Language.CPP)
CODE = Problem("code", 'def f():\n    """Answer."""\n', Language.PYTHON, prompt_is_code=True)
C_CODE = Problem("c", "int f(void) {\n", Language.C, prompt_is_code=True)


@pytest.mark.parametrize(
    ("asked", "model", "got"),
    [(AUTO, CHAT, CHAT), (AUTO, COMPLETION, COMPLETION), (CHAT, COMPLETION, CHAT), (COMPLETION, CHAT, COMPLETION)],
)
def test_the_user_decides_and_else_the_model(asked: PromptStyle, model: PromptStyle, got: PromptStyle) -> None:
    assert style_of(SamplingSettings(prompt_style=asked), model) is got


def test_a_request_in_words_is_passed_on_as_it_is() -> None:
    assert chat_messages(TASK, PLAIN) == [{"role": "user", "content": "Print 1.\n"}]


def test_code_gets_an_instruction_and_a_fence() -> None:
    (message,) = chat_messages(CODE, PLAIN)
    assert message["content"] == (
        "Complete the following Python code. Answer with the whole code, the given part included, in one code block."
        '\n\n```python\ndef f():\n    """Answer."""\n```'
    )


@pytest.mark.parametrize("system", ["", "Be brief."])
def test_a_system_prompt_comes_first_even_an_empty_one(system: str) -> None:
    assert chat_messages(TASK, SamplingSettings(system_prompt=system))[0] == {"role": "system", "content": system}


def test_a_completion_goes_on_with_code_character_for_character() -> None:
    assert completion_text(CODE, PLAIN) == CODE.prompt
    assert sample_form(CODE, COMPLETION) is SampleForm.COMPLETION
    assert sample_form(CODE, CHAT) is SampleForm.SOLUTION


def test_a_completion_of_a_request_in_words_opens_a_fence() -> None:
    assert completion_text(TASK, PLAIN) == "Print 1.\n\n```cpp\n"
    assert sample_form(TASK, COMPLETION) is SampleForm.SOLUTION


@pytest.mark.parametrize(
    ("problem", "style", "stop", "got"),
    [
        (CODE, COMPLETION, (), ("\nclass", "\ndef", "\n#", "\nif", "\nprint", "\n@")),
        (CODE, COMPLETION, ("END",), ("END",)),
        (C_CODE, COMPLETION, (), ()),
        (replace(C_CODE, stop=("\n}",)), COMPLETION, (), ("\n}",)),
        (replace(C_CODE, stop=("\n}",)), COMPLETION, ("END",), ("END",)),
        (replace(C_CODE, stop=("\n}",)), CHAT, (), ()),
        (TASK, COMPLETION, (), ("\n```",)),
        (CODE, CHAT, (), ()),
        (CODE, CHAT, ("END",), ()),
    ],
)
def test_where_a_completion_is_cut(
    problem: Problem, style: PromptStyle, stop: tuple[str, ...], got: tuple[str, ...]
) -> None:
    assert stop_sequences(problem, SamplingSettings(stop=stop), style) == got
