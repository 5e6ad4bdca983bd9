"""Operations on a list of whole numbers."""

from __future__ import annotations

from halo_forge.problems.composed.operations import Family, Form, Kind, Operation, Parameters, one

_N, _S = Kind.NUMBER, Kind.NUMBERS


def _keep(name: str, code: str, does: str, word: str, choices: tuple[Parameters, ...] = ((),)) -> Operation:
    return Operation(name, _S, _S, code, does, word, form=Form.KEEP, family=Family.KEEP, choices=choices)


def _each(name: str, code: str, does: str, word: str, choices: tuple[Parameters, ...] = ((),)) -> Operation:
    return Operation(name, _S, _S, code, does, word, form=Form.EACH, family=Family.EACH, choices=choices)


OPERATIONS = (
    _keep("keep-even", "{x} % 2 == 0", "keeps the even ones", "even"),
    _keep("keep-odd", "{x} % 2 == 1", "keeps the odd ones", "odd"),
    _keep("keep-multiples", "{x} % {p} == 0", "keeps the multiples of {p}", "multiples_of_{p}", one(3, 4, 5)),
    _keep("keep-greater", "{r} > {p}", "keeps those that are greater than {p}", "over_{p}", one(0, 3, 5, 8)),
    _keep("keep-less", "{r} < {p}", "keeps those that are less than {p}", "under_{p}", one(0, 4, 7, 10)),
    _keep("keep-unlike", "{r} != {p}", "removes those that are equal to {p}", "without_{p}", one(0, 1, 2, 5)),
    _keep(
        "keep-between", "{p} <= {r} <= {q}", "keeps those from {p} to {q} (both included)", "from_{p}_to_{q}",
        ((1, 5), (2, 8), (3, 9), (0, 10)),
    ),
    _each("double-each", "{x} * 2", "doubles each of them", "doubled"),
    _each("square-each", "{x} ** 2", "squares each of them", "squared"),
    _each("add-to-each", "{x} + {p}", "adds {p} to each of them", "plus_{p}", one(1, 2, 3, 10)),
    _each("subtract-from-each", "{x} - {p}", "subtracts {p} from each of them", "minus_{p}", one(1, 2, 5)),
    _each("multiply-each", "{x} * {p}", "multiplies each of them by {p}", "times_{p}", one(3, 4, 5, 10)),
    _each("absolute-each", "abs({r})", "replaces each of them by its absolute value", "absolute"),
    _each("negate-each", "-{x}", "changes the sign of each of them", "negated"),
    _each(
        "at-most-each", "min({r}, {p})", "replaces each that is greater than {p} by {p}", "at_most_{p}", one(3, 5, 8)
    ),
    Operation(
        "sort-up", _S, _S, "sorted({g})", "sorts them from smallest to largest", "sorted",
        "the list of them, sorted from smallest to largest", family=Family.ORDER,
    ),
    Operation(
        "sort-down", _S, _S, "sorted({r}, reverse=True)", "sorts them from largest to smallest", "sorted_down",
        "the list of them, sorted from largest to smallest", family=Family.ORDER,
    ),
    Operation(
        "reverse", _S, _S, "{x}[::-1]", "reverses their order", "reversed", "the list of them in reversed order",
        family=Family.ORDER,
    ),
    Operation(
        "take-first", _S, _S, "{x}[:{p}]", "takes the first {p} of them (all, if there are fewer)", "first_{p}",
        "the list of the first {p} of them (all, if there are fewer)", family=Family.PART, choices=one(2, 3, 4),
    ),
    Operation(
        "take-last", _S, _S, "{x}[-{p}:]", "takes the last {p} of them (all, if there are fewer)", "last_{p}",
        "the list of the last {p} of them (all, if there are fewer)", family=Family.PART, choices=one(2, 3),
    ),
    Operation(
        "drop-first", _S, _S, "{x}[1:]", "leaves out the first one", "without_first",
        "the list of all but the first one", family=Family.PART,
    ),
    Operation(
        "every-second", _S, _S, "{x}[::2]", "takes every second of them (beginning with the first)", "every_second",
        "the list of every second of them (beginning with the first)", family=Family.PART,
    ),
    Operation(
        "distinct", _S, _S, "list(dict.fromkeys({g}))", "removes repeated ones (keeping the first of each)", "distinct",
        "the list of them without repeated ones (keeping the first of each)", family=Family.PART,
    ),
    Operation("add-up", _S, _N, "sum({g})", "adds them up", "sum", "their sum (0 if there are none)"),
    Operation("count", _S, _N, "len({r})", "counts them", "count", "how many there are"),
    Operation(
        "largest", _S, _N, "max({r}, default=0)", "takes the largest one (0 if there is none)", "largest",
        "the largest one, or 0 if there is none",
    ),
    Operation(
        "smallest", _S, _N, "min({r}, default=0)", "takes the smallest one (0 if there is none)", "smallest",
        "the smallest one, or 0 if there is none",
    ),
    Operation(
        "count-value", _S, _N, "{x}.count({p})", "counts how often {p} is among them", "count_of_{p}",
        "how often {p} is among them", choices=one(0, 1, 2, 4),
    ),
    Operation(
        "contains", _S, Kind.FINAL, "{p} in {x}", "", "has_{p}", "`True` if {p} is among them, otherwise `False`",
        choices=one(0, 3, 4, 6),
    ),
    Operation(
        "all-greater", _S, Kind.FINAL, "all({g})", "", "all_over_{p}",
        "`True` if all of them are greater than {p}, otherwise `False` (`True` if there are none)",
        element="{r} > {p}", choices=one(0, 2, 5),
    ),
    Operation(
        "any-less", _S, Kind.FINAL, "any({g})", "", "any_under_{p}",
        "`True` if any of them is less than {p}, otherwise `False`",
        element="{r} < {p}", choices=one(0, 3, 5),
    ),
    Operation(
        "any-even", _S, Kind.FINAL, "any({g})", "", "any_even", "`True` if any of them is even, otherwise `False`",
        element="{x} % 2 == 0",
    ),
)  # fmt: skip
