"""One task out of its plan: function, assertions, example and prompt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from halo_forge.problems.composed.asserts import FIRST_TRIED, chosen, outcome
from halo_forge.problems.composed.chains import Plan, category
from halo_forge.problems.composed.draw import Draw
from halo_forge.problems.composed.mutants import Function, careless, function_of, slips
from halo_forge.problems.composed.operations import Family, Kind
from halo_forge.problems.composed.program import written
from halo_forge.problems.composed.sources import Arguments, arguments
from halo_forge.problems.composed.wording import function_name, prompt

_TRIED = 200  # arguments on which a wrong version may differ
_EDGES = 2  # an empty argument and one of one element


@dataclass(frozen=True, slots=True)
class Task:
    """What becomes a problem; fields as in `Problem`, `name` is the function's."""

    name: str
    prompt: str
    category: str
    concept: str
    solution: str
    tests: str


def made(plan: Plan) -> Task | None:
    """The task, or ``None`` for one that nobody needs.

    That is where a step changes nothing, where the answer is always the same, and where two steps can change places:
    only one of the two orders is a task then, or they would be two concepts for one and the same thing.
    """
    name = function_name(plan)
    solution = written(name, plan.names, plan.kind, plan.steps)
    function = function_of(solution, name)
    pool = _pool(plan, name)
    if any(_same(function, other, pool) for other in _with_steps_exchanged(plan, name)):
        return None
    required = chain(careless(len(pool[0])), _with_a_step_less(plan, name))
    places = chosen(function, required, slips(solution, name), pool)
    if places is None:
        return None
    calls = {place: f"{name}({', '.join(map(repr, pool[place]))})" for place in places}
    results = {place: function(*pool[place]) for place in places}
    example = max(places, key=lambda place: (_is_plain(pool[place], results[place]), places[place], -len(calls[place])))
    return Task(
        name,
        prompt(plan, name, calls[example], repr(results[example])),
        category(plan.kind, plan.steps[-1][0]),
        plan.concept,
        solution,
        "".join(f"assert {calls[place]} {_compared(results[place])}\n" for place in places),
    )


def _with_steps_exchanged(plan: Plan, name: str) -> Iterator[Function]:
    """The function with two neighbouring steps exchanged, where that fits and they would then stand in order."""
    for place, ((one, _), (other, _)) in enumerate(pairwise(plan.steps)):
        if one.takes is one.gives is other.takes is other.gives and other.name < one.name:
            exchanged = (*plan.steps[:place], plan.steps[place + 1], plan.steps[place], *plan.steps[place + 2 :])
            yield function_of(written(name, plan.names, plan.kind, exchanged), name)


def _same(one: Function, other: Function, pool: Sequence[Arguments]) -> bool:
    return all(outcome(one, arguments) == outcome(other, arguments) for arguments in pool)


def _compared(result: object) -> str:
    return f"is {result}" if isinstance(result, bool) else f"== {result!r}"


def _pool(plan: Plan, name: str) -> Sequence[Arguments]:
    """The arguments for its kind, those behind the edge cases in an order of its own."""
    near = tuple(value for _, parameters in plan.steps for value in parameters if isinstance(value, int))
    capitals = plan.kind is Kind.TEXT and any(operation.family is Family.CASE for operation, _ in plan.steps)
    pool = list(arguments(plan.kind, near, capitals=capitals, count=_TRIED))
    draw = Draw(f"{name} {plan.names[0]}")
    for place in range(_EDGES, min(FIRST_TRIED, len(pool))):
        other = draw.number(place, len(pool) - 1)
        pool[place], pool[other] = pool[other], pool[place]
    return pool


def _with_a_step_less(plan: Plan, name: str) -> Iterator[Function]:
    """The function without one of its steps, where the others still fit together."""
    for place in range(len(plan.steps)):
        left = plan.steps[:place] + plan.steps[place + 1 :]
        kinds = [plan.kind] + [operation.gives for operation, _ in left]
        if left and all(operation.takes is kind for (operation, _), kind in zip(left, kinds, strict=False)):
            yield function_of(written(name, plan.names, plan.kind, left), name)


def _is_plain(argument: Arguments, result: object) -> bool:
    """Whether it makes a good example: neither short nor long, with a result in which there is something to see."""
    first = argument[0]
    few, many = (8, 24) if isinstance(first, str) else (3, 5)
    fits = few <= len(first) <= many if isinstance(first, (list, str, dict)) else first != 0
    return fits and result not in argument and result not in ([], {}, "", 0)
