# outcome: runtime_error
# detail: cannot import name 'f' from 'solution'
# passed: 0/1
# framework: pytest
def g(x):
    return x
# tests
from solution import f


def test_one():
    assert f(1) == 1
