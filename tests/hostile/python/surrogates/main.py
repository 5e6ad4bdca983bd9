def text():
    return "\ud800" * 3


class Broken(Exception):
    def __str__(self):
        raise RuntimeError


def fail():
    raise Broken("\udcff", object())
