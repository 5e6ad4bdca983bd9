"""Answers by hand, with every kind of value that the other side has to refuse."""
import json
import os
import sys

VALUES = [
    {"mine": {}}, {"mine": -1}, {"yours": 0}, {"yours": 99}, {"nothing": 1}, {}, {"a": 1, "b": 2}, {"tuple": 3},
    {"dict": [[1], []]}, {"dict": [[[1]], [1]]}, {"set": [[1]]}, {"int": "zz"}, {"int": 5}, {"bytes": "x"},
    {"class": "print"}, {"class": "__import__"}, {"class": "nothing"}, {"class": 5}, {"namedtuple": ["a b", ["x"], [1]]},
    {"namedtuple": ["T", ["__class__", "x"], [1]]}, {"decimal": "x"}, {"fraction": [1, 0]}, {"datetime": "x"},
    {"range": [1, 2, 0]}, {"deque": [[1], -1]}, {"defaultdict": [5, [[], []]]}, {"complex": ["x"]}, {"Counter": 1},
]
REPLIES = [
    *({"value": value} for value in VALUES), {}, {"error": 5}, {"error": [5]}, {"error": ["SystemExit"], "args": 5},
    {"error": ["__import__"]}, {"value": 3, "changed": 5}, {"value": 3, "changed": [1]}, {"do": 5}, {"do": "call"},
    {"do": "get", "on": 0, "args": ["__globals__"], "names": []},
    {"do": "call", "on": "x", "args": [], "names": ["x"]},
    {"do": "nothing", "on": 0, "args": [], "names": []},
]


def is_pipe(fd):
    try:
        return "pipe:" in os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        return False


def pipes():
    return [fd for fd in range(3, 64) if is_pipe(fd)]


def reply(message):
    data = json.dumps(message).encode()
    os.write(pipes()[-1], len(data).to_bytes(4, "big") + data)


def add(n):
    reply(REPLIES[n])
    os._exit(0)


def count():
    return len(REPLIES)
