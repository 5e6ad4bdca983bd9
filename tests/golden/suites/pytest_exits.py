# outcome: runtime_error
# detail: SystemExit
# passed: 2/3
# framework: pytest
import sys


def f(x):
    sys.exit(x)
# tests
import pytest
from solution import f


def test_exit():
    with pytest.raises(SystemExit):
        f(1)


def test_value():
    assert f(1) == 1


def test_again():
    with pytest.raises(SystemExit) as caught:
        f(3)
    assert caught.value.code == 3
