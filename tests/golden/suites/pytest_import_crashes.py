# outcome: runtime_error
# detail: RuntimeError: not today
# passed: 0/1
# framework: pytest
raise RuntimeError('not today')
# tests
from solution import f


def test_one():
    assert f(1) == 1
