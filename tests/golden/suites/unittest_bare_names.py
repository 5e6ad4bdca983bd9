# outcome: accepted
# entry_point: add
# passed: 1/1
# framework: unittest
def add(a, b):
    return a + b
# tests
from unittest import TestCase


class Test(TestCase):
    def test_add(self):
        self.assertEqual(add(1, 1), 2)
