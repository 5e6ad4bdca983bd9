import itertools


def count(n):
    return sum(1 for _ in itertools.product(range(n), repeat=n))
