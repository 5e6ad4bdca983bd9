"""How a problem is put to a model, word for word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from halo_forge.errors import ModelError
from halo_forge.models.base import SamplingSettings
from halo_forge.models.few_shot import FewShot
from halo_forge.models.prompting import (
    chat_messages,
    completion_text,
    longest_answer,
    longest_prompt,
    sample_form,
    stop_sequences,
    style_of,
)
from halo_forge.types import Language, Problem, PromptStyle, SampleForm, SamplingOverrides

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
        (replace(TASK, stop=("END",)), COMPLETION, (), ("END",)),
        (CODE, CHAT, (), ()),
        (CODE, CHAT, ("END",), ()),
    ],
)
def test_where_a_completion_is_cut(
    problem: Problem, style: PromptStyle, stop: tuple[str, ...], got: tuple[str, ...]
) -> None:
    assert stop_sequences(problem, SamplingSettings(stop=stop), style) == got


SHOT = Problem("s1", "Print 2.", Language.CPP, solution="int main() { return 2; }\n")
CODE_SHOT = Problem(
    "s2", "def g():\n", Language.PYTHON, prompt_is_code=True, solution="    return 2\n",
    solution_form=SampleForm.COMPLETION,
)  # fmt: skip


def shots(*pool: Problem, count: int = 1) -> SamplingSettings:
    return SamplingSettings(system_prompt="Be brief.", few_shot=FewShot("shots", count, pool))


def test_examples_are_earlier_turns_of_a_chat() -> None:
    messages = chat_messages(TASK, shots(SHOT, CODE_SHOT, count=2))
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert messages[1]["content"] == "Print 2."
    assert messages[2]["content"] == "```cpp\nint main() { return 2; }\n```"
    assert "```python\ndef g():\n```" in messages[3]["content"]
    assert messages[4]["content"] == "```python\ndef g():\n    return 2\n```"
    assert messages[5]["content"] == TASK.prompt


def test_an_example_that_is_prose_with_a_block_stays_as_it_is() -> None:
    shot = replace(SHOT, solution="So:\n```cpp\nint main() {}\n```\nDone.")
    assert chat_messages(TASK, shots(shot))[2]["content"] == shot.solution


def test_examples_stand_in_front_of_the_text_for_a_base_model() -> None:
    text = completion_text(TASK, shots(SHOT))
    assert text == "Print 2.\n\n```cpp\nint main() { return 2; }\n```\n\nPrint 1.\n\n```cpp\n"
    assert completion_text(CODE, shots(CODE_SHOT)) == "def g():\n    return 2\n\n" + CODE.prompt
    whole = replace(CODE_SHOT, solution="def g(): return 2", solution_form=SampleForm.SOLUTION)
    assert completion_text(CODE, shots(whole)) == "def g(): return 2\n\n" + CODE.prompt


def test_a_problem_is_never_its_own_example() -> None:
    own = replace(SHOT, id="elsewhere", prompt=" Print\n1. ", solution="the answer")
    few_shot = FewShot("shots", 2, (own, SHOT, CODE_SHOT))
    assert few_shot.shots_for(TASK) == (SHOT, CODE_SHOT)
    assert few_shot.shots_for(CODE) == (own, SHOT)


def test_examples_are_part_of_a_runs_identity() -> None:
    plain, one, two = SamplingSettings(), shots(SHOT), shots(SHOT, count=2)
    other = shots(replace(SHOT, solution="int main() {}"))
    identities = [settings.identity() for settings in (one, two, other)]
    assert "few_shot" not in plain.identity()
    assert "think_budget" not in plain.identity()
    assert len({str(identity["few_shot"]) for identity in identities}) == 3
    assert shots(SHOT).identity() == one.identity()


def test_a_problems_own_settings_go_before_the_runs() -> None:
    own = replace(TASK, sampling=SamplingOverrides(temperature=0.0, max_tokens=9))
    run = SamplingSettings(temperature=0.7, top_p=0.9, max_tokens=5, system_prompt="Be brief.")
    assert run.of(TASK) is run
    assert run.of(own) == replace(run, temperature=0.0, max_tokens=9)
    system = replace(TASK, sampling=SamplingOverrides(system_prompt=""))
    assert chat_messages(system, run)[0] == {"role": "system", "content": ""}


def test_what_an_engine_has_to_have_room_for() -> None:
    own = replace(TASK, sampling=SamplingOverrides(max_tokens=700, system_prompt="ä" * 50))
    assert longest_answer([TASK, own], SamplingSettings(max_tokens=5, think_budget=100)) == 800
    assert longest_prompt([TASK, own], SamplingSettings()) == len(TASK.prompt) + 100
    assert longest_prompt([TASK], shots(SHOT)) > len("Be brief.") + len(SHOT.prompt) + len(TASK.prompt)


def test_a_completion_does_not_think() -> None:
    assert style_of(SamplingSettings(think_budget=1), CHAT) is CHAT
    for settings in (SamplingSettings(think_budget=1), SamplingSettings(think_budget=1, prompt_style=COMPLETION)):
        with pytest.raises(ModelError, match="--think-budget"):
            style_of(settings, COMPLETION)
