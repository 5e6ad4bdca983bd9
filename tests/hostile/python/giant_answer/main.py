def add(a, b):
    return "x" * (70 << 20)
