# outcome: runtime_error
# detail: EOFError
n = int(input())


def f(x):
    return x
# tests
assert f(1) == 1
