# outcome: judge_error
# detail: never use the solution
# framework: unittest
def add(a, b):
    return a + b
# tests
import unittest

from solution import add


class AddTest(unittest.TestCase):
    def test_nothing(self):
        pass
