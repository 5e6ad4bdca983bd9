# outcome: runtime_error
# detail: RecursionError
def f():
    values = []
    values.append(values)
    return values
# tests
assert f() == []
