# outcome: judge_error
# detail: there is no fixture
# framework: pytest
def add(a, b):
    return a + b
# tests
from solution import add


def test_add(mocker):
    assert add(1, 1) == 2
