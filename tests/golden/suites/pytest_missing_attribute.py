# outcome: runtime_error
# detail: no attribute 'f'
# passed: 1/2
# framework: pytest
def g(x):
    return x
# tests
import solution


def test_one():
    assert solution.f(1) == 1


def test_two():
    assert solution.g(1) == 1
