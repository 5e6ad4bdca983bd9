# outcome: memory_limit
def f():
    values = []
    while True:
        values.append(values)
        values.append("x" * 1000000)
# tests
assert f() == []
