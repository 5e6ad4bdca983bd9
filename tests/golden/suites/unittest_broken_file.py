# outcome: judge_error
# detail: NoSuchCase
# framework: unittest
def add(a, b):
    return a + b
# tests
import unittest

from solution import add


class AddTest(unittest.NoSuchCase):
    def test_add(self):
        self.assertEqual(add(1, 1), 2)
