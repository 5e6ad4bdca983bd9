"""The words of a task: its prompt and the name of its function."""

from __future__ import annotations

from halo_forge.problems.composed.chains import Plan
from halo_forge.problems.composed.operations import Kind, filled
from halo_forge.problems.composed.program import parameter_names
from halo_forge.problems.composed.sources import SOURCES

_RESULTS = {Kind.NUMBERS: "the resulting list", Kind.WORDS: "the resulting list", Kind.DICT: "the resulting dict"}


def function_name(plan: Plan) -> str:
    """``even_doubled_sum``; of one step ``sum_numbers``."""
    words = [filled(operation.word, parameters) for operation, parameters in plan.steps]
    if len(words) == 1:
        words.append(SOURCES[plan.kind].noun)
    return "_".join(words)


def prompt(plan: Plan, name: str, call: str, result: str) -> str:
    """What a model is asked; `call` and its `result` are the example."""
    last, parameters = plan.steps[-1]
    does = [
        filled(operation.does, chosen, it="it" if place == 0 else "the result")
        for place, (operation, chosen) in enumerate(plan.steps)
    ]
    if last.returns is None:
        returns = _RESULTS.get(last.gives, "the final result" if len(does) > 1 else "the result")
    else:
        returns = filled(last.returns, parameters, it="it" if len(does) == 1 else "the result")
        del does[-1]
    signature = f"{name}({', '.join(parameter_names(plan.kind, plan.names))})"
    steps = "".join((", " if place == 0 else ", then ") + step for place, step in enumerate(does))
    return (
        f"Write a Python function `{signature}` that takes {SOURCES[plan.kind].says}{steps} and returns {returns}. "
        f"For example, `{call}` returns `{result}`."
    )
