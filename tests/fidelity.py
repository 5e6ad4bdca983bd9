"""What greedy decoding must give: transformers in float32, one prompt at a time, and how near its decisions were.

An engine is right on a prompt when its text is the reference's, or when they part at a near tie: there the reference
itself gave another token that begins the engine's text at most `NEAR` less log-probability than its own choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from halo_forge.types import Language, Problem, PromptStyle

NEAR = 0.05  # nats
_RIVALS = 20  # best tokens of the reference that are looked at where texts part

CHAT = (
    "Write a Python function that adds two numbers.",
    "Say hello.",
    "Write a C++ program that prints the sum of 1 to 10.",
    "Name three colours.",
    "Write a Rust function that reverses a string.",
    "What is a linked list?",
    "Write a Python function is_prime(n).",
    "Zähle auf Deutsch bis fünf: ä, ö, ü, ß.",
    "Write `SELECT` statements for a table of users.\n\n- with names\n- with ages",
    "Explain recursion in one sentence.",
)
CODE = (
    'def add(a, b):\n    """Return the sum of a and b."""\n',
    "def fibonacci(n):\n",
    "import math\n\n\ndef area(radius):\n",
    "class Stack:\n    def __init__(self):\n",
    "def count_vowels(text):\n    total = 0\n",
    "x = [1, 2, 3, 10, 200, 3456]\nprint(",
)


def problems(style: PromptStyle) -> list[Problem]:
    """The prompts of one style."""
    if style is PromptStyle.CHAT:
        return [Problem(f"chat/{i}", text, Language.PYTHON) for i, text in enumerate(CHAT)]
    return [Problem(f"code/{i}", text, Language.CPP, prompt_is_code=True) for i, text in enumerate(CODE)]  # no stops


@dataclass(frozen=True)
class Parting:
    """Where an engine left the reference.

    Attributes:
        step: tokens that they share.
        chosen: what the reference chose there.
        taken: the most probable token that begins what the engine wrote there, ``None`` if none of the best does.
        nats: how much less log-probability `taken` has; infinite without one.
    """

    prompt: str
    step: int
    chosen: str
    taken: str | None
    nats: float

    @property
    def near_tie(self) -> bool:
        return self.nats <= NEAR


class Reference:
    """One model, its tokenizer, and what it says greedily."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        assert model.dtype == torch.float32
        self._model = model
        self._tokenizer = tokenizer
        self._known: dict[tuple[int, ...], tuple[list[int], Any]] = {}

    def greedy(self, prompt: Sequence[int], tokens: int) -> tuple[list[int], Any]:
        """Tokens, EOS included, and the log-probabilities that each was chosen from, shape (tokens, vocabulary)."""
        key = (*prompt, tokens)
        if key not in self._known:
            self._known[key] = self._generate(prompt, tokens)
        return self._known[key]

    def _generate(self, prompt: Sequence[int], tokens: int) -> tuple[list[int], Any]:
        ids = torch.tensor([list(prompt)])
        out = self._model.generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=tokens, do_sample=False,
            output_logits=True, return_dict_in_generate=True,
        )  # fmt: skip
        logprobs = torch.cat(out.logits).float().log_softmax(-1)
        return out.sequences[0, len(prompt) :].tolist(), logprobs

    def text(self, tokens: Sequence[int]) -> str:
        """Without special tokens."""
        return str(self._tokenizer.decode(list(tokens), skip_special_tokens=True, clean_up_tokenization_spaces=False))

    def compare(
        self, problem: Problem, prompt: Sequence[int], said: str, tokens: int, *, ended: bool
    ) -> Parting | None:
        """Where an engine's text parts from the reference; ``None`` when it does not.

        Args:
            ended: the engine ended by itself.
        """
        chosen, logprobs = self.greedy(prompt, tokens)
        for step, token in enumerate(chosen):
            before = self.text(chosen[:step])
            special = self.text([token]) == ""
            over = said == before and ended
            if special and over:
                return None
            after = self.text(chosen[: step + 1])
            unfinished = after.endswith("�")  # half a character, which an engine may keep back
            if not special and (said.startswith(after.rstrip("�")) or (unfinished and said == before and not ended)):
                continue
            return self._parting(problem, chosen[:step], token, logprobs[step], said, ended=over)
        return None

    def _parting(
        self, problem: Problem, shared: list[int], token: int, logprobs: Any, said: str, *, ended: bool
    ) -> Parting:
        before = self.text(shared)
        for rival in logprobs.topk(_RIVALS).indices.tolist():
            text = self.text([*shared, rival])
            if rival != token and (text == before if ended else text != before and said.startswith(text)):
                return Parting(
                    problem.prompt, len(shared), self._tokenizer.decode([token]), self._tokenizer.decode([rival]),
                    float(logprobs[token] - logprobs[rival]),
                )  # fmt: skip
        return Parting(problem.prompt, len(shared), self._tokenizer.decode([token]), None, float("inf"))
