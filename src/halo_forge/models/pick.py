"""The next token of each row: temperature, then top-p, then one random number that belongs to the row alone.

The order and the rule are those of transformers' own warpers: the nucleus is the smallest set of most probable tokens
that has at least the mass `top_p`. The random number comes from outside: a row's choice does not depend on the others.
"""

from __future__ import annotations

from typing import Any

import torch

_CANDIDATES = 128  # sorting a whole vocabulary costs more than the model; so many tokens nearly always hold the nucleus


@torch.inference_mode()
def pick(logits: Any, temperature: float, top_p: float, uniforms: list[float]) -> list[int]:
    """Choose one token a row.

    Args:
        logits: shape (rows, vocabulary).
        temperature: 0 takes the most probable token.
        uniforms: one number from [0, 1) a row; not looked at when `temperature` is 0.
    """
    if temperature == 0.0:
        return _as_list(logits.argmax(-1))
    scaled = logits.float() / temperature
    total = scaled.logsumexp(-1, keepdim=True)
    draws = torch.tensor(uniforms, dtype=torch.float64, device=scaled.device)
    count = min(_CANDIDATES, scaled.shape[-1])
    tokens, open_rows = _draw(scaled, total, top_p, draws, count)
    if bool(open_rows.any()):
        rows = open_rows.nonzero()[:, 0]
        tokens[rows], _ = _draw(scaled[rows], total[rows], top_p, draws[rows], scaled.shape[-1])
    return _as_list(tokens)


def _draw(scaled: Any, total: Any, top_p: float, draws: Any, count: int) -> tuple[Any, Any]:
    """A token a row from its `count` best, and the rows for which those are too few to tell."""
    best, ids = scaled.topk(count, dim=-1)
    mass = (best - total).double().exp().cumsum(-1)
    last = (mass < top_p).sum(-1)  # the nucleus ends with this one
    nucleus = mass.gather(-1, last.clamp(max=count - 1)[:, None])[:, 0] if top_p < 1 else torch.ones_like(draws)
    wanted = (draws * nucleus)[:, None]
    index = (mass <= wanted).sum(-1)
    missing = last >= count if top_p < 1 else index >= count
    tokens = ids.gather(-1, index.clamp(max=count - 1)[:, None])[:, 0]
    return tokens, missing


def _as_list(tokens: Any) -> list[int]:
    listed: list[int] = tokens.tolist()
    return listed
