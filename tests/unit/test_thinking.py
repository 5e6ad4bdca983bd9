"""How many tokens of an answer are thinking, and what becomes of an answer that is nothing else."""

from __future__ import annotations

import pytest

from halo_forge.models.thinking import is_thinking_still, think_tokens
from halo_forge.types import Language, Outcome, Problem, Sample
from halo_forge.verifiers.program import THINKING_CUT, Refusal, program_of

PROBLEM = Problem("p", "Print 1.", Language.PYTHON)


@pytest.mark.parametrize(
    ("pieces", "n_tokens", "thought"),
    [
        (["<think>\n", "a", " b", "</think>", "\n\n", "code"], 6, 4),
        (["<think>\n", "a", " b", "</think>", "\n\n", "code"], 7, 4),  # the end of the answer is a token too
        (["<think>", "a", "</", "think", ">\n", "x"], 6, 5),
        (["\n<think>", "a", " b"], 3, 3),
        (["code", " <think>", "</think>"], 3, 0),
        ([], 0, 0),
        (["<think>", "\U0001f600", "</think>", "x"], 6, None),  # three tokens made one character
    ],
)
def test_tokens_of_thinking(pieces: list[str], n_tokens: int, thought: int | None) -> None:
    assert think_tokens(pieces, n_tokens) == thought


def test_thinking_still() -> None:
    assert is_thinking_still("<think>\nhm")
    assert not is_thinking_still("<think>\nhm</think>")
    assert not is_thinking_still("hm")


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("<think>\nprint(1) would do", THINKING_CUT),
        ("<think>\nhm\n</think>\nI do not know.", "no code in the answer"),
        ("I do not know.", "no code in the answer"),
    ],
)
def test_an_answer_without_code_says_whether_it_only_thought(text: str, detail: str) -> None:
    assert program_of(PROBLEM, Sample("p", 0, text)) == Refusal(Outcome.NO_CODE, detail)


def test_code_after_thinking_is_the_answer() -> None:
    text = "<think>\n```python\nprint(2)\n```\n</think>\n```python\nprint(1)\n```"
    assert program_of(PROBLEM, Sample("p", 0, text)) == "print(1)\n"
