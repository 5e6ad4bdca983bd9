# outcome: wrong_answer
# detail: assert f(1) == 2
# passed: 1/3
def f(x):
    while x == 3:
        print('noise' * 1000)
    return x
# tests
assert f(1) == 2
assert f(2) == 2
assert f(3) == 3
