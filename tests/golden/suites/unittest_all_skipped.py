# outcome: judge_error
# detail: no test of the file was run to its end
# framework: unittest
def add(a, b):
    return a + b
# tests
import unittest

from solution import add


class AddTest(unittest.TestCase):
    @unittest.skip("later")
    def test_add(self):
        self.assertEqual(add(1, 1), 2)
