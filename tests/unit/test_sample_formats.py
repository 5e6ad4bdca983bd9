"""The samples of other tools: told by their content, each named problem found, every fault one line."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from halo_forge.errors import SampleFileError
from halo_forge.problems import ProblemSet
from halo_forge.problems.samples import fingerprint, read_found, read_samples
from halo_forge.types import Language, Problem, SampleForm

SOLUTION, COMPLETION = SampleForm.SOLUTION, SampleForm.COMPLETION
PROBLEMS = ProblemSet("set", "test", tuple(Problem(f"HumanEval/{i}", "p", Language.PYTHON) for i in range(3)))
ODD = ProblemSet(
    "odd", "test", tuple(Problem(name, "p", Language.PYTHON) for name in ("a/1", "a_1", "b/7", "c/7", "D/8", "E_09_x"))
)
MULTIPL_E: dict[str, Any] = {
    "name": "HumanEval/1", "language": "py", "prompt": "p", "tests": "t", "stop_tokens": [], "completions": ["a", "b"],
}  # fmt: skip
Found = list[tuple[str, int, str, SampleForm]]


def read(path: Path, problems: ProblemSet = PROBLEMS) -> Found:
    return [(s.problem_id, s.index, s.text, s.form) for s in read_samples(str(path), problems)]


def fault(path: Path, problems: ProblemSet = PROBLEMS) -> str:
    with pytest.raises(SampleFileError) as caught:
        list(read_samples(str(path), problems))
    text = str(caught.value)
    assert len(text.splitlines()) == 1
    return text


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


class TestGenerations:
    """bigcode-evaluation-harness."""

    LISTS = (["a", "b"], [], ["c"])

    def test_programs_in_the_order_of_the_problems(self, tmp_path: Path) -> None:
        path = write(tmp_path / "generations.json", json.dumps(self.LISTS))
        expected = [
            ("HumanEval/0", 0, "a", SOLUTION), ("HumanEval/0", 1, "b", SOLUTION), ("HumanEval/2", 0, "c", SOLUTION),
        ]  # fmt: skip
        assert read(path) == expected
        assert read(write(tmp_path / "g.json.gz", gzip.compress(path.read_bytes()))) == expected

    def test_with_a_limit_there_may_be_as_many_as_all_problems_or_as_those_chosen(self, tmp_path: Path) -> None:
        everything = write(tmp_path / "all.json", json.dumps(self.LISTS))
        chosen = write(tmp_path / "chosen.json", json.dumps(self.LISTS[:2]))
        assert read(everything, PROBLEMS.limited(2)) == read(everything)[:2]
        assert read(chosen, PROBLEMS.limited(2)) == read(everything)[:2]

    @pytest.mark.parametrize(
        ("content", "text"),
        [
            ('[["a"], ["b"]]', ": programs for 2 problems, and set has 3; score it with the problems it"),
            ('[["a"], ["b"], ["c"], []]', ": programs for 4 problems, and set has 3; score it with the problems"),
            ('[["a"], ["b"], [1]]', ": item 3: the number 1, where a program is needed as a string"),
            ('[["a"], ["b"], "c"]', ": item 3: a string in a list of lists of programs; keep one format a file"),
            ('[["a"], {"task_id": 1}, []]', ": item 2: an object in a list of lists of programs; keep one"),
            ("[[], [], []]", ": there is no sample in it; write one JSON object a line: 'task_id' and 'solution'"),
        ],
    )
    def test_faults(self, tmp_path: Path, content: str, text: str) -> None:
        path = write(tmp_path / "g.json", content)
        assert fault(path).startswith(f"{path}{text}")


class TestLiveCodeBench:
    RECORDS = (
        {"question_id": "HumanEval/1", "code_list": ["a", ""], "output_list": []},
        {"question_id": 0, "code_list": ["b"]},
    )
    EXPECTED = (
        ("HumanEval/1", 0, "a", SOLUTION), ("HumanEval/1", 1, "", SOLUTION), ("HumanEval/0", 0, "b", SOLUTION),
    )  # fmt: skip

    def test_a_list(self, tmp_path: Path) -> None:
        assert read(write(tmp_path / "s.json", json.dumps(self.RECORDS, indent=4))) == [*self.EXPECTED]

    def test_lines(self, tmp_path: Path) -> None:
        assert read(write(tmp_path / "s.jsonl", "\n".join(map(json.dumps, self.RECORDS)))) == [*self.EXPECTED]

    @pytest.mark.parametrize(
        ("record", "text"),
        [
            ({"code_list": ["a"]}, "'code_list' without 'question_id'; add the id of the problem that it answers"),
            ({"question_id": 1, "code_list": "a"}, "'code_list' must be a list of strings, not a string"),
            ({"question_id": 1, "code_list": [None]}, "'code_list' must hold strings, not null"),
            ({"question_id": [], "code_list": ["a"]}, "'question_id' must be a string or a whole number, not a list"),
            ({"question_id": "x", "code_list": ["a"]}, "set has no problem 'x'; score it with the problems it answers"),
        ],
    )
    def test_faults(self, tmp_path: Path, record: dict[str, Any], text: str) -> None:
        lines, array = write(tmp_path / "s.jsonl", json.dumps(record)), write(tmp_path / "s.json", json.dumps([record]))
        assert fault(lines) == f"{lines}:1: {text}"
        assert fault(array) == f"{array}: item 1: {text}"


class TestMultiplE:
    EXPECTED = (("HumanEval/1", 0, "a", COMPLETION), ("HumanEval/1", 1, "b", COMPLETION))

    def test_a_file(self, tmp_path: Path) -> None:
        assert read(write(tmp_path / "s.json", json.dumps(MULTIPL_E))) == [*self.EXPECTED]

    def test_a_folder_with_a_file_for_each_problem(self, tmp_path: Path) -> None:
        other = {**MULTIPL_E, "name": "HumanEval/0", "completions": ["c"]}
        write(tmp_path / "HumanEval_1_f.json.gz", gzip.compress(json.dumps(MULTIPL_E).encode()))
        write(tmp_path / "HumanEval_0_f.json", json.dumps(other))
        write(tmp_path / "HumanEval_0_f.results.json", json.dumps({**other, "results": []}))
        write(tmp_path / "settings.json", '{\n"temperature": 0.2\n}')
        write(tmp_path / ".hidden.json", "{")
        assert read(tmp_path) == [("HumanEval/0", 0, "c", COMPLETION), *self.EXPECTED]

    def test_a_fault_names_the_file(self, tmp_path: Path) -> None:
        path = write(tmp_path / "x.json", json.dumps({**MULTIPL_E, "completions": [1]}))
        assert fault(tmp_path) == f"{path}:1: 'completions' must hold strings, not the number 1"
        path = write(tmp_path / "x.json", json.dumps({"completions": ["a"]}))
        assert fault(tmp_path) == f"{path}:1: 'completions' without 'name'; add the name of the problem that it answers"


class TestFolder:
    """EvalPlus."""

    def test_programs_by_number(self, tmp_path: Path) -> None:
        for number in (10, 9, 0):
            write(tmp_path / "HumanEval_1" / f"{number}.py", f"print({number})\r\n")
        write(tmp_path / "HumanEval_0" / "0.py.gz", gzip.compress(b"zipped"))
        for ignored in ("HumanEval_0/0.log", "HumanEval_0/x.py", "HumanEval_0/sub/0.py", ".git/0.py", "a.txt", "0.py"):
            write(tmp_path / ignored, "x")
        write(tmp_path / "eval_results.json", '{\n"eval": {}\n}')
        (tmp_path / "HumanEval_2").mkdir()
        assert read(tmp_path) == [
            ("HumanEval/0", 0, "zipped", SOLUTION),
            ("HumanEval/1", 0, "print(0)\r\n", SOLUTION),
            ("HumanEval/1", 1, "print(9)\r\n", SOLUTION),
            ("HumanEval/1", 2, "print(10)\r\n", SOLUTION),
        ]

    def test_problems_that_a_limit_left_out_are_skipped(self, tmp_path: Path) -> None:
        write(tmp_path / "HumanEval_0" / "0.py", "a")
        write(tmp_path / "HumanEval_2" / "0.py", "b")
        assert read(tmp_path, PROBLEMS.limited(1)) == [("HumanEval/0", 0, "a", SOLUTION)]

    def test_other_languages(self, tmp_path: Path) -> None:
        problems = ProblemSet("set", "test", (Problem("T/0", "p", Language.CPP), Problem("T/1", "p", Language.RUST)))
        write(tmp_path / "T_0" / "0.cpp", "a")
        write(tmp_path / "T_1" / "0.rs", "b")
        assert read(tmp_path, problems) == [("T/0", 0, "a", SOLUTION), ("T/1", 0, "b", SOLUTION)]
        path = write(tmp_path / "T_1" / "1.py", "c")
        assert fault(tmp_path, problems).startswith(f"{path}: its ending is not that of rust")

    def test_faults(self, tmp_path: Path) -> None:
        assert fault(tmp_path) == f"{tmp_path}: a directory; name a JSONL file"
        path = write(tmp_path / "Human_1" / "0.py", b"\xff")
        assert fault(tmp_path) == f"{path}: not UTF-8 (byte 1 is 0xff); save the file as UTF-8"
        path.write_text("a")
        assert fault(tmp_path) == f"{path}: set has no problem 'Human_1'; did you mean 'HumanEval/1'?"

    def test_two_formats(self, tmp_path: Path) -> None:
        write(tmp_path / "HumanEval_1" / "0.py", "a")
        write(tmp_path / "x.json", json.dumps(MULTIPL_E))
        assert fault(tmp_path) == (
            f"{tmp_path}: it holds programs (HumanEval_1/0.py) and completions (x.json); keep them apart"
        )


class TestFingerprint:
    def test_of_a_folder_goes_by_names_and_contents_of_what_is_read(self, tmp_path: Path) -> None:
        first, second = tmp_path / "one", tmp_path / "two"
        write(first / "HumanEval_1" / "0.py", "a")
        write(first / "HumanEval_0" / "0.py", "b")
        shutil.copytree(first, second)
        write(second / "notes.txt", "x")
        assert fingerprint(str(first)) == fingerprint(str(second))
        seen = {fingerprint(str(first))}
        write(second / "HumanEval_0" / "0.py", "c")
        seen.add(fingerprint(str(second)))
        (second / "HumanEval_0" / "0.py").rename(second / "HumanEval_0" / "1.py")
        seen.add(fingerprint(str(second)))
        assert len(seen) == 3

    def test_of_a_file_is_its_sha_256(self, tmp_path: Path) -> None:
        path = write(tmp_path / "x", "")
        assert fingerprint(str(path)) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


class TestNames:
    @pytest.mark.parametrize(
        ("named", "found"),
        [
            ("a/1", "a/1"),
            ("a_1", "a_1"),
            ("B_7", "b/7"),
            ("b-7", "b/7"),
            ("d 8", "D/8"),
            ("8", "D/8"),
            ("e/09/X", "E_09_x"),
        ],
    )
    def test_another_spelling(self, tmp_path: Path, named: str, found: str) -> None:
        path = write(tmp_path / "s.jsonl", json.dumps({"task_id": named, "solution": "x"}))
        assert read(path, ODD) == [(found, 0, "x", SOLUTION)]

    @pytest.mark.parametrize(
        ("named", "text"),
        [
            ("A/1", "'A/1' may be 'a/1' or 'a_1' of odd; write the whole id"),
            (7, "'7' may be 'b/7' or 'c/7' of odd; write the whole id"),
            (9, "odd has no problem '9'; score it with the problems it answers"),
            ("08", "odd has no problem '08'; score it with the problems it answers"),
        ],
    )
    def test_what_could_be_several_is_refused(self, tmp_path: Path, named: object, text: str) -> None:
        path = write(tmp_path / "s.jsonl", json.dumps({"task_id": named, "solution": "x"}))
        assert fault(path, ODD) == f"{path}:1: {text}"

    def test_other_spellings_are_samples_of_one_problem(self, tmp_path: Path) -> None:
        lines = [json.dumps({"task_id": named, "solution": "x"}) for named in ("HumanEval/1", 1, "humaneval_1")]
        assert [index for _, index, _, _ in read(write(tmp_path / "s.jsonl", "\n".join(lines)))] == [0, 1, 2]


def test_what_a_results_file_repeats(tmp_path: Path) -> None:
    line = {"task_id": 1, "completion": "x", "mine": [1]}
    path = write(tmp_path / "s.jsonl", json.dumps(line))
    assert [found.record for found in read_found(str(path), PROBLEMS)] == [line]
    path = write(tmp_path / "s.json", json.dumps([["a"], [], []]))
    assert [found.record for found in read_found(str(path), PROBLEMS)] == [{"task_id": "HumanEval/0", "solution": "a"}]
