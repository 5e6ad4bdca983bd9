# outcome: memory_limit
# passed: 0/1
# framework: unittest
def f(x):
    return len("x" * (x << 30))
# tests
import unittest

from solution import f


class Test(unittest.TestCase):
    def test_large(self):
        self.assertEqual(f(4), 4 << 30)
