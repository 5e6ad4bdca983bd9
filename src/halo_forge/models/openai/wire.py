"""What is sent to a server and what comes back: the fields of requests and answers, and what each server makes of them.

The interface: https://platform.openai.com/docs/api-reference, ``/chat/completions`` and ``/completions``. What a model
thought before it answered (``reasoning_content``, which newer vLLM calls ``reasoning``) is left out of the answer, and
counted in its tokens. Where it thought to the end, its thinking is the text, with a tag in front that is never closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from halo_forge.models.base import GenerationRequest, SamplingSettings, sample_seed
from halo_forge.models.openai.http import Failure, Refused
from halo_forge.models.prompting import chat_messages, completion_text, stop_sequences, style_of
from halo_forge.models.thinking import OPENING
from halo_forge.types import FinishReason, JSONObject, PromptStyle

CHAT_PATH, COMPLETION_PATH = "/chat/completions", "/completions"
_FEW_STOPS = 4  # the original interface takes no more
_FINISHES = {"stop": FinishReason.STOP, "length": FinishReason.LENGTH, "content_filter": FinishReason.FILTERED}
_UNFINISHED = ("abort", "error", "cancelled")  # a server that goes down says so, or one that fails
_TOO_LONG = ("context_length_exceeded", "exceed_context_size", "context length", "context size", "context window")
_UNWANTED = ("not support", "unsupported", "instead")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a server takes. Begins with what most do, and is narrowed by what it refuses.

    Attributes:
        style: never `PromptStyle.AUTO`.
        extras: fields outside the original interface.
        group: samples that one request may ask for.
        limit_key: what the limit of tokens is called.
        seeds: it takes a seed.
        stops: how many stop sequences it takes; ``None`` is all.
    """

    style: PromptStyle
    extras: Mapping[str, object] = field(default_factory=dict)
    group: int = 1
    limit_key: str = "max_tokens"
    seeds: bool = True
    stops: int | None = None

    @property
    def path(self) -> str:
        """Whom to ask."""
        return CHAT_PATH if self.style is PromptStyle.CHAT else COMPLETION_PATH


@dataclass(frozen=True, slots=True)
class Reply:
    """One choice of an answer; what is not known is ``None``."""

    text: str
    finish: FinishReason
    n_tokens: int | None
    prompt_tokens: int | None
    token_ids: tuple[int, ...] | None = None
    think_tokens: int | None = None


def body_of(
    request: GenerationRequest, model: str, settings: SamplingSettings, dialect: Dialect, max_tokens: int
) -> JSONObject:
    """The request as it is sent."""
    problem = request.problem
    settings = settings.of(problem)
    body: JSONObject = {
        "model": model,
        dialect.limit_key: max_tokens,
        "temperature": settings.temperature,
        "top_p": settings.top_p,
        **dialect.extras,
    }
    if request.count > 1:
        body["n"] = request.count
    if dialect.seeds:
        body["seed"] = sample_seed(settings.seed, problem, request.first_index)
    if dialect.style is PromptStyle.CHAT:
        return body | {"messages": chat_messages(problem, settings)}
    stops = stop_sequences(problem, settings, dialect.style)
    prompt = completion_text(problem, settings)
    return body | {"prompt": prompt} | ({"stop": list(stops[: dialect.stops])} if stops else {})


def narrowed(dialect: Dialect, refused: Refused, settings: SamplingSettings) -> Dialect | None:
    """A dialect without what the server refused, or ``None`` where that is nothing that can be left out.

    Raises:
        ModelError: it is a base model, and asked to think.
    """
    said = refused.message.lower()
    chat = dialect.style is PromptStyle.CHAT
    if refused.status not in (400, 422):
        return None
    if "chat template" in said and chat and settings.prompt_style is PromptStyle.AUTO:
        # a base model; no sample of it was made by chat
        return replace(dialect, style=style_of(settings, PromptStyle.COMPLETION))
    if is_too_long(refused):
        return None
    if chat and dialect.limit_key == "max_tokens" and _unwanted(said, "max_tokens"):
        return replace(dialect, limit_key="max_completion_tokens")
    if refusing := [key for key in dialect.extras if key in said]:
        return replace(dialect, extras={k: v for k, v in dialect.extras.items() if k not in refusing}, group=1)
    if dialect.seeds and "seed" in said:
        return replace(dialect, seeds=False, group=1)
    if dialect.stops is None and "stop" in said:
        return replace(dialect, stops=_FEW_STOPS)
    return None


def is_too_long(refused: Refused) -> bool:
    """Whether prompt and answer together do not fit the model."""
    said = f"{refused.code} {refused.message}".lower()
    return refused.status in (400, 413, 422) and any(words in said for words in _TOO_LONG)


def is_filtered(refused: Refused) -> bool:
    """Whether a hosted server will not hear of the prompt."""
    return refused.code == "content_filter"


def replies(answer: JSONObject, count: int, stops: tuple[str, ...]) -> list[Reply]:
    """The `count` choices of an answer, in the order of their numbers, each cut at the first of `stops`.

    Raises:
        Failure: it is no such answer.
    """
    choices = answer.get("choices")
    if not isinstance(choices, list) or len(choices) != count or not all(isinstance(one, dict) for one in choices):
        raise Failure(f"the answer has not the {count} choices that were asked for")
    if count > 1:
        if {choice.get("index") for choice in choices} != set(range(count)):
            raise Failure("the choices of the answer are not numbered")
        choices.sort(key=lambda choice: choice["index"])
    usage = answer.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    return [_reply(choice, usage, stops, alone=count == 1) for choice in choices]


def _reply(choice: dict[str, Any], usage: dict[str, Any], stops: tuple[str, ...], *, alone: bool) -> Reply:
    reason = choice.get("finish_reason")
    if reason in _UNFINISHED:
        raise Failure(f"the server gave the answer up ({reason})")
    ids = choice.get("token_ids")
    ids = tuple(ids) if isinstance(ids, list) and all(type(one) is int for one in ids) else None
    text, finish = _text(choice), _FINISHES.get(str(reason), FinishReason.UNKNOWN)
    if ends := [at for stop in stops if (at := text.find(stop)) >= 0]:
        text, finish = text[: min(ends)], FinishReason.STOP  # a stop sequence that was not sent, or not heeded
    n_tokens = _count(usage.get("completion_tokens")) if alone else None if ids is None else len(ids)
    thought = _thought(usage) if alone else None
    return Reply(text, finish, n_tokens, _count(usage.get("prompt_tokens")), ids, thought)


def _text(choice: dict[str, Any]) -> str:
    message = choice.get("message", choice)
    text = message.get("content", message.get("text")) if isinstance(message, dict) else None
    if not text and "message" in choice and isinstance(message, dict):
        # a model that thought until its tokens were used up, or whose answer was withheld
        thoughts = message.get("reasoning_content", message.get("reasoning"))
        cut = choice.get("finish_reason") == "length" and isinstance(thoughts, str)
        return f"{OPENING}\n{thoughts}" if cut and thoughts else ""
    if not isinstance(text, str):
        raise Failure("a choice of the answer has no text")
    return text


def _thought(usage: JSONObject) -> int | None:
    details = usage.get("completion_tokens_details")
    return _count(details.get("reasoning_tokens")) if isinstance(details, dict) else None


def _count(value: object) -> int | None:
    return value if type(value) is int and value >= 0 else None


def _unwanted(said: str, key: str) -> bool:
    return key in said and any(word in said for word in _UNWANTED)
