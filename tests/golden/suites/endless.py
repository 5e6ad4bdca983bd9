# outcome: time_limit
# time_limit: 0.5
def f(x):
    while True:
        x += 1
# tests
assert f(4) == 4
