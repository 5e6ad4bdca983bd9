# outcome: time_limit
# time_limit: 1.0
# passed: 1/3
# framework: unittest
def f(x):
    while x == 2:
        pass
    return x
# tests
import unittest

from solution import f


class Test(unittest.TestCase):
    def test_a(self):
        self.assertEqual(f(1), 1)

    def test_b(self):
        self.assertEqual(f(2), 2)

    def test_c(self):
        self.assertEqual(f(3), 3)
