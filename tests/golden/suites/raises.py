# outcome: runtime_error
# detail: ZeroDivisionError: division by zero
def f(x):
    return 1 / 0
# tests
assert f(1) == 2
