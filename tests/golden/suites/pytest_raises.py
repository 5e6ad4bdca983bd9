# outcome: runtime_error
# detail: test_zero: ZeroDivisionError: division by zero
# passed: 1/2
# framework: pytest
def f(x):
    return 1 / x
# tests
from solution import f


def test_zero():
    assert f(0) == 0


def test_one():
    assert f(1) == 1
