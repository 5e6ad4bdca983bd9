# outcome: memory_limit
# passed: 0/1
# framework: pytest
def f(x):
    return len("x" * (x << 30))
# tests
from solution import f


def test_large():
    assert f(4) == 4 << 30
