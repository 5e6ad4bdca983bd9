"""Engine ``transformers``: directories, hub ids and LoRA adapters, through torch.

Samples are written side by side in slots, and a slot that becomes free goes to the next sample at once; a prompt is
worked on once for all of its samples. Nothing is padded: prompts are worked on one by one, and in a step each sequence
has a position of its own. `generate` of transformers can do neither, and draws all samples from one stream of numbers.

A sample depends on its own seed alone. On a processor its logits do not depend on the batch either, to the last bit
(see `transformers_slots`). A GPU may round otherwise in a batch of another size: there `ModelInfo.deterministic` is
false.

When memory runs out, half of the slots are given up, and what was being written is started over, to the same end.

Limits: one device; text models with layers that attend, fully or through a sliding window. CUDA and ROCm are chosen
where torch finds them, and have not been tested. A sample's text ends before EOS; its token ids hold the EOS too.
"""

from __future__ import annotations

import itertools
import logging
import random
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
import transformers

from halo_forge.errors import EngineError, ModelError
from halo_forge.models.base import GenerationRequest, ModelInfo, SamplingSettings, sample_seed
from halo_forge.models.directories import resolve, short_name
from halo_forge.models.prompting import sample_form, stop_sequences
from halo_forge.models.transformers_load import (
    choose_device,
    choose_dtype,
    fetch,
    free_memory,
    load,
    read_config,
    read_ends,
    read_tokenizer,
)
from halo_forge.models.transformers_pick import pick
from halo_forge.models.transformers_slots import ROWS, Prompt, Slots, prefill, unfit
from halo_forge.models.transformers_text import Words
from halo_forge.types import FinishReason, Problem, Sample

_log = logging.getLogger(__name__)

_SLOTS = {"cpu": 64, "cuda": 256}
_CACHE_SHARE = 0.25  # of the memory that is free once the weights are there, for keys and values of all slots
_TEMPLATE_TOKENS = 512  # what a chat template may add to a prompt
_DEFAULT_CONTEXT = 4096  # where the configuration does not say


class TransformersSampler:
    """Samples from one directory of weights, or of an adapter."""

    def __init__(
        self, path: Path, settings: SamplingSettings, longest_prompt: int, *, name: str | None = None,
        source: str | None = None, dtype: str | None = None, slots: int | None = None,
    ) -> None:  # fmt: skip
        """Read configuration and tokenizer; the weights are loaded with the first sample.

        Args:
            longest_prompt: bytes (UTF-8) of the longest prompt that will come.
            name: for tables; by default the directory's.
            source: what the result file says of where the model came from; by default the path.
            dtype: a torch type by name, instead of the one that is right for device and weights.
            slots: samples at once, instead of as many as are fast and fit into memory.

        Raises:
            ModelError: the directory is incomplete, or holds a model that cannot be run here.
        """
        self._weights = resolve(path, fetch)
        self._settings = settings
        self._config = read_config(self._weights)
        if (why := unfit(self._config)) is not None:
            raise ModelError(f"engine transformers cannot run {path}: {why}; export it to GGUF for llamacpp")
        self._device = choose_device()
        self._dtype = choose_dtype(self._config, self._weights, self._device) if dtype is None else dtype
        tokenizer = read_tokenizer(self._weights)
        self._words = Words(tokenizer, read_ends(self._weights), settings, str(path))
        self._longest = longest_prompt // 2 + _TEMPLATE_TOKENS + settings.max_tokens  # two bytes a token: a guess
        self._slots = slots
        self.info = ModelInfo(
            name=short_name(path) if name is None else name,
            source=str(path) if source is None else source,
            engine="transformers",
            engine_version=f"{transformers.__version__}, torch {torch.__version__}, {self._device} {self._dtype}",
            sha256=self._weights.sha256(),
            deterministic=self._device == "cpu",
        )
        self._model: Any = None

    def generate(self, requests: Iterable[GenerationRequest], cancel: threading.Event) -> Iterator[Sample]:
        """See `Sampler.generate`."""
        source = iter(requests)
        first = next(source, None)
        if first is None or cancel.is_set():
            return
        if self._model is None:
            self._model = load(self._weights, self._device, self._dtype)
        context = getattr(self._config.get_text_config(), "max_position_embeddings", _DEFAULT_CONTEXT)
        yield from _Writing(self, itertools.chain([first], source), context, cancel).samples()

    def close(self) -> None:
        """Unload the model."""
        self._model = None
        if self._device == "cuda":
            torch.cuda.empty_cache()

    def most_slots(self, prompt: Prompt) -> int:
        """As many as are fast, and have room in memory when all become as long as they may."""
        if self._slots is not None:
            return self._slots
        room = int(_CACHE_SHARE * free_memory(self._device) / (prompt.bytes_per_token * self._longest))
        fitting = min(_SLOTS[self._device], max(1, room))
        return fitting - fitting % ROWS if fitting > ROWS else fitting


