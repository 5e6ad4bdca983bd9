# outcome: accepted
# passed: 3/3
# framework: unittest
class Full(Exception):
    pass


class Stack:
    def __init__(self, most):
        self.most, self.items = most, []

    def push(self, value):
        if len(self.items) == self.most:
            raise Full(self.most)
        self.items.append(value)

    def __len__(self):
        return len(self.items)

    def __iter__(self):
        return iter(self.items)
# tests
import unittest
from unittest import mock

import solution


class StackTest(unittest.TestCase):
    def setUp(self):
        self.stack = solution.Stack(2)
        self.stack.push(1)

    def test_length(self):
        self.assertEqual(len(self.stack), 1)
        self.assertIn(1, self.stack)
        self.assertListEqual(list(self.stack), [1])
        self.assertIsInstance(self.stack, solution.Stack)

    def test_full(self):
        self.stack.push(2)
        with self.assertRaises(solution.Full) as caught:
            self.stack.push(3)
        self.assertEqual(caught.exception.args, (2,))

    @mock.patch.object(solution, "Full", KeyError)
    def test_patched(self):
        self.stack.push(2)
        self.assertRaises(KeyError, self.stack.push, 3)
