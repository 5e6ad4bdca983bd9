# outcome: judge_error
# detail: async
# framework: pytest
def add(a, b):
    return a + b
# tests
from solution import add


async def test_add():
    assert add(1, 1) == 2
