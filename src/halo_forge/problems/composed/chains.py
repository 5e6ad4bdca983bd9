"""Which operations follow each other, and in which order the tasks come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from halo_forge.problems.composed import dicts, lists, numbers, strings
from halo_forge.problems.composed.draw import Draw
from halo_forge.problems.composed.operations import Family, Form, Kind, Operation
from halo_forge.problems.composed.program import Steps
from halo_forge.problems.composed.sources import SOURCES

_OPERATIONS = numbers.OPERATIONS + lists.OPERATIONS + strings.OPERATIONS + dicts.OPERATIONS
_RANK = {operation.name: rank for rank, operation in enumerate(_OPERATIONS)}
_CONVERTING = ("digits", "count-up", "split-words")  # not counted as a step
_MOST_VARIANTS = 6
_TURNS = ("lists", "strings", "numbers", "lists", "strings", "dicts", "lists", "numbers", "strings", "dicts")

Chain = tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A task to be.

    Attributes:
        names: of the parameters, see `Source`.
    """

    kind: Kind
    steps: Steps
    names: tuple[str, ...]

    @property
    def concept(self) -> str:
        """The operations without their parameters."""
        return ", ".join(operation.name for operation, _ in self.steps)


def plans() -> Iterator[Plan]:
    """All tasks, mixed: a short list of them has something of everything, and a longer one begins with it."""
    waiting = {category: iter(found) for category, found in _by_category().items()}
    while waiting:
        for category in _TURNS:
            plan = next(waiting.get(category, iter(())), None)
            if plan is not None:
                yield plan
            else:
                waiting.pop(category, None)


def _by_category() -> dict[str, list[Plan]]:
    draw = Draw("order")
    keyed: dict[str, list[tuple[float, int, Plan]]] = {}
    for kind, source in SOURCES.items():
        for chain in _chains(kind):
            place = _place(chain, draw)
            category = "dicts" if chain[-1].form is Form.KEYED else source.category
            for number, plan in enumerate(_variants(kind, chain, draw)):
                found = keyed.setdefault(category, [])
                found.append((place + 0.05 * number, len(found), plan))
    return {category: [plan for _, _, plan in sorted(found, key=lambda f: f[:2])] for category, found in keyed.items()}


def _place(chain: Chain, draw: Draw) -> float:
    """Where a concept comes first: the easy ones sooner."""
    steps = _length(chain)
    return draw.fraction() * (0.3 if steps <= 1 else 1.0) + (0.5 if steps > 2 else 0.0)


def _variants(kind: Kind, chain: Chain, draw: Draw) -> Iterator[Plan]:
    choices = list(product(*(operation.choices for operation in chain)))
    names = SOURCES[kind].names
    for number in range(min(_MOST_VARIANTS, max(len(choices), len(names)))):
        if number % len(choices) == 0:
            left = list(choices)
        chosen = left.pop(draw.number(0, len(left) - 1))
        yield Plan(kind, tuple(zip(chain, chosen, strict=True)), names[number % len(names)])


def _chains(kind: Kind) -> Iterator[Chain]:
    found: list[Chain] = [(operation,) for operation in _OPERATIONS if operation.takes is kind]
    while found:
        yield from found
        found = [
            (*chain, operation)
            for chain in found
            for operation in _OPERATIONS
            if _follows(chain[-1], operation) and _is_short((*chain, operation))
        ]


def _length(chain: Chain) -> int:
    return sum(operation.name not in _CONVERTING for operation in chain)


def _is_short(chain: Chain) -> bool:
    """Two steps, or the one pattern of three that is easy: keep some, change each, make one thing of them."""
    steps = [operation for operation in chain if operation.name not in _CONVERTING]
    if len(steps) < 3:
        return len(chain) < 4
    return (
        len(steps) == len(chain) == 3
        and steps[0].form is Form.KEEP
        and steps[1].form is Form.EACH
        and steps[2].name in ("add-up", "largest", "sort-up", "join", "sort-words", "sum-of-values")
    )


def _follows(one: Operation, other: Operation) -> bool:
    """Whether `other` may follow: it fits, and the other way round it would not be the same task."""
    if one.gives is not other.takes or not one.does or one.name == other.name:
        return False
    if one.family is other.family and one.family is not Family.NONE:
        return False
    if other.name in _CONVERTING:
        return False  # they come first
    by_element = other.form in (Form.KEEP, Form.EACH, Form.KEYED)
    if one.name == "count-up" and not by_element and other.name not in ("add-up", "sort-down"):
        return False  # the largest of 1 to n: nobody asks for that
    if one.family is Family.ORDER and (other.orderless or by_element):
        return False
    if one.family is Family.PART and other.form is Form.EACH:
        return False
    if one.gives is Kind.TEXT and one.orderless and other.gives is Kind.TEXT and other.orderless:
        return _RANK[one.name] < _RANK[other.name]
    if other.gives is Kind.NUMBER and one.takes in (Kind.NUMBERS, Kind.DICT) and other.takes is Kind.NUMBER:
        return False
    return not (other.family is Family.SIGN and (one.family is Family.SCALE or one.name == "square"))
