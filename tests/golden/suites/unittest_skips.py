# outcome: accepted
# passed: 1/1
# framework: unittest
def add(a, b):
    return a + b
# tests
import unittest

from solution import add


@unittest.skip("later")
class SkippedTest(unittest.TestCase):
    def test_add(self):
        self.assertEqual(add(1, 1), 3)


class SkipsItselfTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise unittest.SkipTest("now")

    def test_add(self):
        self.assertEqual(add(1, 1), 3)


class AddTest(unittest.TestCase):
    @unittest.skipIf(True, "now")
    def test_skipped(self):
        self.assertEqual(add(1, 1), 3)

    def test_skips_itself(self):
        self.skipTest("now")

    @unittest.expectedFailure
    def test_expected_to_fail(self):
        self.assertEqual(add(1, 1), 3)

    def test_add(self):
        self.assertEqual(add(1, 1), 2)
