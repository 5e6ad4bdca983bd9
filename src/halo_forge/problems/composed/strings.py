"""Operations on a text and on a list of words."""

from __future__ import annotations

from halo_forge.problems.composed.operations import Family, Form, Kind, Operation, Parameters, one

_T, _W = Kind.TEXT, Kind.WORDS
_LETTERS = one("a", "e", "o", "s")


def _keep(name: str, code: str, does: str, word: str, choices: tuple[Parameters, ...] = ((),)) -> Operation:
    return Operation(name, _W, _W, code, does, word, form=Form.KEEP, family=Family.KEEP, choices=choices)


def _each(name: str, code: str, does: str, word: str, choices: tuple[Parameters, ...] = ((),)) -> Operation:
    return Operation(name, _W, _W, code, does, word, form=Form.EACH, family=Family.EACH, choices=choices)


TEXTS = (
    Operation(
        "remove-letter", _T, _T, '{x}.replace("{p}", "")', "removes every `{p}` from {it}", "without_{p}",
        choices=_LETTERS,
    ),
    Operation(
        "remove-spaces", _T, _T, '{x}.replace(" ", "")', "removes all spaces from {it}", "without_spaces",
    ),
    Operation(
        "replace-letter", _T, _T, '{x}.replace("{p}", "{q}")', "replaces every `{p}` in {it} by `{q}`", "{p}_to_{q}",
        choices=(("a", "o"), ("e", "i"), ("o", "u"), ("s", "z")),
    ),
    Operation(
        "replace-spaces", _T, _T, '{x}.replace(" ", "{p}")', "replaces every space in {it} by `{p}`", "spaces_replaced",
        choices=one("-", "_", "."),
    ),
    Operation(
        "upper", _T, _T, "{x}.upper()", "turns {it} into upper case", "upper", family=Family.CASE
    ),
    Operation(
        "lower", _T, _T, "{x}.lower()", "turns {it} into lower case", "lower", family=Family.CASE
    ),
    Operation("reverse-text", _T, _T, "{x}[::-1]", "reverses {it}", "reversed", family=Family.ORDER),
    Operation(
        "take-start", _T, _T, "{x}[:{p}]", "takes the first {p} characters of {it} (all, if there are fewer)",
        "first_{p}", family=Family.PART, choices=one(2, 3, 4, 5),
    ),
    Operation(
        "take-end", _T, _T, "{x}[-{p}:]", "takes the last {p} characters of {it} (all, if there are fewer)",
        "last_{p}", family=Family.PART, choices=one(2, 3, 4),
    ),
    Operation("repeat", _T, _T, "{x} * {p}", "repeats {it} {p} times", "repeated_{p}", choices=one(2, 3)),
    Operation(
        "append", _T, _T, '{x} + "{p}"', "adds `{p}` at the end of {it}", "with_end", family=Family.ADD,
        choices=one("!", "?", "..."),
    ),
    Operation(
        "put-in-front", _T, _T, '"{p}" + {x}', "puts `{p}` in front of {it}", "with_start", family=Family.ADD,
        choices=one(">", "#", "*"),
    ),
    Operation(
        "length", _T, Kind.NUMBER, "len({r})", "computes the length of {it}", "length", "the length of {it}",
    ),
    Operation(
        "count-letter", _T, Kind.NUMBER, '{x}.count("{p}")', "counts how often `{p}` occurs in {it}", "count_of_{p}",
        "how often `{p}` occurs in {it}", choices=_LETTERS,
    ),
    Operation(
        "count-vowels", _T, Kind.NUMBER, "sum({g})", "counts the letters `aeiou` in {it}", "vowel_count",
        "how many letters of {it} are among `aeiou`", element='{x} in "aeiou"',
    ),
    Operation(
        "starts-with", _T, Kind.FINAL, '{x}.startswith("{p}")', "", "starts_with_{p}",
        "`True` if {it} starts with `{p}`, otherwise `False`", choices=one("a", "s", "t"),
    ),
    Operation(
        "ends-with", _T, Kind.FINAL, '{x}.endswith("{p}")', "", "ends_with_{p}",
        "`True` if {it} ends with `{p}`, otherwise `False`", choices=one("e", "s", "t"),
    ),
    Operation(
        "contains-letter", _T, Kind.FINAL, '"{p}" in {x}', "", "has_{p}",
        "`True` if {it} contains `{p}`, otherwise `False`", choices=_LETTERS,
    ),
    Operation(
        "is-longer", _T, Kind.FINAL, "len({r}) > {p}", "", "is_longer_than_{p}",
        "`True` if {it} has more than {p} characters, otherwise `False`", choices=one(3, 5, 8),
    ),
    Operation(
        "is-palindrome", _T, Kind.FINAL, "{x} == {x}[::-1]", "", "is_palindrome",
        "`True` if {it} reads the same backwards, otherwise `False` (an empty text does)",
    ),
    Operation(
        "split-words", _T, _W, "{x}.split()", "splits {it} into words at the spaces", "words",
        "the list of the words in {it}, which are separated by spaces",
    ),
)  # fmt: skip

