# outcome: judge_error
# detail: the tests can't be used
def f(x):
    return x
# tests
import no_such_module

assert f(1) == 1
