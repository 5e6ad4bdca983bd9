# outcome: compile_error
# detail: SyntaxError
def f(x:
    return x
# tests
assert f(1) == 1
