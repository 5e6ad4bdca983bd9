# outcome: accepted
def add(a, b):
    return a + b
# tests
try:
    import numpy
except ImportError:
    numpy = None
assert add(1, 2) == 3
