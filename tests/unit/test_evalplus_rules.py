"""EvalPlus's comparison of results, rule by rule."""

from __future__ import annotations

import math
from typing import Any

import pytest

from halo_forge.problems.helpers.evalplus import are_alike, comparer, fits, mended

INF, NAN = math.inf, math.nan


@pytest.mark.parametrize(
    ("got", "wanted", "atol", "alike"),
    [
        (1, 1, 0, True),
        (1, 2, 0, False),
        (1, 1.0, 0, True),
        ([1, "a"], [1, "a"], 0, True),
        ((1, 2), [1, 2], 0, False),
        (0.1 + 0.2, 0.3, 0, True),
        (0.3 + 1e-5, 0.3, 0, False),
        (1e9, 1e9 + 50, 0, True),
        (1e9, 1e9 + 150, 0, False),
        ([0.1 + 0.2], [0.3], 0, True),
        ((0.1 + 0.2,), [0.3], 0, False),
        ([0.3, 0.3], [0.3], 0, False),
        ([], [0.3], 0, False),
        ([0.1 + 0.2, 1], [0.3, 1], 0, False),
        ([0.1 + 0.2, 1], [0.3, 1], 1e-6, True),
        ([[1.0], [2.0 + 1e-9]], [[1.0], [2.0]], 1e-6, True),
        ([[1.0, 2.0]], [[1.0], [2.0]], 1e-6, False),
        (2.5, 3, 1, False),
        (INF, INF, 0, True),
        (1e308, INF, 0, False),
        (-INF, INF, 0, False),
        (NAN, NAN, 0, False),
        ("a", 0.5, 0, False),
        (None, 0.5, 0, False),
        ([None], [0.5], 0, False),
        (1j, 1j + 1e-9, 1e-6, True),
    ],
)
def test_the_usual_rule(got: Any, wanted: Any, atol: float, alike: bool) -> None:
    assert are_alike(got, wanted, atol) is alike


@pytest.mark.parametrize(
    ("name", "task", "got", "wanted", "arguments", "right"),
    [
        ("find_zero", None, -0.5, 99, [[1, 2]], True),
        ("find_zero", None, -0.6, -0.6, [[1, 2]], False),
        ("similar_elements", 2, [1, 2, 2], (2, 1), [], True),
        ("similar_elements", 2, [1], (2, 1), [], False),
        ("similar_elements", None, [1, 2], (2, 1), [], False),
        ("check_str", 461, "a match", "another", [], True),
        ("check_str", 461, True, "a match", [], True),
        ("check_str", 461, False, None, [], True),
        ("check_str", 461, None, "a match", [], False),
        ("are_equivalent", 164, "anything", True, [], True),
        ("sum_div", 295, 0, 7, [], True),
        ("sum_div", 295, 1, 7, [], False),
        ("surface_Area", 581, 33, 0, [3, 4], False),
        ("surface_Area", 581, 35, 0, [3, 4], True),
        ("digit_distance_nums", 558, 3 + 1 + 1, 0, [123, 256], False),
        ("digit_distance_nums", 558, 1 + 3 + 3, 0, [123, 256], True),
        ("digit_distance_nums", 558, 1 + 2, 0, [12, 0], True),
    ],
)
def test_rules_of_single_tasks(
    name: str, task: int | None, got: Any, wanted: Any, arguments: list[Any], right: bool
) -> None:
    assert fits(name, task, got, wanted, lambda: arguments, 1e-4 if name == "find_zero" else 0) is right


@pytest.mark.parametrize(
    ("task", "arguments", "expected"),
    [
        (2, [[1], [2, 3]], [(1,), (2, 3)]),
        (63, [[[1, 2], [3]]], [[(1, 2), (3,)]]),
        (75, [[[1], [2]], 3], [[(1,), (2,)], 3]),
        (106, [[1], [2]], [[1], (2,)]),
        (115, [[[1], [], {}]], [[{1}, {}, {}]]),
        (124, ["1", "2j"], [1.0, 2j]),
        (250, [[1, 2], 3], [(1, 2), 3]),
        (252, ["(1+2j)"], [1 + 2j]),
        (259, [[[1, 2]], [[3]]], [((1, 2),), ((3,),)]),
        (278, [[1, [2, 3], "a"]], [(1, (2, 3), "a")]),
        (307, [["a", []], 1, [2]], [("a", []), 1, [2]]),
        (580, [[1, [2, [3]]]], [(1, (2, (3,)))]),
        (722, [{"a": [1, 2]}, 3], [{"a": (1, 2)}, 3]),
        (3, [[1]], [[1]]),
        (None, [[1]], [[1]]),
    ],
)
def test_arguments_that_json_has_changed(task: int | None, arguments: list[Any], expected: list[Any]) -> None:
    found = mended(task, arguments)
    assert found == expected
    assert list(map(type, found)) == list(map(type, expected))


def test_neither_side_sees_what_the_other_does_to_its_arguments() -> None:
    agrees = comparer("def f(items):\n    items.append(1)\n    return len(items)\n", "f", None, 0)
    seen: list[int] = []

    def solution(items: list[int]) -> int:
        seen.append(len(items))
        items.append(0)
        return len(items)

    assert agrees(solution, "[[1, 2]]")
    assert seen == [2]


def test_a_difference_is_said() -> None:
    agrees = comparer("def f(n):\n    return n\n", "f", None, 0)
    with pytest.raises(AssertionError, match="expected 1, got 2"):
        agrees(lambda n: n + 1, "[1]")
