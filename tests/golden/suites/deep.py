# outcome: accepted
import sys


def nest(n):
    value = []
    for _ in range(n):
        value = [value]
    return value


def depth(value):
    n = 0
    while value:
        value = value[0]
        n += 1
    return n


def recurse(n):
    return 0 if n == 0 else 1 + recurse(n - 1)


def far(n):
    sys.setrecursionlimit(50_000)
    return recurse(n)
# tests
assert depth(nest(700)) == 700
assert recurse(900) == 900
assert far(10_000) == 10_000
