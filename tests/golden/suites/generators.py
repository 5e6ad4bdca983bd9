# outcome: accepted
def squares(n):
    for i in range(n):
        yield i * i


def naturals():
    n = 0
    while True:
        yield n
        n += 1


def mapped(values):
    return map(str, values)


def zipped(a, b):
    return zip(a, b)


def echo():
    received = None
    while True:
        received = yield received


class Countdown:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        return self.n


def taken(iterator):
    return next(iterator), list(iterator)
# tests
assert list(squares(4)) == [0, 1, 4, 9]
assert sum(squares(10)) == 285
numbers = naturals()
assert [next(numbers) for _ in range(5)] == [0, 1, 2, 3, 4]
assert next(numbers) == 5
assert list(mapped([1, 2])) == ["1", "2"]
assert dict(zipped("ab", [1, 2])) == {"a": 1, "b": 2}
assert list(Countdown(3)) == [2, 1, 0]
talk = echo()
next(talk)
assert talk.send("hello") == "hello"
assert taken(iter([1, 2, 3])) == (1, [2, 3])
assert taken(x * 2 for x in (1, 2, 3)) == (2, [4, 6])
empty = squares(0)
try:
    next(empty)
except StopIteration:
    pass
else:
    raise AssertionError("StopIteration was expected")