@dataclass(slots=True)
class _Draft:
    """A sample that is being written."""

    problem: Problem
    index: int
    prompt: list[int]
    stops: tuple[str, ...]
    random: random.Random
    answer: list[int] = field(default_factory=list)

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
        self, engine: TransformersSampler, requests: Iterator[GenerationRequest], context: int, cancel: threading.Event
    ) -> None:
        self._engine = engine
        self._model = engine._model
        self._words = engine._words
        self._settings = engine._settings
        self._context = context
        self._cancel = cancel
        self._wanted = _one_by_one(requests)
        self._again: deque[tuple[Problem, int]] = deque()  # started over
        self._held: tuple[Problem, int] | None = None  # pulled, and not in a slot yet
        self._prompt: tuple[Problem, list[int], Prompt | None] | None = None  # of the problem that was placed last
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
            self._slots = Slots(self._model, self._engine.most_slots(prompt))
        room = min(self._context, len(tokens) + self._settings.max_tokens)
        self._slots.place(len(self._drafts), prompt, room)
        seed = sample_seed(self._settings.seed, problem, index)
        stops = stop_sequences(problem, self._settings, self._words.style)
        self._drafts.append(_Draft(problem, index, tokens, stops, random.Random(seed)))

    def _prompt_of(self, problem: Problem) -> tuple[list[int], Prompt | None]:
        """The problem's prompt, worked on; ``None`` in its place when it leaves no room for an answer."""
        if self._prompt is None or self._prompt[0] is not problem:
            self._prompt = None  # its memory is needed
            tokens = self._words.encode(problem)
            worked = prefill(self._model, tokens) if len(tokens) < self._context else None
            self._prompt = problem, tokens, worked
        return self._prompt[1:]

    def _step(self) -> None:
        """One token more for each sample."""
        assert self._slots is not None
        drafts = self._drafts
        logits = self._slots.step([draft.last for draft in drafts], [draft.position for draft in drafts])
        uniforms = [draft.random.random() for draft in drafts]
        chosen = pick(logits, self._settings.temperature, self._settings.top_p, uniforms)
        for draft, token in zip(drafts, chosen, strict=True):
            draft.answer.append(token)
        for slot in reversed(range(len(drafts))):
            if self._finish(drafts[slot]):
                self._leave(slot)

    def _finish(self, draft: _Draft) -> bool:
        """Deliver the sample if it has come to an end."""
        if draft.answer[-1] in self._words.ends:
            text, reason = self._words.decode(draft.prompt, draft.answer[:-1]), FinishReason.STOP
        elif draft.stops and (cut := self._words.cut(draft.prompt, draft.answer, draft.stops)) is not None:
            text, reason = cut, FinishReason.STOP
        elif len(draft.answer) >= self._settings.max_tokens or draft.position + 1 >= self._context:
            text, reason = self._words.decode(draft.prompt, draft.answer), FinishReason.LENGTH
        else:
            return False
        self._deliver(draft.problem, draft.index, text, reason, len(draft.prompt), tuple(draft.answer))
        return True

    def _leave(self, slot: int) -> None:
        """Free a slot: the last one moves there, so that those in use stay the first ones."""
        assert self._slots is not None
        last = self._drafts.pop()
        if slot < len(self._drafts):
            self._slots.move(len(self._drafts), slot)
            self._drafts[slot] = last

    def _deliver(
        self, problem: Problem, index: int, text: str, reason: FinishReason, prompt_tokens: int, ids: tuple[int, ...]
    ) -> None:
        form = sample_form(problem, self._words.style)
        seed = sample_seed(self._settings.seed, problem, index)
        self._done.append(Sample(problem.id, index, text, form, reason, len(ids), prompt_tokens, ids, seed))

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
        self._slots = Slots(self._model, had // 2)
        if self._model.device.type == "cuda":
            torch.cuda.empty_cache()


def _one_by_one(requests: Iterator[GenerationRequest]) -> Iterator[tuple[Problem, int]]:
    for request in requests:
        for index in range(request.first_index, request.first_index + request.count):
            yield request.problem, index


def _is_shortage(error: BaseException) -> bool:
    # a processor's allocator has no exception of its own
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or "can't allocate memory" in str(error)
