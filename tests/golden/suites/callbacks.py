# outcome: accepted
from functools import reduce


def apply_twice(f, x):
    return f(f(x))


def compose(*functions):
    return lambda x: reduce(lambda value, f: f(value), functions, x)


def sort_by(values, key):
    return sorted(values, key=key)


def each(values, act):
    for value in values:
        act(value)


def memoize(f):
    cache = {}

    def wrapper(x):
        if x not in cache:
            cache[x] = f(x)
        return cache[x]

    return wrapper


def safely(f):
    try:
        return f()
    except ZeroDivisionError as error:
        return str(error)


def cast(value, kind):
    return kind(value)


def walk(node):
    return [] if node is None else [*walk(node.left), node.value, *walk(node.right)]


def mirror(node):
    if node:
        node.left, node.right = mirror(node.right), mirror(node.left)
    return node
# tests
assert apply_twice(lambda x: x + 3, 7) == 13
assert compose(str, len)(12345) == 5
assert compose()(1) == 1
assert sort_by(["bb", "a"], len) == ["a", "bb"]
assert sort_by([3, -1, 2], lambda x: -x) == [3, 2, -1]
found = []
each([1, 2], found.append)
assert found == [1, 2]
calls = []


def slow(x):
    calls.append(x)
    return x * x


fast = memoize(slow)
assert fast(3) == 9
assert fast(3) == 9
assert calls == [3]
assert safely(lambda: 1 // 0) == "integer division or modulo by zero"
assert safely(lambda: "fine") == "fine"
assert cast("5", int) == 5
assert cast([1, 1], set) == {1}
assert apply_twice(lambda x: cast(x, str) + "!", 1) == "1!!"


class Tree:
    def __init__(self, value, left=None, right=None):
        self.value, self.left, self.right = value, left, right


tree = Tree(2, Tree(1), Tree(3))
assert walk(tree) == [1, 2, 3]
assert walk(mirror(tree)) == [3, 2, 1]
assert tree.left.value == 3
assert mirror(None) is None
