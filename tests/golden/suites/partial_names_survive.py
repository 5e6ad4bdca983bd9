# outcome: accepted
# entry_point: add
# passed: 6/6
def add(a, b):
    return a + b
# tests
def check(candidate):
    for value in range(3):
        result = candidate(value, 1)
        assert result == value + 1
    assert value == 2
    with open("/dev/null") as file:
        assert file.read() == ""
    assert file.closed
    try:
        candidate(1, "one")
    except TypeError as error:
        caught = error
    else:
        assert False, "TypeError was expected"
    assert isinstance(caught, TypeError)
    return result
