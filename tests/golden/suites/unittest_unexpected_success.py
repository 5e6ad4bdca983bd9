# outcome: wrong_answer
# detail: passed, though it was expected to fail
# passed: 1/2
# framework: unittest
def add(a, b):
    return a + b
# tests
import unittest

from solution import add


class AddTest(unittest.TestCase):
    @unittest.expectedFailure
    def test_a(self):
        self.assertEqual(add(1, 1), 2)

    def test_b(self):
        self.assertEqual(add(1, 1), 2)
