"""Engine ``openvino``: directories, hub ids and LoRA adapters on a processor, several times as fast as torch.

The loop is that of `halo_forge.models.writing`; the graph is exported from transformers once and kept
(`export`), and its attention works on pages (`graph`). Words and templates are the tokenizer's of
transformers, as in engine ``transformers``.

A sample depends on its own seed alone, to the last bit: tests hold it to that.

Limits: those of the export; processors only, in float32. GGUF files are not taken: OpenVINO's own reader of them was
found to give other texts for packed weights.
"""

from __future__ import annotations

from pathlib import Path

import openvino

from halo_forge.errors import EngineUnfit
from halo_forge.models.base import ModelInfo, SamplingSettings
from halo_forge.models.directories import resolve, short_name
from halo_forge.models.hub import fetch
from halo_forge.models.openvino.export import exported, reason_against
from halo_forge.models.openvino.graph import Graph, Prompt, Slots
from halo_forge.models.prompting import longest_tokens
from halo_forge.models.transformers.load import context_of, free_memory, read_config, read_ends, read_tokenizer
from halo_forge.models.words import Words
from halo_forge.models.writing import WritingSampler

_SLOTS, _SLOTS_WITHOUT_AVX512 = 128, 64
_CACHE_SHARE = 0.2  # of the machine's memory, for keys and values of all slots


def most_slots() -> int:
    """So many samples at once that the last bit of one does not depend on how many others there are.

    Without AVX-512, OpenVINO adds up in another order from some 90 rows on.
    """
    cpuinfo = Path("/proc/cpuinfo")
    return _SLOTS if cpuinfo.exists() and "avx512f" in cpuinfo.read_text() else _SLOTS_WITHOUT_AVX512


class OpenVinoSampler(WritingSampler):
    """Samples from one directory of weights, or of an adapter."""

    def __init__(
        self, path: Path, settings: SamplingSettings, longest_prompt: int, *, name: str | None = None,
        source: str | None = None, slots: int | None = None, longest_answer: int | None = None,
    ) -> None:  # fmt: skip
        """Export the model if that has not been done; the graph is loaded with the first sample.

        Args:
            longest_prompt: bytes (UTF-8) of the longest prompt that will come.
            name: for tables; by default the directory's.
            source: what the result file says of where the model came from; by default the path.
            slots: samples at once, instead of as many as are fast and fit into memory.
            longest_answer: tokens, where problems have settings of their own; by default what `settings` say.

        Raises:
            EngineUnfit: the model cannot be exported.
            ModelError: the directory is incomplete or damaged.
        """
        weights = resolve(path, fetch)
        config = read_config(weights)
        if (why := reason_against(weights, config)) is not None:
            raise EngineUnfit(f"engine openvino cannot run {path}: {why}; try --engine transformers")
        words = Words(read_tokenizer(weights), read_ends(weights), settings, str(path))
        sha256 = weights.sha256()
        place = exported(weights, sha256, lambda made, tokens: Graph(made).logits(tokens))
        info = ModelInfo(
            name=short_name(path) if name is None else name,
            source=str(path) if source is None else source,
            engine="openvino",
            engine_version=f"{openvino.get_version()}, cpu float32",
            sha256=sha256,
            config_sha256=weights.config_sha256(),
        )
        longest = longest_tokens(longest_prompt // 2, settings, longest_answer)  # two bytes a token: a guess
        super().__init__(info, words, settings, lambda: _Decoder(place, context_of(config), longest, slots))


class _Decoder:
    """A `Decoder` of OpenVINO."""

    def __init__(self, place: Path, context: int, longest: int, slots: int | None) -> None:
        self.context = context
        self._graph = Graph(place)
        self._longest = longest
        self._count = slots
        self._slots: Slots | None = None

    def prefill(self, tokens: list[int]) -> Prompt:
        return self._graph.prefill(tokens)

    def slots(self, prompt: Prompt) -> Slots:
        if self._slots is not None:  # of an earlier pass
            self._slots.release()
        room = int(_CACHE_SHARE * free_memory("cpu") / (self._graph.bytes_per_token * self._longest))
        return self._made(min(most_slots(), max(1, room)) if self._count is None else self._count)

    def fewer_slots(self, count: int) -> Slots:
        self._slots = None
        self._graph.empty()
        return self._made(count)

    def _made(self, count: int) -> Slots:
        self._graph.reserve(count + 1, self._longest)  # and a prompt
        self._slots = Slots(self._graph, count)
        return self._slots

    def close(self) -> None:
        self._graph.empty()
