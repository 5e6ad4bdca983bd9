"""The loop of the engines that choose each token themselves: samples side by side in slots, none of which idles.

A slot that becomes free goes to the next sample at once, and a prompt is worked on once for all of its samples. A
sample draws from random numbers of its own, and is sampled as its problem says. Thinking that has used up its budget is
ended in the model's stead: the tokens of the closing tag go in place of those that were drawn. When memory runs out,
half of the slots are given up, and what was being written is started over, to the same end.

What happens inside a slot is a `Decoder`'s affair.
"""

from __future__ import annotations

import itertools
import logging
import random
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from halo_forge.errors import EngineError
from halo_forge.models.base import GenerationRequest, ModelInfo, SamplingSettings, sample_seed
from halo_forge.models.pick import pick
from halo_forge.models.prompting import sample_form, stop_sequences
from halo_forge.models.thinking import is_thinking_still
from halo_forge.models.words import Words
from halo_forge.types import FinishReason, Problem, Sample

_log = logging.getLogger(__name__)

_SHORTAGES = ("can't allocate memory", "out of memory", "bad_alloc")  # what allocators without an exception say


class Slots(Protocol):
    """Room for several sequences: their keys and values."""

    @property
    def count(self) -> int:
        """How many."""

    def place(self, row: int, prompt: Any, tokens: int) -> None:
        """Put a prompt (of `Decoder.prefill`) into a slot, which then has room for `tokens` tokens."""

    def move(self, source: int, target: int) -> None:
        """What is in `source` is in `target` from now on; `source` is free."""

    def step(self, tokens: list[int], positions: list[int]) -> Any:
        """Put ``tokens[i]`` at ``positions[i]`` of slot ``i``.

        Returns:
            The logits of what comes next: a tensor of shape (len(tokens), vocabulary).
        """


class Decoder(Protocol):
    """A model whose sequences can be lengthened by a token at a time."""

    @property
    def context(self) -> int:
        """Tokens of prompt and answer together, at the most."""

    def prefill(self, tokens: list[int]) -> Any:
        """Work on a prompt, alone. The result can be placed until the next call."""

    def slots(self, prompt: Any) -> Slots:
        """As many as are fast and have room in memory, for prompts like this one."""

    def fewer_slots(self, count: int) -> Slots:
        """`count` of them; what earlier ones took is given back."""

    def close(self) -> None:
        """Give memory back."""


class WritingSampler:
    """A `Sampler` around one decoder, which is loaded with the first sample."""

    def __init__(self, info: ModelInfo, words: Words, settings: SamplingSettings, load: Callable[[], Decoder]) -> None:
        self.info = info
        self._words = words
        self._settings = settings
        self._load = load
        self._decoder: Decoder | None = None

    def generate(self, requests: Iterable[GenerationRequest], cancel: threading.Event) -> Iterator[Sample]:
        """See `Sampler.generate`."""
        source = iter(requests)
        first = next(source, None)
        if first is None or cancel.is_set():
            return
        if self._decoder is None:
            self._decoder = self._load()
        wanted = itertools.chain([first], source)
        yield from _Writing(self._decoder, self._words, self._settings, wanted, cancel).samples()

    def close(self) -> None:
        """Unload the model."""
        if self._decoder is not None:
            self._decoder.close()
        self._decoder = None


@dataclass(slots=True)
class _Draft:
    """A sample that is being written.

    Attributes:
        settings: in force for its problem.
        last_thought: so many tokens of the answer may be thinking; ``None`` is all.
        forced: tokens that come next, whatever the model would choose.
    """

    problem: Problem
    index: int
    prompt: list[int]
    settings: SamplingSettings
    stops: tuple[str, ...]
    random: random.Random
    last_thought: int | None
    answer: list[int] = field(default_factory=list)
    forced: deque[int] = field(default_factory=deque)

    @property
    def last(self) -> int:
        """The token that the model sees next."""
        return self.answer[-1] if self.answer else self.prompt[-1]

    @property
    def position(self) -> int:
        """Of that token."""
        return len(self.prompt) + len(self.answer) - 1


