"""How a trained model differs from its base, and whether merged weights are base and adapter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import peft
import torch

_ANSWER = 48  # tokens of a greedy answer

Greedy = tuple[list[int], Any]
"""An answer's tokens, and the log-probabilities of every token behind each of them: shape (tokens, vocabulary)."""


def change(model: Any) -> tuple[float, float]:
    """Norm of what the adapter adds, and of it by that of the weights below."""
    added = below = 0.0
    for module in model.modules():
        if isinstance(module, peft.tuners.lora.LoraLayer) and "default" in module.lora_A:
            added += float(module.get_delta_weight("default").detach().double().pow(2).sum())
            below += float(module.get_base_layer().weight.detach().double().pow(2).sum())
    return math.sqrt(added), math.sqrt(added / below) if below else 0.0


def _greedy(model: Any, prompt: Sequence[int]) -> list[int]:
    ids = torch.tensor([list(prompt)], device=model.device)
    made = model.generate(
        input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=_ANSWER, pad_token_id=0
    )
    return [int(token) for token in made[0, len(prompt) :]]


def _log_probs(model: Any, prompt: Sequence[int], answer: Sequence[int]) -> Any:
    """Of every next token behind each token of the answer: shape (len(answer), vocabulary)."""
    ids = torch.tensor([[*prompt, *answer]], device=model.device)
    logits = model(input_ids=ids, use_cache=False).logits[0, len(prompt) - 1 : -1]
    return logits.float().log_softmax(-1)


@torch.inference_mode()
def against_base(model: Any, prompts: list[list[int]]) -> tuple[float, list[Greedy]]:
    """KL(trained || base) on the base's greedy answers, nats a token; and the trained one's own greedy answers."""
    total, tokens = 0.0, 0
    for prompt in prompts:
        with model.disable_adapter():
            answer = _greedy(model, prompt)
            base = _log_probs(model, prompt, answer)
        trained = _log_probs(model, prompt, answer)
        total += float((trained.exp() * (trained - base)).sum())
        tokens += len(answer)
    ours = []
    for prompt in prompts:
        answer = _greedy(model, prompt)
        ours.append((answer, _log_probs(model, prompt, answer)))
    return total / max(1, tokens), ours


@torch.inference_mode()
def against_merged(merged: Any, prompts: list[list[int]], ours: list[Greedy]) -> tuple[int, float]:
    """How many greedy answers are the same, and how far the log-probabilities are apart at the most."""
    same, gap = 0, 0.0
    for prompt, (answer, before) in zip(prompts, ours, strict=True):
        same += _greedy(merged, prompt) == answer
        gap = max(gap, float((_log_probs(merged, prompt, answer) - before).abs().max()))
    return same, gap
