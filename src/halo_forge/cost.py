"""What a run's tokens cost: a pure function of their counts and prices. Definitions: docs/results.md."""

from __future__ import annotations

from halo_forge.types import Cost, Prices, TokenCount

_MILLION = 1_000_000


def cost_of(tokens: TokenCount, solved: int, prices: Prices) -> Cost:
    """The cost of all samples; ``None`` for what is made of a count that nobody took, even where its price is 0."""
    total = None
    if tokens.prompt is not None and tokens.completion is not None:
        total = (tokens.prompt * prices.prompt + tokens.completion * prices.completion) / _MILLION
    per_solved = total / solved if total is not None and solved else None
    return Cost(prices, tokens.prompt, tokens.completion, total, per_solved)
