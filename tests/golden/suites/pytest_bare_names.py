# outcome: accepted
# passed: 1/1
# framework: pytest
def add(a, b):
    return a + b


class Box:
    def __init__(self, value):
        self.value = value


def test_add():
    pass


def test_own():
    pass
# tests
import math


def test_add():
    assert add(1, math.floor(2.5)) == 3
    assert Box(3).value == 3
