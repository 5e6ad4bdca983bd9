"""MultiPL-E: HumanEval and MBPP in other languages.

Cassano et al., "MultiPL-E: A Scalable and Polyglot Approach to Benchmarking Neural Code Generation", 2022,
arXiv:2208.08227. Keys ``name``, ``language``, ``prompt``, ``tests``, and perhaps ``stop_tokens``, which
cut the completions of base models. The published files have no reference solutions; one that is there, as a completion
under ``canonical_solution``, is taken.

The prompt ends inside the function that is to be written, and the tests go on from there, most of them with its closing
brace. A problem's id is its ``name``; its `Problem.entry_point` is the function of that name, as the language
spells it.
"""

from __future__ import annotations

import re

from pydantic import BaseModel

from halo_forge.problems.base import Format
from halo_forge.problems.fields import STRICT, Characters, Label, Text, checked
from halo_forge.problems.lines import Record, Source
from halo_forge.problems.wording import shown
from halo_forge.types import JSONObject, Language, Problem, SampleForm

LANGUAGES: dict[str, Language] = {
    "cpp": Language.CPP,
    "cs": Language.CSHARP,
    "go": Language.GO,
    "go_test.go": Language.GO,
    "java": Language.JAVA,
    "js": Language.JAVASCRIPT,
    "py": Language.PYTHON,
    "rs": Language.RUST,
    "sh": Language.BASH,
    "ts": Language.TYPESCRIPT,
}
OURS = frozenset({"id", "entry_point", "framework", "prompt_is_code"})  # halo-forge's own keys that tell it apart
KNOWN = frozenset({"doctests", "original", "prompt_terminology"})


class MultiplERecord(BaseModel):
    """One problem."""

    model_config = STRICT

    name: Label
    language: Label
    prompt: Text
    tests: Text
    stop_tokens: list[Characters] = []
    canonical_solution: Text | None = None


def to_problem(record: Record, source: Source) -> Problem:
    """One record as a problem.

    Raises:
        ProblemFileError: a field is missing or wrong, or the language is none that can be judged.
    """
    fields = checked(MultiplERecord, record, source)
    if fields.language not in LANGUAGES:
        what = f"MultiPL-E's {shown(fields.language)} cannot be judged; these can: {', '.join(LANGUAGES)}"
        raise source.bad(what, record)
    entry_point = _entry_point(fields.name, fields.prompt)
    if entry_point is None and LANGUAGES[fields.language] is Language.BASH:
        raise source.bad("no function of the prompt has the name after the number in 'name'; correct it", record)
    return Problem(
        id=fields.name,
        prompt=fields.prompt,
        language=LANGUAGES[fields.language],
        tests=fields.tests,
        entry_point=entry_point,
        prompt_is_code=True,
        stop=tuple(filter(None, fields.stop_tokens)),
        solution=fields.canonical_solution,
        solution_form=SampleForm.COMPLETION,
    )


def _entry_point(name: str, prompt: str) -> str | None:
    """``add_two`` of ``HumanEval_0_add_two``, or its spelling in camel case, whichever is there."""
    found = re.fullmatch(r"[A-Za-z]+_[0-9]+_(\w+)", name)
    if found is None:
        return None
    snake = found[1]
    first, *others = snake.split("_")
    camel = first + "".join(word[:1].upper() + word[1:] for word in others)
    spellings = (snake, camel, camel[:1].upper() + camel[1:])
    return next((spelling for spelling in spellings if re.search(rf"\b{spelling}\b", prompt)), None)


def _recognises(first: JSONObject) -> bool:
    """A file that somebody made need not have the keys that the published ones have beside; ours has no ``name``."""
    published = not {*KNOWN, "stop_tokens"}.isdisjoint(first)
    return {"name", "language", "tests"} <= first.keys() and (published or OURS.isdisjoint(first))


FORMAT = Format(frozenset(MultiplERecord.model_fields) | KNOWN, _recognises, to_problem)
