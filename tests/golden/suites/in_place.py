# outcome: accepted
from collections import deque


def reverse(values):
    values.reverse()


def add(mapping, *, key, into=None):
    mapping[key] = mapping.pop(key, 0) + 1
    if into is not None:
        into.append(key)


def grow(seen, queue, data):
    seen.add(3)
    queue.appendleft(0)
    data += b"!"
    return seen


def rotate(matrix):
    matrix[:] = [list(row) for row in zip(*matrix[::-1])]


def first_of_pair(pair):
    pair[0].append(1)
# tests
values = [1, 2, 3]
assert reverse(values) is None
assert values == [3, 2, 1]
alias = values
reverse(values)
assert alias == [1, 2, 3]
mapping, into = {"a": 1, "b": 2}, []
add(mapping, key="a", into=into)
assert mapping == {"a": 2, "b": 2}
assert list(mapping) == ["b", "a"]
assert into == ["a"]
seen, queue, data = {1}, deque([1]), bytearray(b"x")
assert grow(seen, queue, data) == {1, 3}
assert seen == {1, 3}
assert queue == deque([0, 1])
assert data == b"x!"
matrix = [[1, 2], [3, 4]]
rotate(matrix)
assert matrix == [[3, 1], [4, 2]]
inner = []
first_of_pair((inner, 0))
assert inner == [1]
