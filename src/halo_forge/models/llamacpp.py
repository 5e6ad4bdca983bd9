"""Engine ``llamacpp``: GGUF models through llama.cpp's own server, inside this process (package xllamacpp).

Several samples of one prompt are one request, which works on the prompt once; several requests are under way at once
and share each step of the model (continuous batching).

A sample's text depends on its seed alone, not on what else is in the batch. On a processor that takes three things, and
each was measured to be needed: no flash attention; a cache of its own for each slot (``kv_unified`` off, nothing of it
used again); one prompt at a time, because prompts that share a step are cut where their lengths happen to lie.

Only temperature and then top-p act, in that order, which is what transformers and vLLM do. llama.cpp by itself would
cut first and heat afterwards, and apply top-k 40 and min-p 0.05 too.

Thinking that a chat template opens comes with its tag, as a part of the text; llama.cpp itself ends it at the budget.

Limits: weights are loaded at the first sample. The server inside also listens on a free loopback port, which xllamacpp
gives no way to avoid; a random key that nobody is told keeps everyone else out. Token ids are not available: streams do
not carry them for chat. A call notices `cancel` with its next token, so in a long prompt its thread outlives the rest.
"""

from __future__ import annotations

import functools
import itertools
import os
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx

from halo_forge.digest import file_sha256
from halo_forge.errors import EngineError, ModelError
from halo_forge.models.base import GenerationRequest, ModelInfo, SamplingSettings, in_groups, sample_seed
from halo_forge.models.crew import Threads
from halo_forge.models.gguf import GGUFHeader, read_header
from halo_forge.models.openmp import wait_briefly
from halo_forge.models.prompting import (
    chat_messages,
    completion_text,
    longest_tokens,
    sample_form,
    stop_sequences,
    style_of,
)
from halo_forge.models.thinking import think_tokens
from halo_forge.types import FinishReason, PromptStyle, Sample

_SLOTS = 16
_GROUP = 4  # samples that share one request, and so the work on one prompt
_CACHE_SHARE = 0.25  # of the machine's memory, for keys and values of all slots
_DEFAULT_CONTEXT = 4096  # where the file does not say
_OVERFLOW = "exceed_context_size_error"
_TOKENS_CONTEXT = 256  # for a file that is asked for tokens alone
_PATIENCE_S = 60
THINK_BUDGET = "thinking_budget_tokens"  # llama.cpp ends the thinking after so many tokens, and has the model go on


