# outcome: accepted
# passed: 1/1
# framework: unittest
def add(a, b):
    return a + b
# tests
import unittest

import solution


class AddTest(unittest.TestCase):
    def test_add(self):
        self.assertEqual(solution.add(1, 1), 2)


unittest.main()
