"""Engine ``openai``: a model behind a server with OpenAI's interface (vLLM, llama-server, SGLang, Ollama, hosted ones).

Each sample is a request of its own with a seed of its own, so that a sample that is finished is delivered, whatever
becomes of the others. vLLM alone makes several samples of a prompt in one request: it gives choice i the seed plus i,
as `sample_seed` counts, and says which tokens are whose.

What a server doesn't take (``max_tokens``, a seed, more than four stop sequences) is learned from its first refusal and
left out from then on. Retries: `halo_forge.models.openai.http`.

Limits: no server promises that a sample does not depend on what else it works on, so `ModelInfo.deterministic` is
false; ``Sample.seed`` is ``None`` where the server takes none. Servers other than llama-server, vLLM and SGLang apply
the top-k and the penalties that they like. Whether a model is made for chat can't be asked: chat it is, unless the
server says that it has no chat template.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import PurePath

import httpx

from halo_forge.errors import ModelError
from halo_forge.models.background import Background, Tasks
from halo_forge.models.base import GenerationRequest, ModelInfo, SamplingSettings, in_groups, sample_seed
from halo_forge.models.openai.address import Address
from halo_forge.models.openai.http import Line, Patience, Refused
from halo_forge.models.openai.servers import Found, complaint, find
from halo_forge.models.openai.wire import Dialect, Reply, body_of, is_filtered, is_too_long, narrowed, replies
from halo_forge.models.prompting import sample_form, stop_sequences, style_of
from halo_forge.types import FinishReason, PromptStyle, Sample

_GROUP = 4  # samples that share one request where the server can tell them apart
_ANSWER_S = 300.0  # a request waits so long for its turn …
_TOKEN_S = 0.2  # … and so long for each token
_OPENING_S, _OPENING_TRIES = 2.0, 3


class OpenAISampler:
    """Samples from one model of one server."""

    def __init__(
        self, address: Address, settings: SamplingSettings, *, key: str | None = None, at_once: int | None = None,
        patience: Patience | None = None, longest_answer: int | None = None,
    ) -> None:  # fmt: skip
        """Ask the server for its models.

        Args:
            at_once: samples under way; by default what suits the server.
            longest_answer: tokens, where problems have settings of their own; by default what `settings` say.

        Raises:
            ModelError: it does not answer, or has no such model.
        """
        style = style_of(settings, PromptStyle.CHAT)
        self._settings = settings
        self._background = Background()
        answer = settings.most_tokens if longest_answer is None else longest_answer
        patience = Patience(_ANSWER_S + _TOKEN_S * answer) if patience is None else patience
        try:
            self._found = self._background.run(_find(address, key))
            self._line = Line(address, key, patience)
        except BaseException:
            self._background.close()
            raise
        kind = self._found.kind
        self._at_once = kind.at_once if at_once is None else at_once
        self._dialect = Dialect(style, kind.fields(settings.think_budget))
        self.info = ModelInfo(
            name=_short(self._found.model),
            source=f"{address.base}#{self._found.model}",
            engine="openai",
            engine_version=f"httpx {httpx.__version__}, server: {kind.name}",
            deterministic=False,
        )

    def generate(self, requests: Iterable[GenerationRequest], cancel: threading.Event) -> Iterator[Sample]:
        """See `Sampler.generate`.

        Raises:
            EngineError: the server is gone for good.
            ModelError: it refuses a request.
        """
        groups = in_groups(requests, lambda: min(self._dialect.group, self._at_once))
        yield from Tasks(self._background, groups, self._answer, self._at_once, cancel).samples()

    def close(self) -> None:
        """Close the connections."""
        if not self._background.is_closed:
            self._background.close(self._line.close())

    async def _answer(self, request: GenerationRequest) -> list[Sample]:
        """All samples of one request."""
        while True:
            dialect = self._dialect
            try:
                found = await self._ask(request, dialect, self._settings.of(request.problem).most_tokens)
            except Refused as refused:
                if self._dialect is not dialect:
                    continue  # another request has learned the same meanwhile
                better = narrowed(dialect, refused, self._settings)
                if better is None:
                    found = await self._after_refusal(request, dialect, refused)
                    break
                self._dialect = better
            else:
                self._learn(dialect, found)
                break
        return [self._sample(request, offset, reply, dialect) for offset, reply in enumerate(found)]

    async def _ask(self, request: GenerationRequest, dialect: Dialect, max_tokens: int) -> list[Reply]:
        stops = stop_sequences(request.problem, self._settings, dialect.style)
        body = body_of(request, self._found.model, self._settings, dialect, max_tokens)
        read = partial(replies, count=request.count, stops=stops)
        return await self._line.ask(dialect.path, body, read, f"problem '{request.problem.id}'")

    def _learn(self, dialect: Dialect, found: list[Reply]) -> None:
        """From the first answer: can several samples be had at once, each with the count of its tokens?"""
        told_apart = self._found.kind.gives_ids and found[0].token_ids is not None
        if told_apart and dialect.group == 1 and self._dialect is dialect and dialect.seeds:
            self._dialect = replace(dialect, group=_GROUP)

    async def _after_refusal(self, request: GenerationRequest, dialect: Dialect, refused: Refused) -> list[Reply]:
        """What can still be made of a request that was refused for what it is.

        Raises:
            ModelError: nothing; the user has to mend it.
        """
        if is_filtered(refused):
            return [Reply("", FinishReason.FILTERED, 0, None)] * request.count
        if not is_too_long(refused):
            raise complaint(refused, self._line.base, self._found.model)
        try:
            (probe,) = await self._ask(replace(request, count=1), dialect, 1)
        except Refused as again:
            if not is_too_long(again):
                raise complaint(again, self._line.base, self._found.model) from again
            return [Reply("", FinishReason.CONTEXT, 0, again.prompt_tokens)] * request.count
        # The prompt fits, and the answer may be as long as there is room for it.
        if self._found.context is None or probe.prompt_tokens is None:
            raise self._no_room(request, refused)
        room = self._found.context - probe.prompt_tokens
        try:
            return await self._ask(request, dialect, max(1, room))
        except Refused as again:
            raise self._no_room(request, again) from again

    def _no_room(self, request: GenerationRequest, refused: Refused) -> ModelError:
        most = self._settings.of(request.problem).most_tokens
        return ModelError(
            f"problem '{request.problem.id}' leaves no room for an answer of {most} tokens (--max-tokens) in the "
            f"context of the server at {self._line.base} ({refused.message}); lower it, or give the server a longer one"
        )

    def _sample(self, request: GenerationRequest, offset: int, reply: Reply, dialect: Dialect) -> Sample:
        problem, index = request.problem, request.first_index + offset
        return Sample(
            problem.id, index, reply.text, sample_form(problem, dialect.style), reply.finish, reply.n_tokens,
            reply.prompt_tokens, reply.token_ids,
            sample_seed(self._settings.seed, problem, index) if dialect.seeds else None, reply.think_tokens,
        )  # fmt: skip


async def _find(address: Address, key: str | None) -> Found:
    """A server that is being started gets a moment; one that is not there is told of at once."""
    line = Line(address, key, Patience(answer_s=30.0, silence_s=_OPENING_S, tries=_OPENING_TRIES))
    try:
        return await find(line, address)
    finally:
        await line.close()


def _short(model: str) -> str:
    """llama-server calls its model by the path of its file."""
    return PurePath(model).stem if model.endswith(".gguf") else model
