def add(a, b):
    return [[]] * 15_000_000
