# outcome: judge_error
# detail: there is no numpy here
# framework: pytest
def add(a, b):
    return a + b
# tests
import numpy
from solution import add


def test_add():
    assert add(1, 1) == 2
