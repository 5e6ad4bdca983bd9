"""Engine ``llamacpp``: GGUF models through llama.cpp's own server, inside this process (package xllamacpp).

Several samples of one prompt are one request, which works on the prompt once; several requests are under way at once
and share each step of the model (continuous batching). A sample's text depends on its seed alone: flash attention is
switched off, because with it, on a processor, the text also depended on what else was in the batch.

Only temperature and top-p act. llama.cpp's other samplers (top-k 40 and min-p 0.05 by default) are switched off.

Limits: weights are loaded at the first sample. The server inside also listens on a loopback port, which xllamacpp gives
no way to avoid; it serves completions to processes of this machine while a run lasts. Token ids are not available.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import os
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from halo_forge.errors import EngineError, ModelError
from halo_forge.models.base import GenerationRequest, ModelInfo, SamplingSettings, sample_seed
from halo_forge.models.gguf import GGUFHeader, read_header
from halo_forge.models.prompting import chat_messages, completion_text, sample_form, stop_sequences, style_of
from halo_forge.types import FinishReason, PromptStyle, Sample

_SLOTS = 16
_GROUP = 4  # samples that share one request, and so the work on one prompt
_TEMPLATE_TOKENS = 512  # what a chat template may add to a prompt
_CACHE_SHARE = 0.25  # of the machine's memory, for keys and values of all slots
_DEFAULT_CONTEXT = 4096  # where the file does not say
_OVERFLOW = "exceed_context_size_error"


class LlamaCppSampler:
    """Samples from one GGUF file."""

    def __init__(self, path: Path, settings: SamplingSettings, longest_prompt: int, *, name: str | None = None) -> None:
        """Read the file's header; nothing is loaded yet.

        Args:
            longest_prompt: bytes (UTF-8) of the longest prompt that will come.
            name: for tables; by default the file's.

        Raises:
            ModelError: the file cannot be read or is no GGUF file, or xllamacpp is not installed.
        """
        self._path = path
        self._settings = settings
        self._header = read_header(path)
        self._context, self._slots = _shape(self._header, longest_prompt + _TEMPLATE_TOKENS + settings.max_tokens)
        model_style = PromptStyle.CHAT if self._header.has_chat_template else PromptStyle.COMPLETION
        self._style = style_of(settings, model_style)
        self.info = ModelInfo(
            name=path.stem if name is None else name,
            source=str(path),
            engine="llamacpp",
            engine_version=f"xllamacpp {version('xllamacpp')}",
            sha256=_file_hash(path),
        )
        self._server: Any = None

    def generate(self, requests: Iterable[GenerationRequest], cancel: threading.Event) -> Iterator[Sample]:
        """See `Sampler.generate`."""
        groups = _groups(requests)
        first = next(groups, None)
        if first is None:
            return
        if self._server is None:
            self._server = _load(self._path, self._context, self._slots)
        at_once = max(1, self._slots // _GROUP) + 1  # one in reserve, so that no slot waits for this process
        yield from _Crew(itertools.chain([first], groups), self._work_on, at_once, cancel).samples()

    def close(self) -> None:
        """Unload the model."""
        self._server = None

    def _work_on(
        self, request: GenerationRequest, deliver: Callable[[Sample], None], stopped: Callable[[], bool]
    ) -> None:
        """One request to its end; each of its samples is delivered as it is finished."""
        stream = _Stream(request, self._settings, self._style, deliver)
        body = self._body(request)
        chat = "messages" in body
        handle = self._server.handle_chat_completions if chat else self._server.handle_completions
        caught: list[BaseException] = []

        def hear(chunk: dict[str, Any]) -> bool:  # an exception can't pass through C++
            try:
                stream.hear(chunk)
            except BaseException as error:
                caught.append(error)
            return bool(caught) or stopped()

        answer = handle(body, hear)
        if isinstance(answer, dict) and "error" in answer and not caught:
            hear(answer)
        if caught:
            raise caught[0]

    def _body(self, request: GenerationRequest) -> dict[str, Any]:
        problem, settings = request.problem, self._settings
        body: dict[str, Any] = {
            "n": request.count,
            "seed": sample_seed(settings.seed, problem, request.first_index),  # choice i gets seed + i
            "max_tokens": settings.max_tokens,
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "samplers": ["top_p", "temperature"],
            "top_k": 0,
            "min_p": 0.0,
            "repeat_penalty": 1.0,
            "cache_prompt": False,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if self._style is PromptStyle.CHAT:
            return body | {"messages": chat_messages(problem, settings.system_prompt)}
        stops = stop_sequences(problem, settings, self._style)
        return body | {"prompt": completion_text(problem), "stop": list(stops)}


class _Stream:
    """The samples of one request, put together from the pieces that arrive."""

    def __init__(
        self, request: GenerationRequest, settings: SamplingSettings, style: PromptStyle,
        deliver: Callable[[Sample], None],
    ) -> None:  # fmt: skip
        self._request = request
        self._settings = settings
        self._style = style
        self._deliver = deliver
        self._pieces: list[list[str]] = [[] for _ in range(request.count)]
        self._finished = 0, FinishReason.UNKNOWN  # the last choice that ended; its usage comes next

    def hear(self, chunk: dict[str, Any]) -> None:
        """Take one chunk.

        Raises:
            EngineError: the server refused the request.
        """
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
            raise EngineError(f"llama.cpp refused a request: {error.get('message', error)}")
        for offset in range(self._request.count):
            self._over(offset, "", FinishReason.CONTEXT, 0, error.get("n_prompt_tokens"))

    def _over(self, offset: int, text: str, finish: FinishReason, n_tokens: int, prompt_tokens: int | None) -> None:
        problem, index = self._request.problem, self._request.first_index + offset
        self._deliver(
            Sample(
                problem.id, index, text, sample_form(problem, self._style), finish, n_tokens, prompt_tokens,
                seed=sample_seed(self._settings.seed, problem, index),
            )
        )  # fmt: skip


class _Crew:
    """Threads that work on requests and hand finished samples over to one consumer."""

    def __init__(
        self, requests: Iterator[GenerationRequest],
        work: Callable[[GenerationRequest, Callable[[Sample], None], Callable[[], bool]], None],
        threads: int, cancel: threading.Event,
    ) -> None:  # fmt: skip
        self._requests = requests
        self._work = work
        self._cancel = cancel
        self._left = threading.Event()  # the consumer went away, or a request failed
        self._lock = threading.Lock()
        self._done: queue.SimpleQueue[Sample | BaseException | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._work_all, daemon=True) for _ in range(threads)]

    def samples(self) -> Iterator[Sample]:
        for thread in self._threads:
            thread.start()
        running = len(self._threads)
        try:
            while running:
                item = self._done.get()
                if item is None:
                    running -= 1
                elif isinstance(item, BaseException):
                    raise item
                elif not self._stopped():
                    yield item
        finally:
            self._left.set()
            for thread in self._threads:
                thread.join()

    def _stopped(self) -> bool:
        return self._cancel.is_set() or self._left.is_set()

    def _work_all(self) -> None:
        try:
            while not self._stopped():
                with self._lock:
                    request = next(self._requests, None)
                if request is None:
                    return
                self._work(request, self._done.put, self._stopped)
        except BaseException as error:
            self._done.put(error)
        finally:
            self._done.put(None)


def _groups(requests: Iterable[GenerationRequest]) -> Iterator[GenerationRequest]:
    """The same samples in requests of at most `_GROUP`."""
    for request in requests:
        for start in range(0, request.count, _GROUP):
            yield GenerationRequest(request.problem, request.first_index + start, min(_GROUP, request.count - start))


def _shape(header: GGUFHeader, wanted: int) -> tuple[int, int]:
    """Context of a slot, in tokens, and the number of slots: as many as their caches have room in memory."""
    longest = _DEFAULT_CONTEXT if header.context_length is None else header.context_length
    context = min(wanted, longest)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    fitting = int(_CACHE_SHARE * memory / (context * max(1, header.cache_bytes_per_token)))
    return context, max(1, min(_SLOTS, fitting))


def _load(path: Path, context: int, slots: int) -> Any:
    """A server with the weights in memory.

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
    params.cache_prompt = False
    params.cache_ram_mib = 0
    params.warmup = False
    params.verbosity = -1
    try:
        return xllamacpp.Server(params)
    except Exception as error:
        raise ModelError(f"llama.cpp cannot load {path}: {error}") from error


@functools.cache
def _library() -> Any:
    # Threads that wait by spinning stand still together as soon as a compiler wants one of their processors.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import xllamacpp

    return xllamacpp


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
