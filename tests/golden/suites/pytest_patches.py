# outcome: wrong_answer
# detail: Expected 'sleep' to have been called once
# passed: 2/3
# framework: pytest
import time
from random import randint


def roll():
    return randint(1, 6) + 1


def wait():
    time.sleep(0)
    return "waited"
# tests
from unittest.mock import patch

import solution


def test_name_of_the_solution(monkeypatch):
    with patch("solution.randint", return_value=3) as randint:
        assert solution.roll() == 4
    randint.assert_called_once_with(1, 6)
    monkeypatch.setattr(solution, "randint", lambda low, high: high)
    assert solution.roll() == 7


def test_is_as_it_was():
    assert 2 <= solution.roll() <= 7


def test_name_of_another_module():
    """The solution is another process, in which nothing is patched."""
    with patch("time.sleep") as sleep:
        assert solution.wait() == "waited"
    sleep.assert_called_once()
