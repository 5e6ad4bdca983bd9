# outcome: wrong_answer
# detail: AssertionError
# passed: 2/4
def add(a, b):
    return a + b if a < 10 else 0
# tests
def close(a, b):
    assert abs(a - b) < 1e-6


def all_close(values):
    for a, b, expected in values:
        close(add(a, b), expected)


class Case:
    def run(self):
        all_close([(20, 1, 21)])


def describe(a):
    return f"{a}"


describe(1)
close(add(1, 1), 2)
all_close([(1, 1, 2), (20, 1, 21)])
Case().run()
if add(1, 1) != 2:
    raise AssertionError("never")
