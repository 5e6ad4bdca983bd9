# outcome: accepted
# preamble: from collections import deque; limit = 3
from __future__ import annotations


def last(items):
    return list(deque(items, maxlen=limit))


# tests
assert last([1, 2, 3, 4]) == [2, 3, 4]
