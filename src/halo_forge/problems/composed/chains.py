"""Which operations follow each other, and in which order the tasks come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from halo_forge.problems.composed import dicts, lists, numbers, strings
from halo_forge.problems.composed.draw import Draw
from halo_forge.problems.composed.operations import Family, Form, Kind, Operation
from halo_forge.problems.composed.program import Steps
from halo_forge.problems.composed.sources import SOURCES

_OPERATIONS = numbers.OPERATIONS + lists.OPERATIONS + strings.OPERATIONS + dicts.OPERATIONS
_TAKING = {kind: [operation for operation in _OPERATIONS if operation.takes is kind] for kind in Kind}
_CONVERTING = ("digits", "count-up", "split-words")  # not counted as a step
_MOST_VARIANTS = 5
_APART = 0.3  # how far variants of a concept stand apart, where concepts are spread from 0 to 1
# Where tasks begin and how far they reach, from the easiest on: a model of 135 million parameters, of whose answers to
# those with one step a quarter was right, and to those with two one in thirty, is to find something to learn from.
_ONE, _TWO, _THREE, _CONVERTED = 0.3, 0.5, 0.9, 0.05
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
    draw = Draw("order")
    places: dict[str, list[tuple[float, int, Kind, Chain]]] = {category: [] for category in _TURNS}
    for kind in SOURCES:
        for chain in _chains(kind):
            found = places[category(kind, chain[-1])]
            place = _place(chain, draw)
            found += ((place + _APART * number, number, kind, chain) for number in range(_variants(kind, chain)))
    waiting = {name: iter(sorted(found, key=lambda planned: planned[:2])) for name, found in places.items()}
    while waiting:
        for name in _TURNS:
            planned = next(waiting.get(name, iter(())), None)
            if planned is not None:
                yield _plan(*planned[1:])
            else:
                waiting.pop(name, None)


def category(kind: Kind, last: Operation) -> str:
    """Of a task on `kind` that ends with `last`."""
    return "dicts" if last.form is Form.KEYED else SOURCES[kind].category


def _place(chain: Chain, draw: Draw) -> float:
    """Where a concept comes first: the easy ones sooner."""
    steps = _length(chain)
    later = {0: 0.0, 1: 0.0, 2: _TWO}.get(steps, _THREE)
    return draw.fraction() * (_ONE if steps <= 1 else 1.0) + later + (_CONVERTED if steps < len(chain) else 0.0)


def _variants(kind: Kind, chain: Chain) -> int:
    """How many tasks are made of one concept."""
    return min(_MOST_VARIANTS, max(len(SOURCES[kind].names), *(len(operation.choices) for operation in chain)))


def _plan(number: int, kind: Kind, chain: Chain) -> Plan:
    """One of the variants of a concept: no two of them have the same parameters and names."""
    draw = Draw(" ".join(operation.name for operation in chain))
    starts = [draw.number(0, len(operation.choices) - 1) for operation in chain]
    chosen = [
        operation.choices[(start + number) % len(operation.choices)]
        for operation, start in zip(chain, starts, strict=True)
    ]
    names = SOURCES[kind].names
    return Plan(kind, tuple(zip(chain, chosen, strict=True)), names[number % len(names)])


def _chains(kind: Kind) -> Iterator[Chain]:
    found: list[Chain] = [(operation,) for operation in _TAKING[kind]]
    while found:
        yield from found
        found = [
            (*chain, operation)
            for chain in found
            for operation in _TAKING[chain[-1].gives]
            if _is_short((*chain, operation)) and _follows(chain[-1], operation)
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
    """Whether anyone would ask for `other` after `one`."""
    if not one.does or one.name == other.name or other.name in _CONVERTING:
        return False
    if one.family is other.family and one.family is not Family.NONE:
        return False
    if one.name == "count-up" and other.gives is Kind.NUMBER:
        return other.name == "add-up"  # of the numbers from 1 to n, the largest is n
    # A number that is made of many has been worked for enough.
    return not (one.takes in (Kind.NUMBERS, Kind.DICT) and other.takes is other.gives is Kind.NUMBER)
