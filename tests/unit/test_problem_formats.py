"""The problem formats of other tools: what becomes of their records, and what is said of those that are wrong.

The files under ``golden/formats`` have the shape of the published ones; their problems are our own. That their
solutions pass and wrong ones do not is tested end to end.
"""

from __future__ import annotations

import base64
import json
import pickle
import zlib
from pathlib import Path
from typing import Any

import pytest

from halo_forge.errors import ProblemFileError
from halo_forge.problems import livecodebench, load_problems
from halo_forge.types import Case, Comparison, Language, Match, Problem, SampleForm, TestStyle

FORMATS = Path(__file__).parents[1] / "golden" / "formats"
MBPP: dict[str, Any] = {
    "task_id": 5, "text": "Do it.", "code": "def f(n):\n    return n", "test_list": ["assert f(1) == 1"],
}  # fmt: skip
PLUS: dict[str, Any] = {
    "task_id": "HumanEval/5", "prompt": "def f(n):\n", "entry_point": "f", "canonical_solution": "    return n\n",
    "base_input": [[1]], "plus_input": [[2]], "atol": 0,
}  # fmt: skip
MULTIPL_E: dict[str, Any] = {
    "name": "HumanEval_5_add_two", "language": "cpp", "prompt": "long add_two(long a) {\n",
    "tests": "}\nint main() {}\n", "stop_tokens": ["\n}"],
}  # fmt: skip
LCB: dict[str, Any] = {
    "question_id": "q", "question_content": "Add.", "public_test_cases": '[{"input": "1", "output": "2"}]',
    "metadata": "{}",
}  # fmt: skip


def write(path: Path, *records: dict[str, Any]) -> str:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return str(path)


def load_one(tmp_path: Path, record: dict[str, Any]) -> Problem:
    return load_problems(write(tmp_path / "one.jsonl", record)).problems[0]


def by_id(name: str) -> dict[str, Problem]:
    return {problem.id: problem for problem in load_problems(str(FORMATS / name)).problems}


@pytest.mark.parametrize(
    ("file", "found"),
    [
        ("mbpp.jsonl", "c6c5dbbe768d945b"),
        ("humaneval-plus.jsonl", "80adaf029e929dc3"),
        ("mbpp-plus.jsonl", "98a2f28be729f51d"),
        ("multipl-e.jsonl", "fb816863e86aec40"),
        ("livecodebench.jsonl", "746b77187295eb63"),
    ],
)
def test_hashes_have_not_changed(file: str, found: str) -> None:
    """Result files record them: if one moves, results of before and after cannot be compared. See problems/helpers."""
    assert load_problems(str(FORMATS / file)).hash == found


