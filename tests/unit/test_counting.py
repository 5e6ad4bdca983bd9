"""Which statements of an assertion suite are its tests."""

from __future__ import annotations

import ast

import pytest

from halo_forge.problems import load_problems
from halo_forge.verifiers.inside.counting import mark_tests, names_bound
from halo_forge.verifiers.inside.suite import ENDED, FAILED
from halo_forge.verifiers.inside.syntax import nodes_of

HELPERS = """
def close(a, b):
    assert abs(a - b) < 1

def all_close(pairs):
    for a, b in pairs:
        close(a, b)

def plain(a):
    return a

class Case:
    def run(self):
        assert True
"""
CHECK = "def check(f):\n    x = f(1)\n    assert x\n    assert f(2)\n"


@pytest.mark.parametrize(
    ("suite", "check_is_called", "tests"),
    [
        ("", False, 0),
        ("x = 1\nprint(x)", False, 0),
        ("assert True\nassert 1, 'one'", False, 2),
        ("for x in (1, 2):\n    assert x\nassert x", False, 2),
        ("if True:\n    with open('f'):\n        assert True", False, 1),
        ("try:\n    int('x')\nexcept ValueError:\n    pass\nelse:\n    raise AssertionError('no error')", False, 1),
        ("raise ValueError", False, 0),
        ("raise AssertionError", False, 1),
        (HELPERS, False, 0),
        (HELPERS + "close(1, 1)\nall_close([])\nplain(1)\nCase().run()\nx = close(1, 1)", False, 4),
        ("if __name__ == '__main__':\n    assert True", False, 0),
        (CHECK, True, 2),
        (CHECK, False, 0),
        (CHECK + "check(f)\nassert True", False, 3),
        (CHECK + "check(f)\ncheck(g)", True, 2),
        (CHECK + "try:\n    check(f)\nexcept AssertionError:\n    pass", False, 1),
        (CHECK + "for f in (g, h):\n    check(f)", False, 1),
        (CHECK + CHECK, True, 2),
    ],
)
def test_statements_that_assert_are_tests(suite: str, check_is_called: bool, tests: int) -> None:
    tree = ast.parse(suite)
    assert mark_tests(tree, nodes_of(tree), check_is_called=check_is_called) == tests


def test_lines_and_names_stay_as_they_are() -> None:
    tree = ast.parse("x = 1\nassert x == 1\n\nfor x in (1, 2):\n    assert x == 1\n")
    mark_tests(tree, nodes_of(tree), check_is_called=False)
    failed: list[int] = []
    ended: list[int] = []
    names = {ENDED: ended.append, FAILED: failed.append}
    exec(compile(tree, "suite.py", "exec"), names)
    assert (failed, ended, names["x"]) == ([1], [0, 1], 2)
    marked = tree.body[2]
    assert isinstance(marked, ast.Try)
    assert [marked.lineno, marked.body[0].lineno] == [4, 4]


def test_names_that_a_file_gives_a_meaning_to() -> None:
    source = (
        "import os.path, math as m\nfrom solution import f\nfrom json import loads\nx: int = 1\n"
        "def g(a):\n    inner = a\nfor i in []:\n    (p, q) = i\nclass C:\n    y = 1\n"
    )
    assert names_bound(ast.parse(source).body) == {"os", "m", "loads", "x", "g", "i", "p", "q", "C"}


def test_all_nodes_that_matter_are_walked() -> None:
    for problem in load_problems("humaneval", None).problems:
        tree = ast.parse(problem.tests or "")
        small = ast.Constant, ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.expr_context
        assert sorted(map(id, nodes_of(tree))) == sorted(id(n) for n in ast.walk(tree) if not isinstance(n, small))
