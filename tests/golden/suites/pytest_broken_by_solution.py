# outcome: wrong_answer
# detail: TypeError
# passed: 0/1
# framework: pytest
def add(a, b):
    return a + b


CASES = 3
# tests
import pytest
from solution import CASES, add


@pytest.mark.parametrize("a", CASES)
def test_add(a):
    assert add(a, 1) == a + 1