class TestMbpp:
    def test_the_prompt_says_what_has_to_pass(self) -> None:
        problem = by_id("mbpp.jsonl")["Mbpp/901"]
        assert problem.prompt == (
            "Write a function to add up the digits of a whole number.\n\nYour code should pass these tests:\n\n"
            "assert digit_sum(345)==12\nassert digit_sum(-12)==3\nassert digit_sum(0)==0"
        )
        assert (problem.language, problem.test_style, problem.prompt_is_code) == (
            Language.PYTHON, TestStyle.ASSERTS, False,
        )  # fmt: skip
        assert problem.solution_form is SampleForm.SOLUTION

    def test_imports_and_set_up_go_before_the_asserts(self) -> None:
        assert str(by_id("sanitized-mbpp.json")["Mbpp/912"].tests).startswith("import math\nassert math.isclose(")
        assert str(by_id("mbpp.jsonl")["Mbpp/902"].tests).startswith("root = Node(1)\r\n")

    def test_the_function_that_the_first_assert_calls(self) -> None:
        found = {problem.id: problem.entry_point for problem in by_id("mbpp.jsonl").values()}
        assert found == {
            "Mbpp/901": "digit_sum", "Mbpp/902": "tree_height", "Mbpp/903": "check", "Mbpp/904": "sum",
        }  # fmt: skip
        found = {problem.id: problem.entry_point for problem in by_id("sanitized-mbpp.json").values()}
        assert found == {"Mbpp/911": "shared_items", "Mbpp/912": "ball_volume"}

    @pytest.mark.parametrize(
        ("test", "setup", "name"),
        [
            ("assert set(f(1)) == {1}", "", "f"),
            ("assert f(g(1)) == 1", "def g(n): return n", "f"),
            ("assert g(f(1)) == 1", "def g(n): return n", "f"),
            ("assert isclose(f(1), 1)", "from math import isclose", "f"),
            ("assert max([1]) == 1", "", None),
            ("assert (", "", None),
        ],
    )
    def test_the_function_without_a_reference_solution(
        self, tmp_path: Path, test: str, setup: str, name: str | None
    ) -> None:
        record = {**MBPP, "code": None, "test_list": [test], "test_setup_code": setup}
        assert load_one(tmp_path, record).entry_point == name

    def test_tests_that_are_left_aside_are_noted_where_there_are_any(self, tmp_path: Path) -> None:
        assert load_problems(str(FORMATS / "mbpp.jsonl")).notes == (
            "the tests are those of 'test_list'; 'challenge_test_list' is left aside, as MBPP does",
        )
        path = write(tmp_path / "p.jsonl", {**MBPP, "challenge_test_list": [], "tset_list": []})
        assert load_problems(path).notes == ("keys that are not read: 'tset_list' (did you mean 'test_list'?)",)

    @pytest.mark.parametrize(
        ("task_id", "name"), [(5, "Mbpp/5"), ("5", "Mbpp/5"), ("Mbpp/5", "Mbpp/5"), ("x-1", "x-1")]
    )
    def test_ids(self, tmp_path: Path, task_id: object, name: str) -> None:
        assert load_one(tmp_path, {**MBPP, "task_id": task_id}).id == name


class TestEvalPlus:
    def test_each_input_is_one_assert(self) -> None:
        tests = str(by_id("humaneval-plus.jsonl")["HumanEval/901"].tests)
        assert [line for line in tests.splitlines() if line.startswith("assert ")] == [
            "assert _agrees(halves, '[[1.0, 3.0]]')",
            "assert _agrees(halves, '[[]]')",
            "assert _agrees(halves, '[[0.1, 0.2, 1e+300]]')",
            "assert _agrees(halves, '[[Infinity, -1e-09]]')",
        ]

    def test_a_prompt_is_code_where_it_has_the_function(self) -> None:
        assert by_id("humaneval-plus.jsonl")["HumanEval/901"].prompt_is_code
        assert not by_id("mbpp-plus.jsonl")["Mbpp/2"].prompt_is_code
        assert by_id("mbpp-plus.jsonl")["Mbpp/2"].solution_form is SampleForm.COMPLETION

    def test_which_tests_are_used_is_noted(self) -> None:
        assert load_problems(str(FORMATS / "humaneval-plus.jsonl")).notes == (
            "the tests are EvalPlus's 'base_input' and 'plus_input'; those under 'test' are left aside",
        )
        assert load_problems(str(FORMATS / "mbpp-plus.jsonl")).notes == ()

    def test_base_inputs_alone_will_do(self, tmp_path: Path) -> None:
        assert str(load_one(tmp_path, {**PLUS, "plus_input": None}).tests).count("\nassert ") == 1

    def test_earlier_versions_number_mbpp(self, tmp_path: Path) -> None:
        assert load_one(tmp_path, {**PLUS, "task_id": 5}).id == "Mbpp/5"


