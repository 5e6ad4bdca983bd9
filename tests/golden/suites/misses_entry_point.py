# outcome: runtime_error
# detail: no attribute 'f'
# entry_point: f
def g(x):
    return x
# tests
def check(candidate):
    assert candidate(1) == 1
