# outcome: judge_error
# detail: never use the solution
# framework: pytest
def add(a, b):
    return a + b
# tests
def test_nothing():
    assert True
