# outcome: wrong_answer
# detail: AddTest.test_b_large: self.assertEqual(add(20, 1), 21)
# passed: 2/4
# framework: unittest
def add(a, b):
    return a + b if a < 10 else 0
# tests
import unittest

from solution import add


class AddTest(unittest.TestCase):
    def test_a_small(self):
        self.assertEqual(add(1, 1), 2)

    def test_b_large(self):
        self.assertEqual(add(20, 1), 21)

    def test_c_cases(self):
        for a in (1, 20, 30):
            with self.subTest(a=a):
                self.assertEqual(add(a, 1), a + 1)

    def test_d_small(self):
        self.assertEqual(add(2, 2), 4)
