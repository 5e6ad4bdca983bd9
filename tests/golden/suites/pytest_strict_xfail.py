# outcome: wrong_answer
# detail: XPASS(strict)
# passed: 1/2
# framework: pytest
def add(a, b):
    return a + b
# tests
import pytest
from solution import add


@pytest.mark.xfail(strict=True)
def test_passes_though_it_must_not():
    assert add(1, 1) == 2


def test_add():
    assert add(1, 1) == 2
