# outcome: runtime_error
# detail: no attribute 'f'
# entry_point: f
# passed: 0/1
# framework: pytest
def g(x):
    return x
# tests
def test_one():
    assert f(1) == 1
