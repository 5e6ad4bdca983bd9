# outcome: wrong_answer
# detail: AssertionError: large
# entry_point: add
# passed: 2/4
def add(a, b):
    return a + b if a < 10 else 0
# tests
METADATA = {}


def check(candidate):
    """Not a test."""
    small = candidate(1, 1)
    assert small == 2, "small"
    assert candidate(20, 1) == 21, "large"
    for a in range(9, 12):
        assert candidate(a, 1) == a + 1
    if small != 2:
        return
    assert candidate(3, 1) == 4
