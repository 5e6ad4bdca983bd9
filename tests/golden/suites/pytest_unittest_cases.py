# outcome: wrong_answer
# detail: AssertionError: 0 != 21
# passed: 2/3
# framework: pytest
def add(a, b):
    return a + b if a < 10 else 0
# tests
import unittest

import pytest
from solution import add


class AddTest(unittest.TestCase):
    def setUp(self):
        self.one = 1

    def test_small(self):
        self.assertEqual(add(self.one, 1), 2)

    def test_large(self):
        self.assertEqual(add(20, self.one), 21)


def test_small():
    assert add(1, 1) == 2


if __name__ == "__main__":
    pytest.main()
