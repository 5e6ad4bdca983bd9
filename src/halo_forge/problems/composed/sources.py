"""What the functions of the tasks take: the words for it, names for it, and arguments to try."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from halo_forge.problems.composed.draw import Draw
from halo_forge.problems.composed.operations import Kind

Arguments = tuple[object, ...]

_WORDS = (
    "a", "also", "apple", "art", "bus", "cake", "cat", "egg", "elbow", "ends", "house", "idea", "it", "level", "mouse",
    "noon", "over", "ox", "see", "stone", "sun", "tea", "tests", "toast", "zoo",
)  # fmt: skip
_NAMES = ("alice", "amy", "ann", "ben", "bob", "brian", "maria", "max", "mia", "mo")
_MOST = {Kind.DIGITS: 4, Kind.LAST: 30}  # digits; the largest number


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of argument.

    Attributes:
        says: ``a list of whole numbers``.
        noun: for the name of a function of one step: ``numbers``.
        names: parameter lists to choose from; of a dict, also the names of a key and a value.
        category: of the problems.
    """

    says: str
    noun: str
    names: tuple[tuple[str, ...], ...]
    category: str


SOURCES = {
    Kind.NUMBERS: Source("a list of whole numbers", "numbers", (("numbers",), ("values",), ("items",)), "lists"),
    Kind.WORDS: Source("a list of words in lower case", "words", (("words",), ("names",), ("items",)), "lists"),
    Kind.TEXT: Source("a text", "text", (("text",), ("sentence",), ("line",)), "strings"),
    Kind.DICT: Source(
        "a dict from names to whole numbers", "entries",
        (("scores", "name", "score"), ("ages", "name", "age"), ("points", "key", "value")), "dicts",
    ),
    Kind.NUMBER: Source("a whole number", "number", (("number",), ("value",), ("x",)), "numbers"),
    Kind.PAIR: Source("two whole numbers", "two", (("a", "b"), ("x", "y"), ("first", "second")), "numbers"),
    Kind.DIGITS: Source("a whole number that is not negative", "number", (("number",), ("value",)), "numbers"),
    Kind.LAST: Source("a whole number that is not negative", "number", (("number",), ("last",), ("limit",)), "numbers"),
}  # fmt: skip


@cache
def arguments(kind: Kind, near: tuple[int, ...], *, capitals: bool, count: int) -> tuple[Arguments, ...]:
    """So many different arguments, edge cases first, as far as there are so many. They are not to be changed.

    Args:
        near: numbers that the task is about: these and their neighbours are drawn more often than others.
        capitals: some texts have capital letters; elsewhere a prompt would have to say whether they differ.
    """
    draw = Draw(f"{kind.name} {near}")
    interesting = tuple(number + step for number in near for step in (-1, 0, 1)) or (0, 1)
    make: dict[Kind, Callable[[int], Arguments]] = {
        Kind.NUMBERS: lambda size: ([_number(draw, interesting) for _ in range(size)],),
        Kind.WORDS: lambda size: ([draw.one_of(_WORDS) for _ in range(size)],),
        Kind.TEXT: lambda size: (_text(draw, size, capitals),),
        Kind.DICT: lambda size: ({draw.one_of(_NAMES): abs(_number(draw, interesting)) for _ in range(size)},),
        Kind.NUMBER: lambda size: (0 if size == 0 else _number(draw, interesting),),
        Kind.PAIR: lambda size: (_number(draw, interesting), _number(draw, interesting)),
        Kind.DIGITS: lambda size: (draw.number(0, 10 ** min(size, _MOST[Kind.DIGITS]) - 1),),
        Kind.LAST: lambda size: (min(size, 1) * draw.number(1, _MOST[Kind.LAST]),),
    }
    found: dict[str, Arguments] = {}
    for turn in range(2 * count):
        size = turn if turn < 2 else draw.number(1, 6)
        argument = make[kind](size)
        found.setdefault(repr(argument), argument)
        if len(found) == count:
            break
    return tuple(found.values())


def _number(draw: Draw, interesting: tuple[int, ...]) -> int:
    if draw.fraction() < 0.4:
        return draw.one_of(interesting)
    return draw.number(-9, 15) if draw.fraction() < 0.9 else draw.number(16, 40)


def _text(draw: Draw, size: int, capitals: bool) -> str:
    words = [draw.one_of(_WORDS) for _ in range(min(size, draw.number(1, 4)))]
    if capitals and draw.fraction() < 0.25:
        words = [word.capitalize() for word in words]
    text = " ".join(words)
    return text + text[::-1] if draw.fraction() < 0.05 else text