class TestMultiplE:
    def test_the_tests_are_the_end_of_the_program(self) -> None:
        problem = by_id("multipl-e.jsonl")["HumanEval_902_is_even"]
        assert (problem.language, problem.test_style) == (Language.CPP, TestStyle.PROGRAM)
        assert (problem.prompt_is_code, problem.solution_form) == (True, SampleForm.COMPLETION)
        assert problem.prompt.endswith("{\n")
        assert str(problem.tests).startswith("}\nint main()")

    @pytest.mark.parametrize(
        ("code", "language"),
        [("cs", "csharp"), ("go_test.go", "go"), ("go", "go"), ("java", "java"), ("js", "javascript"), ("py", "python"),
         ("rs", "rust"), ("sh", "bash"), ("ts", "typescript")],
    )  # fmt: skip
    def test_codes_of_languages(self, tmp_path: Path, code: str, language: str) -> None:
        assert load_one(tmp_path, {**MULTIPL_E, "language": code}).language == language

    @pytest.mark.parametrize(
        ("name", "prompt", "found"),
        [
            ("HumanEval_0_add_two", "long add_two(long a) {", "add_two"),
            ("HumanEval_0_add_two", "public static long addTwo(long a) {", "addTwo"),
            ("mbpp_3_add_two", "public static long AddTwo(long a) {", "AddTwo"),
            ("HumanEval_0_add_two", "long add_two_more(long a) {", None),
            ("add_two", "long add_two(long a) {", None),
        ],
    )
    def test_the_function_is_in_the_name(self, tmp_path: Path, name: str, prompt: str, found: str | None) -> None:
        assert load_one(tmp_path, {**MULTIPL_E, "name": name, "prompt": prompt}).entry_point == found

    def test_its_other_keys_are_known(self) -> None:
        assert load_problems(str(FORMATS / "multipl-e.jsonl")).notes == ()


class TestLiveCodeBench:
    def test_a_program_gets_public_and_private_inputs(self) -> None:
        problem = by_id("livecodebench.jsonl")["abc901_a"]
        assert problem.cases == (Case("3\n1 2 3\n", "6.0\n"), Case("1\n5\n", "5"), Case("2\n-1 1\n", "0"))
        assert problem.comparison == Comparison(Match.NUMERIC, 0.0)
        assert (problem.category, problem.difficulty) == ("easy", "easy")
        assert problem.prompt.startswith("Given N and N numbers, print their sum.\n\nRead the input from standard")

    def test_a_function_gets_a_suite(self) -> None:
        problem = by_id("livecodebench.jsonl")["9001"]
        assert problem.test_style is TestStyle.ASSERTS
        assert str(problem.tests).count("\nassert _agrees(_function, ") == 3
        assert "```python\nclass Solution:\n    def timesAll(" in problem.prompt

    def test_lists_and_objects_that_are_no_strings(self, tmp_path: Path) -> None:
        tests = [{"input": "1", "output": "2", "testtype": "stdin"}]
        problem = load_one(tmp_path, {**LCB, "public_test_cases": tests, "private_test_cases": [], "metadata": {}})
        assert problem.cases == (Case("1", "2"),)

    @pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
    def test_private_tests_in_every_kind_of_pickle(self, tmp_path: Path, protocol: int) -> None:
        text = json.dumps([{"input": "é" * 300, "output": "2"}], ensure_ascii=False)
        packed = base64.b64encode(zlib.compress(pickle.dumps(text, protocol))).decode()
        assert load_one(tmp_path, {**LCB, "private_test_cases": packed}).cases[1] == Case("é" * 300, "2")

    def test_a_pickle_is_never_executed(self, tmp_path: Path) -> None:
        class Touch:
            def __reduce__(self) -> Any:
                return Path.touch, (tmp_path / "touched",)

        packed = base64.b64encode(zlib.compress(pickle.dumps(Touch()))).decode()
        path = write(tmp_path / "p.jsonl", {**LCB, "private_test_cases": packed})
        with pytest.raises(ProblemFileError, match="'private_test_cases' is neither JSON nor a zipped pickle"):
            load_problems(path)
        assert not (tmp_path / "touched").exists()

    def test_a_bomb_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(livecodebench, "MOST_UNPACKED_BYTES", 1000)
        packed = base64.b64encode(zlib.compress(pickle.dumps("[" + " " * 1000 + "]"))).decode()
        path = write(tmp_path / "p.jsonl", {**LCB, "private_test_cases": packed})
        with pytest.raises(ProblemFileError, match="'private_test_cases' is neither JSON nor a zipped pickle"):
            load_problems(path)


