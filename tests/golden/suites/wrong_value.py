# outcome: wrong_answer
# detail: assert f(2) == 4
def f(x):
    return x + 1
# tests
assert f(1) == 2
assert f(2) == 4
