# outcome: runtime_error
# detail: ModuleNotFoundError
# passed: 0/1
# framework: unittest
import no_such_module
# tests
import unittest

from solution import f


class Test(unittest.TestCase):
    def test_one(self):
        self.assertEqual(f(1), 1)
