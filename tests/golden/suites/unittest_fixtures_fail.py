# outcome: wrong_answer
# detail: assert add(20, 1) == 21
# passed: 1/4
# framework: unittest
def add(a, b):
    return a + b if a < 10 else 0
# tests
import unittest

from solution import add


class ClassTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        assert add(20, 1) == 21

    def test_a(self):
        self.assertEqual(add(1, 1), 2)

    def test_b(self):
        self.assertEqual(add(1, 1), 2)


class SetUpTest(unittest.TestCase):
    def setUp(self):
        self.large = [0, 1][add(20, 1) or 9]

    def test_a(self):
        self.assertEqual(self.large, 21)


class WorkingTest(unittest.TestCase):
    def test_a(self):
        self.assertEqual(add(1, 1), 2)
