# outcome: judge_error
# detail: the tests can't be used
# framework: pytest
def add(a, b):
    return a + b
# tests
import pytest
from solution import add


@pytest.mark.parametrize("b", [1])
def test_add(a):
    assert add(a, 1) == a + 1
