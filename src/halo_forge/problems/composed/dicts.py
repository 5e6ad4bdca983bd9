"""Operations on a dict from names to whole numbers, and those that make one."""

from __future__ import annotations

from halo_forge.problems.composed.operations import Family, Form, Kind, Operation, Parameters, one

_D = Kind.DICT


def _keep(name: str, code: str, does: str, word: str, choices: tuple[Parameters, ...] = ((),)) -> Operation:
    return Operation(name, _D, _D, code, does, word, form=Form.KEEP, family=Family.KEEP, choices=choices)


def _each(name: str, code: str, does: str, word: str, choices: tuple[Parameters, ...] = ((),)) -> Operation:
    return Operation(name, _D, _D, code, does, word, form=Form.EACH, family=Family.EACH, choices=choices)


OPERATIONS = (
    _keep(
        "keep-values-greater", "{r} > {p}", "keeps the entries whose value is greater than {p}", "over_{p}",
        one(3, 5, 10),
    ),
    _keep("keep-values-less", "{r} < {p}", "keeps the entries whose value is less than {p}", "under_{p}", one(5, 8)),
    _keep("keep-values-even", "{x} % 2 == 0", "keeps the entries whose value is even", "even"),
    _keep("keep-values-unlike", "{r} != {p}", "removes the entries whose value is {p}", "without_{p}", one(0, 1)),
    _keep(
        "keep-keys-starting", '{k}.startswith("{p}")', "keeps the entries whose key starts with `{p}`",
        "starting_with_{p}", one("a", "b", "m"),
    ),
    _keep(
        "keep-keys-longer", "len({k}) > {p}", "keeps the entries whose key has more than {p} letters",
        "longer_than_{p}", one(3, 4),
    ),
    _each("double-values", "{x} * 2", "doubles each value", "doubled"),
    _each("add-to-values", "{x} + {p}", "adds {p} to each value", "plus_{p}", one(1, 5, 10)),
    _each("multiply-values", "{x} * {p}", "multiplies each value by {p}", "times_{p}", one(3, 10)),
    _each("square-values", "{x} ** 2", "squares each value", "squared"),
    Operation(
        "sum-of-values", _D, Kind.NUMBER, "sum({g})", "adds up the values", "sum",
        "the sum of the values (0 if there are none)", element="{r}",
    ),
    Operation(
        "count-entries", _D, Kind.NUMBER, "len({r})", "counts the entries", "count", "how many entries there are"
    ),
    Operation(
        "largest-value", _D, Kind.NUMBER, "max({r}, default=0)", "takes the largest value (0 if there is none)",
        "largest", "the largest value, or 0 if there is none", element="{r}",
    ),
    Operation(
        "smallest-value", _D, Kind.NUMBER, "min({r}, default=0)", "takes the smallest value (0 if there is none)",
        "smallest", "the smallest value, or 0 if there is none", element="{r}",
    ),
    Operation(
        "sorted-keys", _D, Kind.WORDS, "sorted({g})", "makes a list of the keys (sorted alphabetically)", "sorted_keys",
        "the list of the keys, sorted alphabetically", element="{k}", family=Family.ORDER,
    ),
    Operation(
        "sorted-values", _D, Kind.NUMBERS, "sorted({g})",
        "makes a list of the values (sorted from smallest to largest)", "sorted_values",
        "the list of the values, sorted from smallest to largest", element="{r}", family=Family.ORDER,
    ),
    Operation(
        "length-by-word", Kind.WORDS, Kind.FINAL, "len({r})", "", "length_by_word",
        "a dict from each of these words to its length", form=Form.KEYED,
    ),
    Operation(
        "start-by-word", Kind.WORDS, Kind.FINAL, "{x}[0]", "", "start_by_word",
        "a dict from each of these words to its first letter", form=Form.KEYED,
    ),
    Operation(
        "square-by-number", Kind.NUMBERS, Kind.FINAL, "{x} ** 2", "", "square_by_number",
        "a dict from each of these numbers to its square", form=Form.KEYED,
    ),
)  # fmt: skip
