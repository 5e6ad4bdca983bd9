# outcome: runtime_error
# detail: ModuleNotFoundError
import no_such_module


def f(x):
    return x
# tests
assert f(1) == 1
