"""One task out of its plan: function, assertions, example and prompt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from halo_forge.problems.composed.asserts import chosen
from halo_forge.problems.composed.chains import Plan
from halo_forge.problems.composed.draw import Draw
from halo_forge.problems.composed.mutants import Function, careless, function_of, slips
from halo_forge.problems.composed.operations import Form, Kind
from halo_forge.problems.composed.program import written
from halo_forge.problems.composed.sources import SOURCES, Arguments, arguments
from halo_forge.problems.composed.wording import function_name, prompt

_TRIED = 200  # arguments on which a wrong version may differ


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
    """The task, or ``None`` where one of the steps changes nothing or the answer is always the same."""
    name = function_name(plan)
    solution = written(name, plan.names, plan.kind, plan.steps)
    function = function_of(solution, name)
    pool = _pool(plan, name)
    required = chain(careless(len(pool[0])), _with_a_step_less(plan, name))
    places = chosen(function, required, slips(solution, name), pool)
    if places is None:
        return None
    calls = {place: f"{name}({', '.join(map(repr, pool[place]))})" for place in places}
    results = {place: function(*pool[place]) for place in places}
    example = max(places, key=lambda place: (_tells(pool[place], results[place]), -len(calls[place])))
    return Task(
        name,
        prompt(plan, name, calls[example], repr(results[example])),
        "dicts" if plan.steps[-1][0].form is Form.KEYED else SOURCES[plan.kind].category,
        plan.concept,
        solution,
        "".join(f"assert {calls[place]} {_compared(results[place])}\n" for place in places),
    )


def _compared(result: object) -> str:
    return f"is {result}" if isinstance(result, bool) else f"== {result!r}"


def _pool(plan: Plan, name: str) -> Sequence[Arguments]:
    parameters = [value for _, chosen in plan.steps for value in chosen]
    near = tuple(value for value in parameters if isinstance(value, int))
    capitals = all(operation.takes is not Kind.WORDS and operation.gives is not Kind.WORDS for operation, _ in plan.steps)
    return arguments(plan.kind, Draw(f"{name} {plan.names[0]}"), near, capitals=capitals, count=_TRIED)


def _with_a_step_less(plan: Plan, name: str) -> Iterator[Function]:
    """The function without one of its steps, where the others still fit together."""
    for place in range(len(plan.steps)):
        left = plan.steps[:place] + plan.steps[place + 1 :]
        kinds = [plan.kind] + [operation.gives for operation, _ in left]
        if left and all(operation.takes is kind for (operation, _), kind in zip(left, kinds, strict=False)):
            yield function_of(written(name, plan.names, plan.kind, left), name)


def _tells(argument: Arguments, result: object) -> int:
    """How much an example says: little, where there is little to see in it."""
    size = len(argument[0]) if isinstance(argument[0], (list, str, dict)) else 3
    few, many = (8, 24) if isinstance(argument[0], str) else (3, 5)
    changed = result not in argument and result not in ([], {}, "", 0)
    return 2 * changed + (few <= size <= many) + (size > 0)
