"""The thinking in front of an answer, for engines that see it as a part of the text: ``<think> … </think>``.

Limits: models that mark their thinking otherwise are taken for models that do not think.
"""

from __future__ import annotations

from collections.abc import Sequence

OPENING, CLOSING = "<think>", "</think>"


def thinks(text: str) -> bool:
    """Whether an answer begins with thinking, ended or not."""
    return text.lstrip().startswith(OPENING)


def is_thinking_still(text: str) -> bool:
    """Whether an answer, as far as it goes, is thinking to its end."""
    return thinks(text) and CLOSING not in text


def think_tokens(pieces: Sequence[str], n_tokens: int) -> int | None:
    """Tokens of the thinking, tags included, in an answer that arrived piece by piece; 0 where there is none.

    ``None`` where pieces are not tokens: a character made of several tokens arrives as one. The token that ends an
    answer has no piece.
    """
    text = "".join(pieces)
    if not thinks(text):
        return 0
    if is_thinking_still(text):
        return n_tokens
    if len(pieces) not in (n_tokens, n_tokens - 1):
        return None
    left = text.index(CLOSING) + len(CLOSING)
    count = 0
    while left > 0:
        left -= len(pieces[count])
        count += 1
    return count
