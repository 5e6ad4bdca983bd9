# outcome: judge_error
# detail: the tests can't be used
def f(x):
    return x
# tests
assert f(1 == 1
