# outcome: judge_error
# detail: the tests never use the solution
def add(a, b):
    return a - b
# tests
def test_add():
    assert add(1, 2) == 3
