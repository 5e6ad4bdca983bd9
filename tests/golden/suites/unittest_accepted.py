# outcome: accepted
# passed: 4/4
# framework: unittest
def add(a, b):
    return a + b
# tests
import unittest

from solution import add


class AddTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.base = 10

    def setUp(self):
        self.one = 1
        self.addCleanup(add, 1, 1)

    def test_add(self):
        self.assertEqual(add(self.one, self.base), 11)
        self.assertAlmostEqual(add(0.1, 0.2), 0.3)
        self.assertIsInstance(add(1, 1), int)

    def test_raises(self):
        with self.assertRaises(TypeError):
            add(1, "1")
        self.assertRaisesRegex(TypeError, "unsupported", add, 1, "1")

    def test_cases(self):
        for a in range(3):
            with self.subTest(a=a):
                self.assertEqual(add(a, 1), a + 1)


class AsyncTest(unittest.IsolatedAsyncioTestCase):
    async def test_add(self):
        self.assertEqual(add(1, 1), 2)


if __name__ == "__main__":
    unittest.main()