WORDS = (
    _keep("keep-longer", "len({r}) > {p}", "keeps those with more than {p} letters", "longer_than_{p}", one(2, 3, 4)),
    _keep("keep-shorter", "len({r}) < {p}", "keeps those with fewer than {p} letters", "shorter_than_{p}", one(4, 5)),
    _keep("keep-of-length", "len({r}) == {p}", "keeps those with exactly {p} letters", "with_{p}_letters", one(3, 4)),
    _keep("keep-starting", '{x}.startswith("{p}")', "keeps those that start with `{p}`", "starting_with_{p}", _LETTERS),
    _keep("keep-ending", '{x}.endswith("{p}")', "keeps those that end with `{p}`", "ending_with_{p}", one("e", "t")),
    _keep("keep-containing", '"{p}" in {x}', "keeps those that contain `{p}`", "with_{p}", _LETTERS),
    _keep("keep-lacking", '"{p}" not in {x}', "removes those that contain `{p}`", "without_{p}", _LETTERS),
    _each("upper-each", "{x}.upper()", "turns each of them into upper case", "upper"),
    _each("reverse-each", "{x}[::-1]", "reverses the letters of each of them", "backwards"),
    _each("start-of-each", "{x}[:{p}]", "cuts each of them after its first {p} letters", "cut_at_{p}", one(2, 3)),
    _each("append-to-each", '{x} + "{p}"', "adds `{p}` at the end of each of them", "with_{p}", one("s", "er")),
    Operation(
        "lengths", _W, Kind.NUMBERS, "len({r})", "replaces each of them by its length", "lengths",
        "the list of their lengths", form=Form.EACH, family=Family.EACH,
    ),
    Operation(
        "sort-words", _W, _W, "sorted({g})", "sorts them alphabetically", "sorted",
        "the list of them, sorted alphabetically", family=Family.ORDER,
    ),
    Operation(
        "reverse-words", _W, _W, "{x}[::-1]", "reverses the order of the words", "reversed",
        "the list of them in reversed order", family=Family.ORDER,
    ),
    Operation(
        "take-first-words", _W, _W, "{x}[:{p}]", "takes the first {p} of them (all, if there are fewer)", "first_{p}",
        "the list of the first {p} of them (all, if there are fewer)", family=Family.PART, choices=one(2, 3),
    ),
    Operation(
        "distinct-words", _W, _W, "list(dict.fromkeys({g}))", "removes repeated ones (keeping the first of each)",
        "distinct", "the list of them without repeated ones (keeping the first of each)", family=Family.PART,
    ),
    Operation("count-words", _W, Kind.NUMBER, "len({r})", "counts them", "count", "how many there are"),
    Operation(
        "count-word", _W, Kind.NUMBER, '{x}.count("{p}")', "counts how often `{p}` is among them", "count_of_{p}",
        "how often the word `{p}` is among them", choices=one("cat", "tea", "sun"),
    ),
    Operation(
        "join", _W, _T, '"{p}".join({g})', "joins them with `{p}` in between", "joined",
        "one text: all of them joined with `{p}` in between", choices=one("-", "+", ", "),
    ),
    Operation(
        "join-directly", _W, _T, '"".join({g})', "joins them with nothing in between", "joined",
        "one text: all of them joined with nothing in between",
    ),
    Operation(
        "longest", _W, _T, 'max({r}, key=len, default="")',
        "takes the longest one (of equally long ones the first; an empty text if there is none)",
        "longest", "the longest one (of equally long ones the first), or an empty text if there is none",
    ),
    Operation(
        "any-starting", _W, Kind.FINAL, "any({g})", "", "any_starting_with_{p}",
        "`True` if any of them starts with `{p}`, otherwise `False`", element='{x}.startswith("{p}")', choices=_LETTERS,
    ),
    Operation(
        "all-longer", _W, Kind.FINAL, "all({g})", "", "all_longer_than_{p}",
        "`True` if all of them have more than {p} letters, otherwise `False` (`True` if there are none)",
        element="len({r}) > {p}", choices=one(2, 3, 4),
    ),
)  # fmt: skip

OPERATIONS = TEXTS + WORDS
