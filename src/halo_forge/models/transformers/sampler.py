"""Engine ``transformers``: directories, hub ids and LoRA adapters, through torch.

The loop is that of `halo_forge.models.writing`. Nothing is padded: prompts are worked on one by one, and in a step each
sequence has a position of its own. `generate` of transformers can do neither, and draws all samples from one stream of
numbers.

A sample depends on its own seed alone. On a processor its logits do not depend on the batch either, to the last bit
(see `slots`). A GPU may round otherwise in a batch of another size: there `ModelInfo.deterministic` is
false.

Limits: one device; text models with layers that attend, fully or through a sliding window. CUDA and ROCm are chosen
where torch finds them, and have not been tested. A sample's text ends before EOS; its token ids hold the EOS too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import transformers

from halo_forge.errors import ModelError
from halo_forge.models.base import ModelInfo, SamplingSettings
from halo_forge.models.directories import resolve, short_name
from halo_forge.models.hub import fetch
from halo_forge.models.prompting import longest_tokens
from halo_forge.models.transformers.load import (
    choose_device,
    choose_dtype,
    context_of,
    free_memory,
    load,
    read_config,
    read_ends,
    read_tokenizer,
)
from halo_forge.models.transformers.slots import ROWS, Prompt, Slots, prefill, unfit
from halo_forge.models.words import Words
from halo_forge.models.writing import WritingSampler

_SLOTS = {"cpu": 64, "cuda": 256}
_CACHE_SHARE = 0.25  # of the memory that is free once the weights are there, for keys and values of all slots


class TransformersSampler(WritingSampler):
    """Samples from one directory of weights, or of an adapter."""

    def __init__(
        self, path: Path, settings: SamplingSettings, longest_prompt: int, *, name: str | None = None,
        source: str | None = None, dtype: str | None = None, slots: int | None = None,
        longest_answer: int | None = None,
    ) -> None:  # fmt: skip
        """Read configuration and tokenizer; the weights are loaded with the first sample.

        Args:
            longest_prompt: bytes (UTF-8) of the longest prompt that will come.
            name: for tables; by default the directory's.
            source: what the result file says of where the model came from; by default the path.
            dtype: a torch type by name, instead of the one that is right for device and weights.
            slots: samples at once, instead of as many as are fast and fit into memory.
            longest_answer: tokens, where problems have settings of their own; by default what `settings` say.

        Raises:
            ModelError: the directory is incomplete, or holds a model that cannot be run here.
        """
        weights = resolve(path, fetch)
        config = read_config(weights)
        if (why := unfit(config)) is not None:
            raise ModelError(f"engine transformers cannot run {path}: {why}; export it to GGUF for llamacpp")
        device = choose_device()
        kind = choose_dtype(config, weights, device) if dtype is None else dtype
        words = Words(read_tokenizer(weights), read_ends(weights), settings, str(path))
        info = ModelInfo(
            name=short_name(path) if name is None else name,
            source=str(path) if source is None else source,
            engine="transformers",
            engine_version=f"{transformers.__version__}, torch {torch.__version__}, {device} {kind}",
            sha256=weights.sha256(),
            config_sha256=weights.config_sha256(),
            deterministic=device == "cpu",
        )
        longest = longest_tokens(longest_prompt // 2, settings, longest_answer)  # two bytes a token: a guess
        super().__init__(
            info, words, settings, lambda: _Decoder(load(weights, device, kind), context_of(config), longest, slots)
        )


class _Decoder:
    """A `Decoder` of torch."""

    def __init__(self, model: Any, context: int, longest: int, slots: int | None) -> None:
        self.context = context
        self._model = model
        self._longest = longest
        self._count = slots

    def prefill(self, tokens: list[int]) -> Prompt:
        worked: Prompt = prefill(self._model, tokens)
        return worked

    def slots(self, prompt: Prompt) -> Slots:
        return Slots(self._model, self._most_slots(prompt) if self._count is None else self._count)

    def fewer_slots(self, count: int) -> Slots:
        self._give_back()
        return Slots(self._model, count)

    def close(self) -> None:
        self._model = None
        self._give_back()

    def _most_slots(self, prompt: Prompt) -> int:
        device = self._model.device.type
        room = int(_CACHE_SHARE * free_memory(device) / (prompt.bytes_per_token * self._longest))
        fitting = min(_SLOTS[device], max(1, room))
        return fitting - fitting % ROWS if fitting > ROWS else fitting

    def _give_back(self) -> None:
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
