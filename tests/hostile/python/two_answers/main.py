import os


def add(a, b):
    os.fork()
    return 0