BAD: list[tuple[dict[str, Any], str]] = [
    ({**MBPP, "test_list": []}, "'test_list' is empty; fill it or remove the key"),
    ({**MBPP, "test_list": "assert f(1)"}, "'test_list' must be a list, not a string"),
    ({**MBPP, "test_list": [1]}, "'test_list[0]' must be a string, not the number 1"),
    ({**MBPP, "text": None}, "neither 'text' nor 'prompt'; add what the model is asked"),
    ({**MBPP, "task_id": 1.5}, "'task_id' must be a string, not the number 1.5"),
    ({**MBPP, "task_id": True}, "'task_id' must be a string, not true or false"),
    ({**PLUS, "base_input": []}, "'base_input' is empty; fill it or remove the key"),
    ({**PLUS, "base_input": [1]}, "'base_input[0]' must be a list, not the number 1"),
    ({**PLUS, "plus_input": {}}, "'plus_input' must be a list, not an object"),
    ({**PLUS, "canonical_solution": None}, "'canonical_solution' must be a string, not null"),
    ({**PLUS, "entry_point": "f("}, "'entry_point' must be the bare name of a function"),
    ({**PLUS, "atol": -1}, "'atol' must be 0 or more"),
    ({**MULTIPL_E, "language": "rkt"}, "MultiPL-E's 'rkt' cannot be judged; these can: cpp, cs, go, go_test.go, java"),
    ({**MULTIPL_E, "tests": ""}, "'tests' is empty; fill it or remove the key"),
    ({**MULTIPL_E, "prompt": None}, "'prompt' must be a string, not null"),
    ({**LCB, "public_test_cases": "[]"}, "there is no test in 'public_test_cases' or 'private_test_cases'; add one"),
    ({**LCB, "public_test_cases": "{}"}, "'public_test_cases' must be a list of tests; correct it"),
    ({**LCB, "public_test_cases": "[1]"}, "a test of 'public_test_cases' must be an object; correct it"),
    ({**LCB, "public_test_cases": '[{"input": "1"}]'}, "'output' is missing; add it"),
    ({**LCB, "public_test_cases": "[" * 100_000}, "'public_test_cases' is nested too deeply; make it flatter"),
    ({**LCB, "private_test_cases": "eJw="}, "'private_test_cases' is neither JSON nor a zipped pickle of JSON in"),
    ({**LCB, "private_test_cases": 7}, "'private_test_cases' must be a list of tests; correct it"),
    ({**LCB, "metadata": "x"}, "'metadata' is neither JSON nor a zipped pickle of JSON in base64; fetch the file"),
    ({**LCB, "metadata": "[1]"}, "metadata must be an object; correct it"),
    ({**LCB, "metadata": '{"func_name": "a.b"}'}, "'func_name' must be the bare name of a function"),
    (
        {**LCB, "metadata": '{"func_name": "f"}', "public_test_cases": '[{"input": "a", "output": "2"}]'},
        "a test of a function is not JSON, one argument a line; correct it",
    ),
]


@pytest.mark.parametrize(("record", "text"), BAD, ids=[text[:50] for _, text in BAD])
def test_faults(tmp_path: Path, record: dict[str, Any], text: str) -> None:
    path = write(tmp_path / "p.jsonl", record)
    with pytest.raises(ProblemFileError) as caught:
        load_problems(path)
    assert str(caught.value).startswith(f"{path}:1: {text}")
    assert len(str(caught.value).splitlines()) == 1