class LlamaCppSampler:
    """Samples from one GGUF file."""

    def __init__(
        self, path: Path, settings: SamplingSettings, longest_prompt: int, *, name: str | None = None,
        longest_answer: int | None = None,
    ) -> None:  # fmt: skip
        """Read the file's header; nothing is loaded yet.

        Args:
            longest_prompt: bytes (UTF-8) of the longest prompt that will come.
            name: for tables; by default the file's.
            longest_answer: tokens, where problems have settings of their own; by default what `settings` say.

        Raises:
            ModelError: the file cannot be read or is no GGUF file, xllamacpp is not installed, or a base model is to
                think.
        """
        self._path = path
        self._settings = settings
        self._header = read_header(path)
        longest = longest_tokens(longest_prompt, settings, longest_answer)  # no token has less than a byte
        self._context, self._slots = _shape(self._header, longest)
        model_style = PromptStyle.CHAT if self._header.has_chat_template else PromptStyle.COMPLETION
        self._style = style_of(settings, model_style)
        self.info = ModelInfo(
            name=path.stem if name is None else name,
            source=str(path),
            engine="llamacpp",
            engine_version=f"xllamacpp {version('xllamacpp')}",
            sha256=file_sha256(path),
        )
        self._server: Any = None

    def generate(self, requests: Iterable[GenerationRequest], cancel: threading.Event) -> Iterator[Sample]:
        """See `Sampler.generate`."""
        source = iter(requests)
        first = next(source, None)
        if first is None or cancel.is_set():
            return
        if self._server is None:
            self._server = _load(self._path, self._header.architecture, self._context, self._slots)
        groups = in_groups(itertools.chain([first], source), lambda: min(_GROUP, self._slots))
        yield from Threads(groups, self._work_on, self._slots, cancel).samples()

    def close(self) -> None:
        """Unload the model."""
        self._server = None

    def _work_on(
        self, request: GenerationRequest, begun: Callable[[], None], deliver: Callable[[Sample], None],
        stopped: Callable[[], bool],
    ) -> None:  # fmt: skip
        """One request to its end (see `halo_forge.models.crew.Work`).

        Raises:
            EngineError: llama.cpp refused it, or ended without an answer.
        """
        stream = _Stream(request, self._settings, self._style, begun, deliver)
        caught: list[Exception] = []

        def hear(chunk: dict[str, Any]) -> bool:  # true ends the call; an exception can't pass through C++
            try:
                stream.hear(chunk)
            except Exception as error:
                caught.append(error)
            return bool(caught) or stopped()

        body = self._body(request)
        chat = "messages" in body
        handle = self._server.handle_chat_completions if chat else self._server.handle_completions
        try:
            handle(body, hear)
        except Exception as error:
            raise EngineError(f"llama.cpp failed on problem '{request.problem.id}': {error}") from error
        if caught:
            raise caught[0]
        if stream.missing and not stopped():
            raise EngineError(f"llama.cpp left {stream.missing} samples of problem '{request.problem.id}' unfinished")

    def _body(self, request: GenerationRequest) -> dict[str, Any]:
        problem, settings = request.problem, self._settings.of(request.problem)
        body: dict[str, Any] = {
            "n": request.count,
            "seed": sample_seed(settings.seed, problem, request.first_index),  # choice i gets seed + i
            "max_tokens": settings.most_tokens,
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "samplers": ["temperature", "top_p"],  # all that act, in this order
            "top_k": 0,
            "min_p": 0.0,
            "repeat_penalty": 1.0,
            "cache_prompt": False,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if self._style is PromptStyle.CHAT:
            if settings.think_budget is not None:
                body[THINK_BUDGET] = settings.think_budget
            return body | {"messages": chat_messages(problem, settings)}
        stops = stop_sequences(problem, settings, self._style)
        return body | {"prompt": completion_text(problem, settings), "stop": list(stops)}


class _Stream:
    """The samples of one request, put together from the pieces that arrive."""

    def __init__(
        self, request: GenerationRequest, settings: SamplingSettings, style: PromptStyle, begun: Callable[[], None],
        deliver: Callable[[Sample], None],
    ) -> None:  # fmt: skip
        self.missing = request.count
        self._request = request
        self._settings = settings
        self._style = style
        self._begun = begun
        self._deliver = deliver
        self._silent = True
        self._pieces: list[list[str]] = [[] for _ in range(request.count)]
        self._finished = 0, FinishReason.UNKNOWN  # the last choice that ended; its usage comes next

    def hear(self, chunk: dict[str, Any]) -> None:
        """Take one chunk.

        Raises:
            EngineError: the server refused the request.
        """
        if self._silent:
            self._silent = False
            self._begun()
        if "error" in chunk:
            self._refused(chunk["error"])
            return
        for choice in chunk.get("choices", ()):
            self._add(choice)
        if usage := chunk.get("usage"):
            offset, finish = self._finished
            text = "".join(self._pieces[offset])
            self._over(offset, text, finish, usage["completion_tokens"], usage["prompt_tokens"])

    def _add(self, choice: dict[str, Any]) -> None:
        offset = choice["index"]
        text = choice["delta"].get("content") if "delta" in choice else choice.get("text")
        if text:
            self._pieces[offset].append(text)
        if reason := choice.get("finish_reason"):
            self._finished = offset, FinishReason.LENGTH if reason == "length" else FinishReason.STOP

    def _refused(self, error: dict[str, Any]) -> None:
        if error.get("type") != _OVERFLOW:
            problem = self._request.problem.id
            raise EngineError(f"llama.cpp refused problem '{problem}': {error.get('message', error)}")
        for offset in range(self._request.count):
            self._over(offset, "", FinishReason.CONTEXT, 0, error.get("n_prompt_tokens"))

    def _over(self, offset: int, text: str, finish: FinishReason, n_tokens: int, prompt_tokens: int | None) -> None:
        problem, index = self._request.problem, self._request.first_index + offset
        self.missing -= 1
        self._deliver(
            Sample(
                problem.id, index, text, sample_form(problem, self._style), finish, n_tokens, prompt_tokens,
                seed=sample_seed(self._settings.seed, problem, index),
                think_tokens=think_tokens(self._pieces[offset], n_tokens),
            )
        )  # fmt: skip


def _shape(header: GGUFHeader, wanted: int) -> tuple[int, int]:
    """Context of a slot, in tokens, and the number of slots: as many as their caches have room in memory."""
    longest = _DEFAULT_CONTEXT if header.context_length is None else header.context_length
    context = min(wanted, longest)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    fitting = int(_CACHE_SHARE * memory / (context * max(1, header.cache_bytes_per_token)))
    return context, max(1, min(_SLOTS, fitting))


def tokens_of(path: Path, text: str) -> list[int]:
    """What llama.cpp's own tokenizer makes of `text` for a GGUF file; special tokens are found in it, none is added.

    Raises:
        ModelError: llama.cpp cannot load the file.
    """
    key = secrets.token_hex(16)
    server = _load(path, read_header(path).architecture, _TOKENS_CONTEXT, 1, key)
    answer = httpx.post(
        f"{server.listening_address}/tokenize", json={"content": text, "parse_special": True},
        headers={"Authorization": f"Bearer {key}"}, timeout=_PATIENCE_S, trust_env=False,
    )  # fmt: skip
    tokens: list[int] = answer.raise_for_status().json()["tokens"]
    return tokens


def _load(path: Path, architecture: str, context: int, slots: int, key: str | None = None) -> Any:
    """A server with the weights in memory.

    Args:
        key: for who talks to it over the network; by default nobody knows one.

    Raises:
        ModelError: llama.cpp cannot load them.
    """
    xllamacpp = _library()
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx = context * slots
    params.n_parallel = slots
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = len(os.sched_getaffinity(0))
    params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    params.reasoning_format = xllamacpp.common_reasoning_format.COMMON_REASONING_FORMAT_NONE
    params.kv_unified = False
    params.cache_prompt = False
    params.cache_ram_mib = 0
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [secrets.token_hex(16) if key is None else key]
    params.ui = False
    params.warmup = False
    params.verbosity = -1
    try:
        server = xllamacpp.Server(params)
        # A server that is closed before its loop runs hangs for ever; with an answer the loop is known to run.
        server.handle_completions({"prompt": " ", "max_tokens": 1})
        return server
    except Exception as error:
        raise ModelError(
            f"llama.cpp cannot load {path}: the file is damaged, its kind ({architecture}) is unknown to xllamacpp "
            f"{version('xllamacpp')}, or memory is short"
        ) from error


@functools.cache
def _library() -> Any:
    wait_briefly()
    import xllamacpp

    return xllamacpp
