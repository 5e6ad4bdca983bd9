# outcome: time_limit
# time_limit: 2.0
# passed: 1/3
# framework: pytest
def f(x):
    while x == 2:
        pass
    return x
# tests
from solution import f


def test_one():
    assert f(1) == 1


def test_two():
    assert f(2) == 2


def test_three():
    assert f(3) == 3
