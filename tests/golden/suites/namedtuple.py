# outcome: accepted
from collections import namedtuple
from typing import NamedTuple

Point = namedtuple("Point", "x y")


class Pair(NamedTuple):
    first: int
    second: int = 0

    def total(self):
        return self.first + self.second


def middle(a, b):
    return Point((a.x + b.x) / 2, (a.y + b.y) / 2)
# tests
m = middle(Point(0, 0), Point(2, 4))
assert m == (1, 2)
assert m.x == 1
assert m.y == 2
assert Pair(1, 2).total() == 3
assert Pair(1, 2) == (1, 2)
assert Pair(1).second == 0
x, y = Pair(5, 6)
assert (x, y) == (5, 6)
