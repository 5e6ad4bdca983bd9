# outcome: accepted
import functools


def memo(function):
    return functools.lru_cache(function)


def doubled(function):
    @functools.wraps(function)
    def inner(*args):
        return 2 * function(*args)
    return inner


# tests
calls = []


@memo
def square(x):
    calls.append(x)
    return x * x


@doubled
def add(a, b):
    return a + b


assert square(3) == 9
assert square(3) == 9
assert calls == [3]
assert add(1, 2) == 6
