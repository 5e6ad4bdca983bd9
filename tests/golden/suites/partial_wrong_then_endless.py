# outcome: wrong_answer
# detail: assert f(1) == 2
# passed: 2/5
# time_limit: 0.5
def f(x):
    while x == 3:
        pass
    return x
# tests
assert f(0) == 0
assert f(1) == 2
assert f(2) == 2
assert f(3) == 3
assert f(4) == 4
