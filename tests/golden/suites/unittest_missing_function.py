# outcome: runtime_error
# detail: cannot import name 'f' from 'solution'
# passed: 0/1
# framework: unittest
def g(x):
    return x
# tests
import unittest

from solution import f


class Test(unittest.TestCase):
    def test_one(self):
        self.assertEqual(f(1), 1)
