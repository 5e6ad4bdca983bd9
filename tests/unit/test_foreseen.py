"""Which calls of a solution a suite is certain to make, one after the other."""

from __future__ import annotations

import ast
import json

import pytest

from halo_forge.problems import load_problems
from halo_forge.verifiers.inside.assertions import AssertionSuite
from halo_forge.verifiers.inside.foreseen import USUAL, rows, usual_in
from halo_forge.verifiers.inside.syntax import nodes_of


def found(tests: str, usual: frozenset[str] = USUAL) -> list[tuple[int, str, list[object]]]:
    each = rows(ast.parse(tests).body, usual)
    assert all(len(json.loads(row.calls)) == row.length for row in each.values())
    return [(position, row.name, json.loads(row.calls)) for position, row in each.items()]


@pytest.mark.parametrize(
    ("tests", "expected"),
    [
        ("assert f(1) == 2\nassert f([1], 'x') != 3", [(0, "f", [[1], [[1], "x"]])]),
        ("assert f(1)\nassert not f(2)\nassert 3 is f()", [(0, "f", [[1], [2], []])]),
        ("assert f(-1) == 2\npass\nassert True\n'words'\nassert 2 == f(2), 'two'", [(0, "f", [[-1], [2]])]),
        ("assert abs(f(1) - 0.5) < 1e-6\nassert len(f(2)) == 3", [(0, "f", [[1], [2]])]),
        ("assert f((1, 2)) == 2\nassert f({1: 'a'}) == -5",
         [(0, "f", [[{"tuple": [1, 2]}], [{"dict": [[1], ["a"]]}]])]),
        ("x = 1\nassert f(1) == 2\nassert f(2) == x\nassert f(3) == 2\nassert f(4) == 2 ** 10", [(3, "f", [[3], [4]])]),
        ("assert f(1)\nassert g(1)\nassert g(2)\nassert f(2)\nassert f(3)",
         [(1, "g", [[1], [2]]), (3, "f", [[2], [3]])]),
    ],
)  # fmt: skip
def test_rows(tests: str, expected: list[tuple[int, str, list[object]]]) -> None:
    assert found(tests) == expected


@pytest.mark.parametrize(
    "second",
    [
        "assert f(x) == 2", "assert f(*[1]) == 2", "assert f(x=1) == 2", "assert f({1, 2}) == 2",
        "assert f(2) == f(3)", "assert f(2) and f(3)", "assert f(2) or True", "assert 1 if f(2) else f(3)",
        "assert 0 < f(2) < 3", "assert f(2) == g(2)", "assert f(2) == x", "assert f(2), f(3)", "assert f(2), x",
        "assert f.g(2)", "assert f(2)(3)", "assert g(f(2))", "assert f(f(2))", "assert [f(2)] == [3]",
        "assert (lambda: f(2))()", "assert (y := f(2))", "assert f(2)[0] == 1", "assert f(f'{x}')",
        "x = f(2)", "f(2)", "if True: assert f(2)", "def f(x): pass", "import f", "raise AssertionError",
    ],
)  # fmt: skip
def test_what_is_not_certain_ends_a_row(second: str) -> None:
    assert found(f"assert f(1)\n{second}\nassert f(3)") == []


def test_a_function_that_a_suite_calls_by_a_usual_name_is_not_usual() -> None:
    tests = "assert abs(f(1)) == 1\nassert abs(f(2)) == 2\nassert len(f(3)) == 3\nassert len(f(4)) == 4"
    for meaning in ("def abs(x): return f(x)", "abs = f", "from m import x as abs", "def g(abs): pass", "import abs"):
        usual = usual_in(nodes_of(ast.parse(f"{meaning}\n{tests}")))
        assert found(tests, usual) == [(2, "f", [[3], [4]])]
    assert usual_in(nodes_of(ast.parse(tests))) == USUAL


def test_most_suites_of_humaneval_are_foreseen() -> None:
    """All but one of the calls of a row need no answer before the next."""
    whole = 0
    for problem in load_problems("humaneval", None).problems:
        given = {"tests": problem.tests, "prompt": problem.prompt, "entry_point": problem.entry_point}
        suite = AssertionSuite(given)
        whole += len(suite._rows) == 1
    assert whole > 130
