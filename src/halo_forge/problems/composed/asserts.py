"""Few assertions that tell a function from its wrong versions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from halo_forge.problems.composed.mutants import Function
from halo_forge.problems.composed.sources import Arguments

FEWEST, MOST = 6, 8
FIRST_TRIED = 32  # of the arguments; those behind them only where a mutant survives these
_LONGEST = 60  # characters of arguments and result that are preferred


def outcome(function: Function, arguments: Arguments) -> object:
    """What it returns, or the type of what it raises."""
    try:
        return function(*arguments)
    except Exception as error:
        return type(error)


def chosen(
    function: Function, required: Iterable[Function], others: Iterable[Function], pool: Sequence[Arguments]
) -> dict[int, int] | None:
    """A few places in `pool`; at one of them at least, each wrong version gives something else.

    The first of the pool, its edge case, is among them. One of `others` that no argument tells from the function counts
    as the same function.

    Returns:
        `FEWEST` to `MOST` places in rising order, each with the number of wrong versions that it shows. ``None`` where
        one of `required` cannot be told from the function, or where so few places do not do.
    """
    right = [outcome(function, arguments) for arguments in pool]
    found: list[frozenset[int]] = []
    for needed, versions in ((True, required), (False, others)):
        for version in versions:
            told = _told_apart(version, right, pool)
            if told:
                found.append(told)
            elif needed:
                return None
    places = _few(found, lambda place: len(repr(pool[place])) + len(repr(right[place])), right)
    if not FEWEST <= len(places) <= MOST:
        return None
    return {place: sum(place in told for told in found) for place in sorted(places)}


def _told_apart(version: Function, right: Sequence[object], pool: Sequence[Arguments]) -> frozenset[int]:
    first = frozenset(
        place for place in range(min(FIRST_TRIED, len(pool))) if outcome(version, pool[place]) != right[place]
    )
    if first:
        return first
    later = range(FIRST_TRIED, len(pool))
    return frozenset([place for place in later if outcome(version, pool[place]) != right[place]][:1])


def _few(found: list[frozenset[int]], length: Callable[[int], int], right: Sequence[object]) -> list[int]:
    """A small set of places that meets each of `found`, short ones first: greedily, which is near the smallest."""
    places = [0]
    left = [told for told in found if 0 not in told]
    while left:
        counts: dict[int, int] = {}
        for told in left:
            for place in told:
                counts[place] = counts.get(place, 0) + 1
        best = min(counts, key=lambda place: (length(place) > _LONGEST, -counts[place], length(place), place))
        places.append(best)
        left = [told for told in left if best not in told]
    seen = [right[place] for place in places]
    rest = [place for place in range(min(FIRST_TRIED, len(right))) if place not in places]
    rest.sort(key=lambda place: (right[place] in seen, length(place) > _LONGEST, place))
    return places + rest[: max(0, FEWEST - len(places))]
