"""Comparing a solution with EvalPlus's reference solution, input by input, as EvalPlus compares them.

`comparer` makes the function that the asserts of a suite call. Results are equal, or floats (or lists and tuples of
nothing else) of the same type and length that are close: within ``atol + 1e-7 * |expected|``, where an ``atol`` of 0
becomes 1e-6 for floats. Some tasks have rules of their own, which go by the name of the function as they do there.

Source of the rules, of the lists of tasks and of how inputs lost their types in JSON: EvalPlus (Liu et al. 2023,
arXiv:2305.01210), version 0.3. One thing differs: the tolerance of floats is not carried over to later inputs that are
none.
"""

from __future__ import annotations

import json
import math
from itertools import zip_longest

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Arguments = Callable[[], list[Any]]

RTOL = 1e-7
ATOL_OF_FLOATS = 1e-6

# Results that are compared as sets.
AS_SETS = {"similar_elements", "find_char_long", "common_in_nested_lists", "extract_singly", "larg_nnum",
           "intersection_array", "find_dissimilar", "Diff"}  # fmt: skip
# Only whether there is a result counts: a match object is as good as True.
AS_NOT_NONE = {"check_str", "text_match_three", "text_starta_endb"}


def deep(depth: int) -> Callable[[Any], Any]:
    """Turns the lists that lie `depth` levels down into tuples."""
    if depth == 0:
        return lambda value: tuple(value) if isinstance(value, list) else value
    inner = deep(depth - 1)
    return lambda value: [inner(item) for item in value]


def all_tuples(value: Any) -> Any:
    """Every list in it, and itself, as a tuple."""
    return tuple(map(all_tuples, value)) if isinstance(value, list) else value


def tuple_of_tuples(value: Any) -> Any:
    """A list of lists as a tuple of tuples, items that are no lists as they are."""
    return tuple(deep(1)(value))


def sets(value: Any) -> Any:
    """A list of lists as a list of sets; an empty one is a dict there."""
    return [set(item) if isinstance(item, list) and item else {} for item in value]


def tuples_as_values(value: Any) -> Any:
    """A dict of lists as a dict of tuples."""
    return {key: tuple(item) for key, item in value.items()}


# The arguments of MBPP that JSON has made something else of: (what mends them, which arguments, numbers of tasks).
# None is all arguments.
MENDED: tuple[tuple[Callable[[Any], Any], int | None, set[int]], ...] = (
    (deep(0), None, {2, 116, 132, 143, 222, 261, 273, 394, 399, 421, 424, 429, 470, 560, 579, 596, 616, 630, 726, 740,
                     744, 809}),
    (deep(1), None, {63, 64, 70, 94, 120, 237, 272, 299, 400, 409, 417, 438, 473, 614, 780}),
    (deep(1), 0, {75, 413, 444, 753}),
    (deep(0), 1, {106, 750}),
    (deep(0), 0, {250, 307, 405, 446, 617, 720, 763, 808}),
    (tuple_of_tuples, None, {259, 278, 401, 445}),
    (all_tuples, None, {580, 615, 791}),
    (sets, 0, {115}),
    (tuples_as_values, 0, {722}),
    (float, 0, {124}),
    (complex, 1, {124}),
    (complex, 0, {252}),
)  # fmt: skip


def mended(task: int | None, arguments: list[Any]) -> list[Any]:
    """The arguments of a call as the task wants them."""
    if task is None:
        return arguments
    for mend, which, tasks in MENDED:
        if task in tasks:
            arguments = [mend(item) if which in (None, at) else item for at, item in enumerate(arguments)]
    return arguments


def is_floats(value: Any) -> bool:
    """Whether it is a float, or a list or tuple of floats that is not empty."""
    if isinstance(value, (list, tuple)):
        return bool(value) and all(isinstance(item, float) for item in value)
    return isinstance(value, float)


