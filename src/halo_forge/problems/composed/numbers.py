"""Operations on a whole number, and those that make one of two numbers or numbers of one."""

from __future__ import annotations

from halo_forge.problems.composed.operations import Family, Form, Kind, Operation, one

_N, _S = Kind.NUMBER, Kind.NUMBERS

OPERATIONS = (
    Operation("add", _N, _N, "{x} + {p}", "adds {p} to {it}", "plus_{p}", family=Family.ADD, choices=one(3, 5, 7, 10)),
    Operation(
        "subtract", _N, _N, "{x} - {p}", "subtracts {p} from {it}", "minus_{p}",
        family=Family.ADD, choices=one(2, 4, 6, 9),
    ),
    Operation(
        "multiply", _N, _N, "{x} * {p}", "multiplies {it} by {p}", "times_{p}",
        family=Family.SCALE, choices=one(3, 4, 5, 10),
    ),
    Operation("double", _N, _N, "{x} * 2", "doubles {it}", "doubled", family=Family.SCALE),
    Operation("square", _N, _N, "{x} ** 2", "squares {it}", "squared"),
    Operation("negate", _N, _N, "-{x}", "changes the sign of {it}", "negated", family=Family.SIGN),
    Operation("absolute", _N, _N, "abs({r})", "takes the absolute value of {it}", "absolute", family=Family.SIGN),
    Operation(
        "remainder", _N, _N, "{x} % {p}", "takes the remainder of {it} divided by {p} (Python's `%`)", "mod_{p}",
        choices=one(3, 4, 5, 7),
    ),
    Operation(
        "at-least", _N, _N, "max({r}, {p})", "replaces {it} by {p} if {it} is less than {p}", "at_least_{p}",
        family=Family.PART, choices=one(0, 5, 10),
    ),
    Operation(
        "at-most", _N, _N, "min({r}, {p})", "replaces {it} by {p} if {it} is greater than {p}", "at_most_{p}",
        family=Family.PART, choices=one(8, 10, 20),
    ),
    Operation("is-even", _N, Kind.FINAL, "{x} % 2 == 0", "", "is_even", "`True` if {it} is even, otherwise `False`"),
    Operation(
        "is-multiple", _N, Kind.FINAL, "{x} % {p} == 0", "", "is_multiple_of_{p}",
        "`True` if {it} is a multiple of {p}, otherwise `False`", choices=one(3, 4, 5),
    ),
    Operation(
        "is-greater", _N, Kind.FINAL, "{r} > {p}", "", "is_over_{p}",
        "`True` if {it} is greater than {p}, otherwise `False`", choices=one(5, 10, 12, 20),
    ),
    Operation(
        "is-less", _N, Kind.FINAL, "{r} < {p}", "", "is_under_{p}",
        "`True` if {it} is less than {p}, otherwise `False`", choices=one(0, 6, 10, 15),
    ),
    Operation(
        "choose-by-sign", _N, Kind.FINAL, "'minus' if {x} < 0 else 'plus'", "", "sign_word",
        "the text `'minus'` if {it} is less than 0, otherwise the text `'plus'`",
    ),
    Operation(
        "choose-by-parity", _N, Kind.FINAL, "'even' if {x} % 2 == 0 else 'odd'", "", "parity_word",
        "the text `'even'` if {it} is even, otherwise the text `'odd'`",
    ),
    Operation("sum-of-two", Kind.PAIR, _N, "{a} + {b}", "adds them", "sum", "their sum"),
    Operation("product-of-two", Kind.PAIR, _N, "{a} * {b}", "multiplies them", "product", "their product"),
    Operation(
        "difference-of-two", Kind.PAIR, _N, "{a} - {b}", "subtracts the second from the first", "difference",
        "the first minus the second",
    ),
    Operation("larger-of-two", Kind.PAIR, _N, "max({a}, {b})", "takes the larger one", "larger", "the larger one"),
    Operation("smaller-of-two", Kind.PAIR, _N, "min({a}, {b})", "takes the smaller one", "smaller", "the smaller one"),
    Operation(
        "digits", Kind.DIGITS, _S, "str({r})", "splits it into its digits", "digits",
        form=Form.SPREAD, element="int({x})", variable="d", returns="the list of its digits, from left to right",
    ),
    Operation(
        "count-up", Kind.LAST, _S, "range(1, {x} + 1)", "looks at the whole numbers from 1 up to and including it",
        "up_to", form=Form.SPREAD, element="{x}", variable="i",
        returns="the list of the whole numbers from 1 up to and including it",
    ),
)  # fmt: skip
