# outcome: wrong_answer
# detail: AddTest.test_cases (a=20)
# passed: 1/2
# framework: unittest
def add(a, b):
    return a + b if a < 10 else 0
# tests
import unittest

from solution import add


class AddTest(unittest.TestCase):
    def test_cases(self):
        for a in (1, 20, 30):
            with self.subTest(a=a):
                self.assertEqual(add(a, 1), a + 1)

    def test_skips_one(self):
        for a in (1, 20, 2):
            with self.subTest(a=a):
                if a == 20:
                    self.skipTest("large")
                self.assertEqual(add(a, 1), a + 1)