def is_close(got: Any, wanted: Any, atol: float) -> bool:
    """Whether two numbers, or two nested lists of numbers of one shape, are close. NaN is close to nothing."""
    if isinstance(wanted, (list, tuple)):
        return (
            isinstance(got, (list, tuple))
            and len(got) == len(wanted)
            and all(is_close(one, other, atol) for one, other in zip(got, wanted, strict=True))
        )
    if not (isinstance(got, (int, float, complex)) and isinstance(wanted, (int, float, complex))):
        return False
    if got == wanted:
        return True
    difference, allowed = abs(got - wanted), atol + RTOL * abs(wanted)
    return math.isfinite(abs(wanted)) and bool(difference <= allowed)


def are_alike(got: Any, wanted: Any, atol: float) -> bool:
    """Whether two results count as the same for a task without a rule of its own."""
    if got == wanted:
        return True
    tolerance = ATOL_OF_FLOATS if atol == 0 and is_floats(wanted) else atol
    return tolerance != 0 and type(got) is type(wanted) and is_close(got, wanted, tolerance)


def is_a_root(got: Any, coefficients: list[float], atol: float) -> bool:
    """HumanEval/32: whether the polynomial with these coefficients is zero there."""
    return bool(abs(sum(factor * math.pow(got, power) for power, factor in enumerate(coefficients))) <= atol)


def surface_of_pyramid(base: float, height: float) -> int:
    """Mbpp/581, with the height taken for that of the pyramid, not of its sides."""
    return round(base * base + 2 * base * math.sqrt(base * base / 4 + height * height))


def sum_of_digit_distances(first: int, second: int) -> int:
    """Mbpp/558, digit by digit from the right, missing digits as zeros."""
    digits = zip_longest(reversed(str(first)), reversed(str(second)), fillvalue="0")
    return sum(abs(int(digit) - int(other)) for digit, other in digits)


def fits_mbpp(name: str, got: Any, wanted: Any, arguments: Arguments, atol: float) -> bool:
    """Whether a result fits a task of MBPP by the name of its function, or by the usual rule."""
    if name in AS_NOT_NONE:
        found: bool = got if isinstance(got, bool) else got is not None
        return found is (wanted is not None)
    if are_alike(got, wanted, atol):
        return True
    return (
        (name in AS_SETS and set(got) == set(wanted))
        or name == "are_equivalent"  # Mbpp/164 has no result that is wrong
        or (name == "sum_div" and bool(got == 0))
        or (name == "surface_Area" and bool(abs(got - surface_of_pyramid(*arguments())) <= atol))
        or (name == "digit_distance_nums" and bool(got == sum_of_digit_distances(*arguments())))
    )


def fits(name: str, task: int | None, got: Any, wanted: Any, arguments: Arguments, atol: float) -> bool:
    """Whether a result of the function `name` counts as right."""
    if task is not None:
        return fits_mbpp(name, got, wanted, arguments, atol)
    if name == "find_zero":
        return is_a_root(got, arguments()[0], atol)
    return are_alike(got, wanted, atol)


def comparer(reference: str, name: str, task: int | None, atol: float) -> Callable[[Any, str], bool]:
    """The function that compares one call of a solution with the same call of the reference solution.

    `task` is the number of a task of MBPP, or None for one of HumanEval.
    """
    names: dict[str, Any] = {"__name__": "reference"}
    exec(reference, names)

    def agrees(function: Any, text: str) -> bool:
        def arguments() -> list[Any]:  # each time anew: either side may change what it gets
            return mended(task, json.loads(text))

        wanted = names[name](*arguments())
        got = function(*arguments())
        if not fits(name, task, got, wanted, arguments, atol):
            raise AssertionError(f"expected {shown(wanted)}, got {shown(got)}")
        return True

    return agrees


def shown(value: Any) -> str:
    """A value for a message."""
    text = repr(value)
    return text if len(text) <= 200 else text[:200] + "…"
