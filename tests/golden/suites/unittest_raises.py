# outcome: runtime_error
# detail: Test.test_zero: ZeroDivisionError: division by zero
# passed: 1/2
# framework: unittest
def f(x):
    return 1 / x
# tests
import unittest

from solution import f


class Test(unittest.TestCase):
    def test_one(self):
        self.assertEqual(f(1), 1)

    def test_zero(self):
        self.assertEqual(f(0), 0)
