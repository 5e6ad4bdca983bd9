"""Which server is it, and which of its models is meant: what is found out before the first sample.

A server says what it is in the list of its models (``owned_by``). One that is not known gets nothing but the fields of
the original interface.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from halo_forge.errors import EngineError, ModelError
from halo_forge.models.openai.address import API_KEY, Address
from halo_forge.models.openai.http import Failure, Line, Refused
from halo_forge.types import JSONObject

_SHOWN_MODELS = 20
_NO_LIST = (404, 405, 501)
_NO_RIGHT = (401, 403)


@dataclass(frozen=True, slots=True)
class ServerKind:
    """A kind of server.

    Attributes:
        owned_by: how it shows in the list of models.
        at_once: samples under way, so that it is never idle and its queue isn't longer than it has to be.
        extras: fields that switch off what it would apply by itself (top-k, min-p, …).
        gives_ids: it gives the ids of generated tokens, so that those of n choices can be told apart.
        think_budget: the field by which it ends a model's thinking after so many tokens, and has it go on.
    """

    name: str
    owned_by: str
    at_once: int
    extras: Mapping[str, object] = field(default_factory=dict)
    gives_ids: bool = False
    think_budget: str | None = None

    def fields(self, think_budget: int | None) -> Mapping[str, object]:
        """What every request to it says beside the original interface."""
        if self.think_budget is None or think_budget is None:
            return self.extras
        return {**self.extras, self.think_budget: think_budget}


LLAMACPP = ServerKind(
    "llama-server",
    "llamacpp",
    8,
    {
        "samplers": ["temperature", "top_p"],  # all that act, in this order
        "top_k": 0,
        "min_p": 0.0,
        "repeat_penalty": 1.0,
        "cache_prompt": False,  # what a prompt shares with an earlier one changes the last digits
    },
    think_budget="thinking_budget_tokens",
)
VLLM = ServerKind(
    "vLLM",
    "vllm",
    256,
    # by itself it takes what the model's generation_config.json says
    {"top_k": -1, "min_p": 0.0, "repetition_penalty": 1.0, "return_token_ids": True},
    gives_ids=True,
)
SGLANG = ServerKind("SGLang", "sglang", 128, {"top_k": -1, "min_p": 0.0, "repetition_penalty": 1.0})
OLLAMA = ServerKind("Ollama", "library", 4)
OTHER = ServerKind("unknown", "", 16)
KINDS = (LLAMACPP, VLLM, SGLANG, OLLAMA)


@dataclass(frozen=True, slots=True)
class Found:
    """A model at a server.

    Attributes:
        context: tokens of prompt and answer together, where the server tells.
    """

    model: str
    kind: ServerKind
    context: int | None


async def find(line: Line, address: Address) -> Found:
    """Ask the server what it is and has.

    Raises:
        ModelError: it doesn't answer, or it has no such model.
    """
    try:
        models = await line.ask("/models", None, _models, "the list of its models")
    except Refused as refused:
        if refused.status in _NO_LIST and address.model is not None:
            return Found(address.model, OTHER, None)  # not every hosted server has a list
        raise complaint(refused, address.base, address.model) from refused
    except EngineError as error:
        raise ModelError(f"{error}; start the server, or correct its address") from error
    card = _chosen(models, address)
    kind = next((kind for kind in KINDS if kind.owned_by == card.get("owned_by")), OTHER)
    context = card.get("max_model_len")
    return Found(card["id"], kind, context if isinstance(context, int) else None)


def complaint(refused: Refused, base: str, model: str | None) -> ModelError:
    """What the user is told when the server says no."""
    if refused.status in _NO_RIGHT:
        advice = f"set {API_KEY} to a key that it takes"
    elif refused.status in _NO_LIST:
        advice = f"is {base} right, and its model '{model}'?" if model else f"is {base} right? It mostly ends in /v1"
    else:
        advice = "change what it does not take"
    return ModelError(f"the server at {base} refuses: {refused.message}; {advice}")


def _models(answer: JSONObject) -> list[dict[str, Any]]:
    cards = answer.get("data")
    if not isinstance(cards, list):
        raise Failure("its list of models is none")
    return [card for card in cards if isinstance(card, dict) and isinstance(card.get("id"), str)]


def _chosen(models: list[dict[str, Any]], address: Address) -> dict[str, Any]:
    names = [model["id"] for model in models]
    if address.model is None:
        if len(models) == 1:
            return models[0]
        if not models:
            raise ModelError(f"the server at {address.base} has no model; load one, or name it: {address.base}#NAME")
        raise ModelError(
            f"the server at {address.base} has {_listed(names)}; name one: --model {address.base}#{names[0]}"
        )
    for model in models:
        # Ollama's "name:latest" is what everybody calls "name"
        if address.model in (model["id"], model["id"].removesuffix(":latest")):
            return model
    near = difflib.get_close_matches(address.model, names, n=1)
    hint = f" (did you mean '{near[0]}'?)" if near else ""
    has = _listed(names) if names else "none"
    raise ModelError(f"the server at {address.base} has no model '{address.model}'{hint}; it has {has}")


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_SHOWN_MODELS])
    return shown if len(names) <= _SHOWN_MODELS else f"{shown} and {len(names) - _SHOWN_MODELS} more"
