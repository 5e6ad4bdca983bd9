# outcome: accepted
def pairs(n):
    return {(i, i + 1) for i in range(n)}


def frozen(values):
    return frozenset(frozenset(value) for value in values)


def table():
    return {(0, 1): {"a": [None, True]}, 2: (), None: {1, 2}}


def keys(mapping):
    return mapping.keys()


def values(mapping):
    return mapping.values()


def items(mapping):
    return mapping.items()


def span(n):
    return range(n)


def nothing():
    return ()


def big(n):
    return list(range(n))
# tests
assert pairs(2) == {(0, 1), (1, 2)}
assert frozen([[1, 2], [3]]) == {frozenset({1, 2}), frozenset({3})}
assert table() == {(0, 1): {"a": [None, True]}, 2: (), None: {1, 2}}
assert keys({"a": 1}) == {"a"}
assert list(keys({"b": 1, "a": 2})) == ["b", "a"]
assert sorted(values({"a": 2, "b": 1})) == [1, 2]
assert set(items({"a": 1})) == {("a", 1)}
assert items({"a": [1]}) == {"a": [1]}.items()
assert span(3) == range(3)
assert list(span(3)) == [0, 1, 2]
assert nothing() == ()
assert type(nothing()) is tuple
assert isinstance(pairs(1), set)
assert big(200_000)[-1] == 199_999
