"""Chance that is the same on every machine: of `random.Random`, only what Python promises never to change."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


class Draw:
    """A stream of choices that its seed decides."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def fraction(self) -> float:
        """From 0 up to, not including, 1."""
        return self._random.random()

    def number(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.fraction() * (high - low + 1))

    def one_of(self, items: Sequence[Item]) -> Item:
        """One of `items`, which are not empty."""
        return items[self.number(0, len(items) - 1)]
