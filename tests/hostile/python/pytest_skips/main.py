import unittest


class Skipped(unittest.SkipTest):
    """As pytest's is called."""

    allow_module_level = True
    msg = "skipped"


class XFailed(Skipped):
    pass


class _ShouldStop(Exception):
    pass


def skip(kind):
    raise {"unittest": unittest.SkipTest, "pytest": Skipped, "xfail": XFailed, "stop": _ShouldStop}[kind]("no")


def works():
    return 1
