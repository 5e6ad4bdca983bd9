# outcome: judge_error
# detail: no test of the file was run to its end
# framework: pytest
def add(a, b):
    return a + b
# tests
import pytest
from solution import add

pytestmark = pytest.mark.skip


def test_add():
    assert add(1, 1) == 2
