# outcome: wrong_answer
# detail: assert value == 21
# passed: 1/3
# framework: pytest
def add(a, b):
    return a + b if a < 10 else 0
# tests
import pytest
from solution import add


@pytest.fixture
def large():
    value = add(20, 1)
    assert value == 21
    return value


@pytest.fixture
def checked_afterwards():
    yield
    assert add(20, 1) == 21


def test_large(large):
    assert large > 20


def test_afterwards(checked_afterwards):
    assert add(1, 1) == 2


def test_small():
    assert add(1, 1) == 2
