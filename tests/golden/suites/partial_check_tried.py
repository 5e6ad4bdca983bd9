# outcome: accepted
# passed: 2/2
def add(a, b):
    return a + b
# tests
def check(candidate):
    assert candidate(1, 1) == 2
    assert candidate(1, 2) == 3


def caught(candidate):
    try:
        check(candidate)
    except AssertionError:
        return True
    return False


assert not caught(add)
assert caught(lambda a, b: 0)
