# outcome: accepted
# passed: 1/1
# framework: pytest
def add(a, b):
    return a + b
# tests
import sys

import pytest
from solution import add


@pytest.mark.skip(reason="later")
def test_skipped():
    assert add(1, 1) == 3


@pytest.mark.skipif(sys.platform == "linux", reason="not here")
def test_skipped_here():
    assert add(1, 1) == 3


def test_skips_itself():
    pytest.skip("now")


@pytest.mark.xfail
def test_expected_to_fail():
    assert add(1, 1) == 3


@pytest.mark.xfail
def test_passes_all_the_same():
    assert add(1, 1) == 2


def test_add():
    assert add(1, 1) == 2
