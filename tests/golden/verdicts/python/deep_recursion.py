import sys

sys.setrecursionlimit(100_000)


def depth(n):
    return 0 if n == 0 else depth(n - 1) + 1


print(depth(50_000))
