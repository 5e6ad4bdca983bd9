# outcome: memory_limit
def f(x):
    return len("x" * (x << 30))
# tests
assert f(4) == 4 << 30
