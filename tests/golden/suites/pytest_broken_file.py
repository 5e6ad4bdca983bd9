# outcome: judge_error
# detail: name 'undefined' is not defined
# framework: pytest
def add(a, b):
    return a + b
# tests
from solution import add

CASES = undefined


def test_add():
    assert add(1, 1) == 2
