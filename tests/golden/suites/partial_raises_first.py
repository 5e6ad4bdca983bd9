# outcome: runtime_error
# detail: ValueError: one
# passed: 2/4
def f(x):
    if x == 1:
        raise ValueError('one')
    return x
# tests
assert f(0) == 0
assert f(1) == 1
assert f(2) == 3
assert f(3) == 3
