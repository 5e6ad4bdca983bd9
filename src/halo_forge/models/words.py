"""Words to tokens and back, for a tokenizer of transformers: the chat template, BOS, EOS, special tokens."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from halo_forge.errors import ModelError, first_line
from halo_forge.models.base import SamplingSettings
from halo_forge.models.prompting import chat_messages, completion_text, style_of
from halo_forge.models.thinking import CLOSING, OPENING, thinks
from halo_forge.types import Problem, PromptStyle

_CONTEXT = 8  # tokens before a text that may decide how its first one is spelt (a leading space)


class Words:
    """How problems are put to one model, and how its answers are read."""

    def __init__(self, tokenizer: Any, ends: set[int], settings: SamplingSettings, place: str) -> None:
        """Find out what the model is made for and where its answers end.

        Args:
            ends: ids that end a text by the model's configuration.
            place: the model's, for complaints.

        Attributes:
            ends: ids that end an answer.
            end: the one of them that an answer to learn from ends with; ``None`` where there is none.

        Raises:
            ModelError: chat was asked for, and there is no template; or thinking, of a base model.
        """
        self._tokenizer = tokenizer
        self._settings = settings
        chats = bool(tokenizer.chat_template)
        self.style = style_of(settings, PromptStyle.CHAT if chats else PromptStyle.COMPLETION)
        if self.style is PromptStyle.CHAT and not chats:
            raise ModelError(f"{place} has no chat template, so it is a base model; leave --prompt-style chat out")
        own = set() if tokenizer.eos_token_id is None else {tokenizer.eos_token_id}
        turn_end = self._turn_end() if chats else set()
        self.ends = frozenset(ends | own | turn_end)
        self.end = min((turn_end if self.style is PromptStyle.CHAT else own) or self.ends, default=None)

    def render(self, problem: Problem) -> str:
        """The whole prompt as text, special tokens written out.

        Raises:
            ModelError: the template refuses the messages.
        """
        if self.style is PromptStyle.COMPLETION:
            return completion_text(problem, self._settings)
        return self._templated(chat_messages(problem, self._settings), f"problem '{problem.id}'", "see --system-prompt")

    def _templated(self, messages: list[dict[str, str]], whose: str, advice: str) -> str:
        try:
            return str(self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))
        except Exception as error:  # the boundary of a template, which is code of the model's makers
            raise ModelError(f"the chat template refused {whose}: {first_line(error)}; {advice}") from error

    def encode(self, problem: Problem) -> list[int]:
        """The prompt's tokens. A template writes BOS itself; a base model gets what its tokenizer puts in front."""
        return self._beginning(self.render(problem))

    def encode_messages(self, messages: list[dict[str, str]], whose: str) -> list[int]:
        """The tokens of a conversation up to where the model's answer begins; for models that chat.

        Args:
            whose: for the complaint.

        Raises:
            ModelError: the template refuses the messages.
        """
        return self._beginning(self._templated(messages, whose, "mend its messages"))

    def encode_text(self, text: str) -> list[int]:
        """The tokens of a text that a base model is to go on with."""
        return self._beginning(text)

    def _beginning(self, text: str) -> list[int]:
        chat = self.style is PromptStyle.CHAT
        ids: list[int] = self._tokenizer(text, add_special_tokens=not chat)["input_ids"]
        while not chat and ids and ids[-1] in self.ends:
            ids.pop()  # some tokenizers close every text
        if ids:
            return ids
        start = self._tokenizer.bos_token_id
        return [min(self.ends, default=0) if start is None else start]

    def decode(self, prompt: Sequence[int], answer: Sequence[int]) -> str:
        """The text of `answer`, without special tokens."""
        before = list(prompt[-_CONTEXT:])
        head, whole = self._plain(before), self._plain([*before, *answer])
        return whole.removeprefix(head) if whole.startswith(head) else self._plain(list(answer))

    def tokens(self, text: str) -> list[int]:
        """The tokens of an answer, without any that a tokenizer puts around a text."""
        return self._bare(text)

    def opened(self, prompt: Sequence[int]) -> str:
        """The tag that a template put at the end of a prompt: it belongs to the answer, whose thinking it begins."""
        tail = self._plain(list(prompt[-_CONTEXT:]))
        by_template = self.style is PromptStyle.CHAT and tail.rstrip().endswith(OPENING)
        return tail[tail.rindex(OPENING) :] if by_template else ""

    def closing(self) -> list[int]:
        """The tokens that end thinking in the model's stead."""
        return self._bare(f"\n{CLOSING}\n\n")

    def last_thought(self, prompt: Sequence[int], budget: int) -> int:
        """After how many tokens of an answer its thinking has to end. A tag that the model writes is none of it."""
        return budget if self.opened(prompt) else budget + len(self._bare(OPENING))

    def think_tokens(self, prompt: Sequence[int], answer: Sequence[int]) -> int:
        """How many tokens of `answer` are thinking, tags included."""
        if not thinks(self.opened(prompt) + self.decode(prompt, answer)):
            return 0
        # the least number of tokens with the end in them, all of them where it is missing
        return bisect_left(range(len(answer)), True, key=lambda n: CLOSING in self.decode(prompt, answer[:n]))

    def cut(self, prompt: Sequence[int], answer: Sequence[int], stops: Sequence[str]) -> str | None:
        """The text before the first of `stops`, if the last token of `answer` completed one."""
        reach = max(len(stop.encode()) for stop in stops) + _CONTEXT
        tail = self._plain(list(answer[-reach:]))  # the whole text each time would take longer and longer
        if not any(stop in tail for stop in stops):
            return None
        text = self.decode(prompt, answer)
        found = [text.index(stop) for stop in stops if stop in text]
        return text[: min(found)] if found else None

    def _plain(self, ids: list[int]) -> str:
        return str(self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))

    def _bare(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids

    def _turn_end(self) -> set[int]:
        """The special token that the template puts behind an answer: fine-tuned models often end with it alone."""
        answer = "an answer"
        messages = [{"role": "user", "content": "a question"}, {"role": "assistant", "content": answer}]
        try:
            text = str(self._tokenizer.apply_chat_template(messages, tokenize=False))
        except Exception:  # a template may want other messages; then the configurations have to do
            return set()
        after = self._bare(text.rpartition(answer)[2].strip())
        return set(after[:1]) & set(self._tokenizer.all_special_ids)
