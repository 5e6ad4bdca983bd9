# outcome: judge_error
# detail: no test in the file
# framework: pytest
def add(a, b):
    return a + b
# tests
from solution import add
