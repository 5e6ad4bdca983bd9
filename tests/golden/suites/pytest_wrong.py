# outcome: wrong_answer
# detail: test_add[large]: assert solution.add(a, b) == a + b
# passed: 2/4
# framework: pytest
def add(a, b):
    return a + b if a < 10 else 0
# tests
import pytest
import solution


@pytest.mark.parametrize(("a", "b"), [(1, 2), (20, 1), (30, 1)], ids=["small", "large", "larger"])
def test_add(a, b):
    assert solution.add(a, b) == a + b


def test_more():
    assert solution.add(0, 0) == 0