class _Writing:
    """One pass over `requests`."""

    def __init__(
        self, decoder: Decoder, words: Words, settings: SamplingSettings, requests: Iterator[GenerationRequest],
        cancel: threading.Event,
    ) -> None:  # fmt: skip
        self._decoder = decoder
        self._words = words
        self._settings = settings
        self._context = decoder.context
        self._cancel = cancel
        self._wanted = _one_by_one(requests)
        self._again: deque[tuple[Problem, int]] = deque()  # started over
        self._held: tuple[Problem, int] | None = None  # pulled, and not in a slot yet
        self._prompt: tuple[Problem, list[int], Any] | None = None  # of the problem that was placed last
        self._slots: Slots | None = None
        self._drafts: list[_Draft] = []  # draft i is in slot i
        self._done: deque[Sample] = deque()

    def samples(self) -> Iterator[Sample]:
        """Each sample as it is finished."""
        while not self._cancel.is_set():
            try:
                self._fill()
                if self._drafts:
                    self._step()
            except (RuntimeError, MemoryError) as error:
                if not _is_shortage(error):
                    raise
                self._halve(error)
            if not (self._drafts or self._done or self._held or self._again):
                return
            while self._done:
                yield self._done.popleft()

    def _fill(self) -> None:
        """Give free slots to samples that wait."""
        while not self._cancel.is_set() and (self._slots is None or len(self._drafts) < self._slots.count):
            if self._held is None:
                self._held = self._again.popleft() if self._again else next(self._wanted, None)
            if self._held is None:
                return
            self._begin(*self._held)
            self._held = None

    def _begin(self, problem: Problem, index: int) -> None:
        """Put one sample into a free slot, or finish it if its prompt does not fit."""
        tokens, prompt = self._prompt_of(problem)
        if prompt is None:
            self._deliver(problem, index, "", FinishReason.CONTEXT, len(tokens), ())
            return
        if self._slots is None:
            self._slots = self._decoder.slots(prompt)
        settings = self._settings.of(problem)
        self._slots.place(len(self._drafts), prompt, min(self._context, len(tokens) + settings.most_tokens))
        seed = sample_seed(settings.seed, problem, index)
        stops = stop_sequences(problem, settings, self._words.style)
        budget = settings.think_budget
        last_thought = None if budget is None else self._words.last_thought(tokens, budget)
        self._drafts.append(_Draft(problem, index, tokens, settings, stops, random.Random(seed), last_thought))

    def _prompt_of(self, problem: Problem) -> tuple[list[int], Any]:
        """The problem's prompt, worked on; ``None`` in its place when it leaves no room for an answer."""
        if self._prompt is None or self._prompt[0] is not problem:
            self._prompt = None  # its memory is needed
            tokens = self._words.encode(problem)
            worked = self._decoder.prefill(tokens) if len(tokens) < self._context else None
            self._prompt = problem, tokens, worked
        return self._prompt[1:]

    def _step(self) -> None:
        """One token more for each sample."""
        assert self._slots is not None
        drafts = self._drafts
        logits = self._slots.step([draft.last for draft in drafts], [draft.position for draft in drafts])
        for draft, token in zip(drafts, _choose(logits, drafts), strict=True):
            if len(draft.answer) == draft.last_thought and is_thinking_still(self._text(draft)):
                draft.forced.extend(self._words.closing())
            draft.answer.append(draft.forced.popleft() if draft.forced else token)
        for slot in reversed(range(len(drafts))):
            if self._finish(drafts[slot]):
                self._leave(slot)

    def _finish(self, draft: _Draft) -> bool:
        """Deliver the sample if it has come to an end."""
        if draft.answer[-1] in self._words.ends:
            text, reason = self._words.decode(draft.prompt, draft.answer[:-1]), FinishReason.STOP
        elif draft.stops and (cut := self._words.cut(draft.prompt, draft.answer, draft.stops)) is not None:
            text, reason = cut, FinishReason.STOP
        elif len(draft.answer) >= draft.settings.most_tokens or draft.position + 1 >= self._context:
            text, reason = self._words.decode(draft.prompt, draft.answer), FinishReason.LENGTH
        else:
            return False
        text = self._words.opened(draft.prompt) + text
        thought = self._words.think_tokens(draft.prompt, draft.answer)
        self._deliver(draft.problem, draft.index, text, reason, len(draft.prompt), tuple(draft.answer), thought)
        return True

    def _text(self, draft: _Draft) -> str:
        """What is written so far, as it will be delivered."""
        return self._words.opened(draft.prompt) + self._words.decode(draft.prompt, draft.answer)

    def _leave(self, slot: int) -> None:
        """Free a slot: the last one moves there, so that those in use stay the first ones."""
        assert self._slots is not None
        last = self._drafts.pop()
        if slot < len(self._drafts):
            self._slots.move(len(self._drafts), slot)
            self._drafts[slot] = last

    def _deliver(
        self, problem: Problem, index: int, text: str, reason: FinishReason, prompt_tokens: int, ids: tuple[int, ...],
        thought: int = 0,
    ) -> None:  # fmt: skip
        form = sample_form(problem, self._words.style)
        seed = sample_seed(self._settings.seed, problem, index)
        self._done.append(Sample(problem.id, index, text, form, reason, len(ids), prompt_tokens, ids, seed, thought))

    def _halve(self, error: BaseException) -> None:
        """Go on with half of the slots.

        Raises:
            EngineError: there was one only.
        """
        had = 1 if self._slots is None else self._slots.count
        if had == 1:
            raise EngineError(
                "memory is too short for a single sample; give a smaller --max-tokens or a smaller model"
            ) from error
        _log.warning("memory ran out with %d samples at once; going on with %d", had, had // 2)
        self._again.extend((draft.problem, draft.index) for draft in self._drafts)
        self._drafts = []
        self._prompt = None
        self._slots = None  # its memory is needed
        self._slots = self._decoder.fewer_slots(had // 2)


def _choose(logits: Any, drafts: list[_Draft]) -> list[int]:
    """The next token of each row. Rows that are sampled in another way are drawn apart."""
    uniforms = [draft.random.random() for draft in drafts]
    alike: dict[tuple[float, float], list[int]] = {}
    for row, draft in enumerate(drafts):
        alike.setdefault((draft.settings.temperature, draft.settings.top_p), []).append(row)
    chosen = [0] * len(drafts)
    for (temperature, top_p), rows in alike.items():
        some = logits if len(alike) == 1 else logits[rows]
        for row, token in zip(rows, pick(some, temperature, top_p, [uniforms[row] for row in rows]), strict=True):
            chosen[row] = token
    return chosen


def _one_by_one(requests: Iterator[GenerationRequest]) -> Iterator[tuple[Problem, int]]:
    for request in requests:
        for index in range(request.first_index, request.first_index + request.count):
            yield request.problem, index


def _is_shortage(error: BaseException) -> bool:
    return isinstance(error, MemoryError) or any(words in str(error) for words in _SHORTAGES)
