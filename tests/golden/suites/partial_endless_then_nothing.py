# outcome: time_limit
# passed: 2/4
# time_limit: 0.5
def f(x):
    while x == 3:
        pass
    return x
# tests
assert f(0) == 0
assert f(1) == 1
assert f(3) == 3
assert f(4) == 4
