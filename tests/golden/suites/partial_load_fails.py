# outcome: runtime_error
# passed: 0/1
import no_such_module
# tests
assert f(1) == 1
assert f(2) == 2
