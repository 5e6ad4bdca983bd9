"""halo-forge JSONL, the demo set, and how `load_problems` finds what it is asked for."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from halo_forge.errors import ProblemFileError
from halo_forge.problems import ProblemSet, load_problems, problem_set_names
from halo_forge.problems import lines as problem_lines
from halo_forge.types import (
    Case,
    Comparison,
    CustomTest,
    Language,
    LimitOverrides,
    Match,
    Problem,
    SampleForm,
    SamplingOverrides,
    TestStyle,
)

CHECK = "def check(candidate):\n    assert candidate(1) == 2\n"


def write(path: Path, *records: dict[str, Any]) -> str:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return str(path)


def load_one(tmp_path: Path, **fields: Any) -> Problem:
    return load_problems(write(tmp_path / "one.jsonl", {"prompt": "p", **fields})).problems[0]


def fault(path: str | Path) -> str:
    with pytest.raises(ProblemFileError) as caught:
        load_problems(str(path))
    text = str(caught.value)
    assert len(text.splitlines()) == 1
    return text


class TestOneProblem:
    def test_prompt_alone_is_a_cpp_program_that_has_to_compile(self, tmp_path: Path) -> None:
        assert load_one(tmp_path) == Problem("line-1", "p", Language.CPP)
        assert load_one(tmp_path).test_style is TestStyle.COMPILE

    def test_every_key(self, tmp_path: Path) -> None:
        problem = load_one(
            tmp_path, id="a/1", language="C", category="graphs", concept="paths", difficulty="hard", stdin="1 2\n",
            expected_output="3\n", solution="int main() {}", time_limit=2, memory_limit=64,
        )  # fmt: skip
        assert problem == Problem(
            "a/1", "p", Language.C, "graphs", "hard", (Case("1 2\n", "3\n"),), solution="int main() {}",
            limits=LimitOverrides(cpu_s=2.0, memory_mb=64), concept="paths",
        )  # fmt: skip
        assert problem.solution_form is SampleForm.SOLUTION

    def test_settings_of_sampling_of_its_own(self, tmp_path: Path) -> None:
        problem = load_one(tmp_path, temperature=0, top_p=0.5, max_tokens=9, system_prompt="", stop=["\n\n", "END"])
        assert problem.sampling == SamplingOverrides(0.0, 0.5, 9, "")
        assert problem.stop == ("\n\n", "END")

    def test_cases_in_their_order_with_stdin_empty_if_not_given(self, tmp_path: Path) -> None:
        cases = [{"stdin": "1", "expected_output": "a"}, {"expected_output": ""}]
        assert load_one(tmp_path, cases=cases).cases == (Case("1", "a"), Case("", ""))

    def test_an_output_that_is_empty_is_an_output(self, tmp_path: Path) -> None:
        assert load_one(tmp_path, expected_output="").cases == (Case("", ""),)

    def test_a_suite_makes_it_python_unless_the_language_is_given(self, tmp_path: Path) -> None:
        bare = load_one(tmp_path, tests="assert f() == 1")
        assert (bare.language, bare.entry_point, bare.test_style) == (Language.PYTHON, None, TestStyle.ASSERTS)
        assert load_one(tmp_path, tests="assert f() == 1", entry_point="f").entry_point == "f"
        assert load_one(tmp_path, tests=CHECK, entry_point="f").tests == CHECK

    def test_tests_of_other_languages_are_the_end_of_the_program(self, tmp_path: Path) -> None:
        problem = load_one(tmp_path, tests="int main() {}", language="c", prompt_is_code=True, entry_point="f")
        assert (problem.test_style, problem.prompt_is_code) == (TestStyle.PROGRAM, True)

    @pytest.mark.parametrize("framework", ["pytest", "unittest"])
    def test_files_of_tests(self, tmp_path: Path, framework: str) -> None:
        problem = load_one(tmp_path, tests="def check(candidate): pass", framework=framework)
        assert problem.test_style == framework

    def test_a_command_of_ones_own(self, tmp_path: Path) -> None:
        problem = load_one(tmp_path, command="python3 check.py", files={"check.py": ""}, language="go")
        assert problem.custom == CustomTest("python3 check.py", {"check.py": ""})
        assert problem.test_style is TestStyle.CUSTOM
        assert load_one(tmp_path, command="true").custom == CustomTest("true")

    def test_how_output_is_compared(self, tmp_path: Path) -> None:
        def compared(**keys: Any) -> Comparison:
            return load_one(tmp_path, expected_output="1", **keys).comparison

        assert compared() == Comparison(Match.LINES)
        assert compared(comparison="exact") == Comparison(Match.EXACT)
        assert compared(comparison="numeric") == Comparison(Match.NUMERIC, 1e-6)
        assert compared(comparison="numeric", tolerance=0) == Comparison(Match.NUMERIC, 0.0)

    @pytest.mark.parametrize(
        ("alias", "language"),
        [("c", "c"), ("C++", "cpp"), ("cc", "cpp"), ("CXX", "cpp"), ("py", "python"), ("Python3", "python")],
    )
    def test_other_names_of_a_language(self, tmp_path: Path, alias: str, language: str) -> None:
        assert load_one(tmp_path, language=alias).language == language

    def test_null_is_not_given(self, tmp_path: Path) -> None:
        nulls = dict.fromkeys(["id", "language", "category", "tests", "cases", "stdin", "time_limit", "solution"])
        assert load_one(tmp_path, **nulls) == Problem("line-1", "p", Language.CPP)


class TestHash:
    def test_what_is_ignored_or_decides_nothing_stays_out(self, tmp_path: Path) -> None:
        plain = load_one(tmp_path, expected_output="1")
        assert (
            load_one(tmp_path, expected_output="1", tags=["x"], category="c", concept="k", solution="s").hash
            == plain.hash
        )
        assert load_one(tmp_path, expected_output="2").hash != plain.hash
        assert load_one(tmp_path, expected_output="1", time_limit=1).hash != plain.hash

    @pytest.mark.parametrize(
        "own", [{"temperature": 0.7}, {"top_p": 0.95}, {"max_tokens": 512}, {"system_prompt": ""}, {"stop": ["x"]}]
    )
    def test_settings_of_sampling_count(self, tmp_path: Path, own: dict[str, Any]) -> None:
        assert load_one(tmp_path, **own).hash != load_one(tmp_path).hash
        assert load_one(tmp_path).hash == "3b95c90d9f5ec058"

    def test_of_a_set_knows_order_and_limit_but_not_the_file(self, tmp_path: Path) -> None:
        one, two = {"prompt": "p", "id": "1"}, {"prompt": "q", "id": "2"}
        forward = load_problems(write(tmp_path / "f.jsonl", one, two))
        assert load_problems(write(tmp_path / "g.jsonl", one, two)).hash == forward.hash
        assert load_problems(write(tmp_path / "b.jsonl", two, one)).hash != forward.hash
        assert forward.limited(1).hash != forward.hash


class TestFile:
    def test_blank_lines_crlf_and_byte_order_mark(self, tmp_path: Path) -> None:
        path = tmp_path / "windows.jsonl"
        path.write_bytes('\ufeff{"prompt": "é"}\r\n\r\n  \n{"prompt": "b"}'.encode())
        problems = load_problems(str(path)).problems
        assert [(p.id, p.prompt) for p in problems] == [("line-1", "é"), ("line-4", "b")]

    @pytest.mark.parametrize("name", ["p.jsonl.gz", "p.jsonl", "p"])
    def test_gzip_whatever_its_name(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_bytes(gzip.compress(b'{"prompt": "a"}\n') + gzip.compress(b'{"prompt": "b"}\n'))
        loaded = load_problems(str(tmp_path / name))
        assert (loaded.name, len(loaded.problems)) == ("p", 2)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
    @pytest.mark.parametrize("indent", [None, 2])
    def test_one_json_list(self, tmp_path: Path, indent: int | None) -> None:
        path = tmp_path / "p.json"
        path.write_text("\ufeff\n" + json.dumps([{"prompt": "p"}, {"prompt": "q", "id": "b"}], indent=indent))
        assert [(p.id, p.prompt) for p in load_problems(str(path)).problems] == [("item-1", "p"), ("b", "q")]

    def test_a_pipe_is_read_once(self, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        code = f"open({str(pipe)!r}, 'w').write('{{\"prompt\": \"a\"}}\\n')"
        with subprocess.Popen([sys.executable, "-c", code]):
            assert load_problems(str(pipe)).problems[0].prompt == "a"

    @pytest.mark.parametrize(
        ("file", "name"),
        [("my set (1).jsonl", "my-set-1"), ("a.b.JSON.gz", "a.b"), ("é.ndjson", "é"), ("....", "problems")],
    )
    def test_the_name_of_a_set_fits_a_file_name(self, tmp_path: Path, file: str, name: str) -> None:
        path = write(tmp_path / file, {"prompt": "p"})
        assert (load_problems(path).name, load_problems(path).source) == (name, path)

    def test_keys_that_are_not_read_are_noted(self, tmp_path: Path) -> None:
        path = write(tmp_path / "p.jsonl", {"prompt": "p", "expected_ouput": "1"}, {"prompt": "q", "\ud800\n": 1})
        (note,) = load_problems(path).notes
        assert note == r"keys that are not read: 'expected_ouput' (did you mean 'expected_output'?), '\ud800\n'"
        many = {f"key{i}": 0 for i in range(20)}
        assert load_problems(write(tmp_path / "p.jsonl", {"prompt": "p", **many})).notes[0].endswith("and 12 more")
        assert load_problems(write(tmp_path / "p.jsonl", {"prompt": "p"})).notes == ()


class TestLimit:
    def test_the_first_so_many_and_what_was_left_out(self, tmp_path: Path) -> None:
        path = write(tmp_path / "p.jsonl", *({"prompt": "p", "id": str(i)} for i in range(5)))
        loaded = load_problems(path, limit=2)
        assert [p.id for p in loaded.problems] == ["0", "1"]
        assert loaded.left_out == {"2", "3", "4"}
        assert load_problems(path, limit=99) == load_problems(path)

    @pytest.mark.parametrize("limit", [0, -1])
    def test_no_problem_at_all_is_refused(self, limit: int) -> None:
        with pytest.raises(ProblemFileError, match="1 or more"):
            load_problems("demo", limit=limit)

    def test_the_rest_of_the_file_is_checked_all_the_same(self, tmp_path: Path) -> None:
        path = write(tmp_path / "p.jsonl", {"prompt": "p"}, {"prompt": 1})
        with pytest.raises(ProblemFileError, match=":2:"):
            load_problems(path, limit=1)


BAD_RECORDS: list[tuple[dict[str, Any], str]] = [
    ({}, "'prompt' is missing; add it"),
    ({"promt": "p"}, "'prompt' is missing; add it (is 'promt' meant to be it?)"),
    ({"prompt": None}, "'prompt' must be a string, not null"),
    ({"prompt": ["p"]}, "'prompt' must be a string, not a list"),
    ({"prompt": " \n"}, "'prompt' is empty; fill it or remove the key"),
    ({"prompt": "a\0b"}, "'prompt' holds a NUL character; remove it"),
    ({"prompt": "\ud800"}, r"'prompt' holds half of a surrogate pair, which is no text; mend the"),
    ({"prompt": "p", "stdin": "\udfff", "expected_output": ""}, r"'stdin' holds half of a surrogate pair, which is no"),
    ({"prompt": "p", "id": 7}, "'id' must be a string, not the number 7"),
    ({"prompt": "p", "id": "a\nb"}, "'id' must be one line without control characters"),
    ({"prompt": "p", "category": "\x1b[31m"}, "'category' must be one line without control characters"),
    ({"prompt": "p", "expected_output": 6}, "'expected_output' must be a string, not the number 6"),
    ({"prompt": "p", "language": "pyton"}, "unknown language 'pyton'; did you mean 'python'? Use one of: c, cpp, c++"),
    ({"prompt": "p", "language": "cobol"}, "unknown language 'cobol'; use one of: c, cpp, c++"),
    ({"prompt": "p", "time_limit": 0}, "'time_limit' must be more than 0"),
    ({"prompt": "p", "time_limit": "5"}, "'time_limit' must be a finite number, not a string"),
    ({"prompt": "p", "time_limit": True}, "'time_limit' must be a finite number, not true or false"),
    ({"prompt": "p", "time_limit": 3601}, "'time_limit' must be 3600 or less"),
    ({"prompt": "p", "memory_limit": 1.5}, "'memory_limit' must be a whole number, not the number 1.5"),
    ({"prompt": "p", "memory_limit": 2**30}, "'memory_limit' must be 1048576 or less"),
    ({"prompt": "p", "temperature": -0.1}, "'temperature' must be 0 or more"),
    ({"prompt": "p", "temperature": 11}, "'temperature' must be 10 or less"),
    ({"prompt": "p", "top_p": 0}, "'top_p' must be more than 0"),
    ({"prompt": "p", "top_p": 1.1}, "'top_p' must be 1 or less"),
    ({"prompt": "p", "max_tokens": 0}, "'max_tokens' must be 1 or more"),
    ({"prompt": "p", "max_tokens": 1.5}, "'max_tokens' must be a whole number, not the number 1.5"),
    ({"prompt": "p", "system_prompt": 1}, "'system_prompt' must be a string, not the number 1"),
    ({"prompt": "p", "stop": "x"}, "'stop' must be a list, not a string"),
    ({"prompt": "p", "stop": [""]}, "'stop[0]' is empty; fill it or remove the key"),
    ({"prompt": "p", "cases": {}}, "'cases' must be a list, not an object"),
    ({"prompt": "p", "cases": []}, "'cases' is empty; fill it or remove the key"),
    ({"prompt": "p", "cases": ["x"]}, "'cases[0]' must be an object, not a string"),
    ({"prompt": "p", "cases": [{"stdin": ""}]}, "'cases[0].expected_output' is missing; add it"),
    (
        {"prompt": "p", "cases": [{"expected_output": ""}, {"input": "", "expected_output": ""}]},
        "'cases[1].input' is a key that is not known here; rename or remove it",
    ),
    ({"prompt": "p", "stdin": "1"}, "'stdin' without 'expected_output'; add what the program has to print"),
    ({"prompt": "p", "stdin": "1", "tests": "assert f()"}, "'stdin' without 'expected_output'; add what"),
    ({"prompt": "p", "stdin": "1", "cases": [{"expected_output": ""}]}, "both 'stdin' and 'cases'; move it into"),
    ({"prompt": "p", "expected_output": "", "cases": [{"expected_output": ""}]}, "both 'cases' and 'expected_output';"),
    ({"prompt": "p", "expected_output": "", "tests": "assert f()"}, "both 'tests' and 'expected_output'; keep the one"),
    ({"prompt": "p", "entry_point": "f"}, "'entry_point' without 'tests' or 'command'; add it, or remove"),
    ({"prompt": "p", "framework": "pytest"}, "'framework' without 'tests'; add it, or remove 'framework'"),
    ({"prompt": "p", "framework": "nose", "tests": "x"}, "unknown framework 'nose'; use one of: asserts, pytest, unit"),
    ({"prompt": "p", "framework": "pytest", "tests": "x", "language": "c"}, "'framework' for c; it is for python only"),
    ({"prompt": "p", "tests": "f", "language": "bash"}, "'tests' for bash without an 'entry_point'; add the name of"),
    ({"prompt": "p", "files": {"a": "b"}}, "'files' without 'command'; add it, or remove 'files'"),
    ({"prompt": "p", "command": "true", "files": {"../a": "b"}}, "'../a' in 'files' is not the bare name of a file"),
    ({"prompt": "p", "command": "true", "files": {"a": 1}}, "'files.a' must be a string, not the number 1"),
    ({"prompt": "p", "command": "true", "files": ["a"]}, "'files' must be an object, not a list"),
    ({"prompt": "p", "command": "true", "tests": "x"}, "both 'tests' and 'command'; keep the one that is to decide"),
    ({"prompt": "p", "comparison": "exact"}, "'comparison' without 'expected_output' or 'cases'; add it, or remove"),
    ({"prompt": "p", "comparison": "fuzzy", "expected_output": ""}, "unknown comparison 'fuzzy'; use one of: exact,"),
    ({"prompt": "p", "tolerance": 0.1, "expected_output": ""}, "'tolerance' without 'comparison'; add it, or remove"),
    (
        {"prompt": "p", "comparison": "exact", "tolerance": 0.1, "expected_output": ""},
        "'tolerance' is for the comparison 'numeric' only; remove one of them",
    ),
    ({"prompt": "p", "comparison": "numeric", "tolerance": -1, "expected_output": ""}, "'tolerance' must be 0 or more"),
    ({"prompt": "p", "prompt_is_code": "yes"}, "'prompt_is_code' must be true or false, not a string"),
    ({"prompt": "p", "entry_point": "f()", "tests": CHECK}, "'entry_point' must be the bare name of a function"),
    ({"prompt": "p", "tests": CHECK}, "'tests' defines check(candidate) without an 'entry_point'; add the name"),
]  # fmt: skip

BAD_BYTES = [
    (b"", " there is no problem in it; write one JSON object a line, each with a 'prompt'"),
    (b"\n \n", " there is no problem in it; write one JSON object a line, each with a 'prompt'"),
    (b"\n{'prompt': 1}", "2: not JSON: Expecting property name enclosed in double quotes at column 2; each line has"),
    (b'{"prompt": "p', "1: not JSON: Unterminated string starting at column 12; each line has to be one whole JSON"),
    (b'{"prompt": "p"}\n[{}]', "2: a list, where a JSON object is needed; write one object a line, as jq -c '.[]'"),
    (b"[]", " there is no problem in it; write one JSON object a line, each with a 'prompt'"),
    (b'[{"prompt": "p"}, []]', " item 2: a list, where a JSON object is needed; make it one"),
    (b'[\n{"prompt": "p"},\n{"prompt": 1}]', " item 2: 'prompt' must be a string, not the number 1"),
    (b'[\n{"prompt": "p"}\n', " not JSON: Expecting ',' delimiter at line 3, column 1; it begins with '[', so it has"),
    (b'[{"prompt": "p", "x": NaN}]', " a number that JSON does not have (NaN, Infinity) or that is far too long;"),
    (b'{\n"prompt": "p"}', "1: JSON spread over several lines; write one object a line, as jq -c does"),
    (b'"prompt"', "1: a string, where a JSON object is needed; write one object a line"),
    (b'{"prompt": "p", "x": NaN}', "1: a number that JSON does not have (NaN, Infinity) or that is far too long;"),
    (b'{"prompt": "p", "x": ' + b"1" * 5000 + b"}", "1: a number that JSON does not have (NaN, Infinity) or that is"),
    (b'{"prompt": "p", "x": ' + b"[" * 100_000, "1: JSON that is nested too deeply; make it flatter"),
    (b'{"prompt": "\xe9"}', "1: not UTF-8 (byte 13 is 0xe9); save the file as UTF-8"),
    ('{"prompt": "p"}'.encode("utf-16"), "1: not UTF-8 (byte 1 is 0xff); save the file as UTF-8"),
    (b'{"prompt": "p", "id": "a"}\n\n{"prompt": "q", "id": "a"}', "3: the id 'a' is that of line 1 too; make it"),
    (b'{"prompt": "p"}\n{"prompt": "q", "id": "line-1"}', "2: the id 'line-1' is that of line 1 too; make it unique"),
    (gzip.compress(b'{"prompt": "p"}\n')[:-4], "2: the gzip data is cut off or damaged; fetch or pack the file again"),
    (gzip.compress(b'{"prompt": "p"}\n')[:12], "1: the gzip data is cut off or damaged; fetch or pack the file again"),
    (b"\x1f\x8bno gzip at all", "1: the gzip data is cut off or damaged; fetch or pack the file again"),
]  # fmt: skip


class TestFaults:
    @pytest.mark.parametrize(("record", "text"), BAD_RECORDS, ids=[text[:40] for _, text in BAD_RECORDS])
    def test_of_a_record(self, tmp_path: Path, record: dict[str, Any], text: str) -> None:
        path = write(tmp_path / "p.jsonl", record)
        assert fault(path).startswith(f"{path}:1: {text}")

    @pytest.mark.parametrize(("content", "text"), BAD_BYTES, ids=[text[:40] for _, text in BAD_BYTES])
    def test_of_the_bytes(self, tmp_path: Path, content: bytes, text: str) -> None:
        path = tmp_path / "p.jsonl"
        path.write_bytes(content)
        assert fault(path).startswith(f"{path}:{text}")

    def test_a_line_too_long_to_hold(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(problem_lines, "LONGEST_LINE_BYTES", 2 * 1024**2)
        path = tmp_path / "p.jsonl"
        path.write_bytes(gzip.compress(b" " * 3 * 1024**2))
        assert fault(path) == f"{path}:1: longer than 2 MB; write one object a line"

    def test_a_list_too_long_to_hold(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(problem_lines, "LONGEST_LINE_BYTES", 2 * 1024**2)
        path = tmp_path / "p.json"
        path.write_bytes(gzip.compress(b"[\n" + b" " * 3 * 1024**2))
        assert fault(path).startswith(f"{path}: a list of more than 2 MB; write one object a line")

    def test_a_long_value_is_not_repeated_in_full(self, tmp_path: Path) -> None:
        assert len(fault(write(tmp_path / "p.jsonl", {"prompt": "p", "language": "x" * 100_000}))) < 400


class TestNames:
    def test_built_in_sets(self) -> None:
        assert problem_set_names()[:4] == ["demo", "demo-train", "humaneval", "composed"]

    def test_demo_is_complete(self) -> None:
        demo = load_problems("demo")
        assert (demo.name, len(demo.problems), demo.notes) == ("demo", 16, ())
        for problem in demo.problems:
            assert problem.language is Language.CPP
            assert problem.test_style is TestStyle.OUTPUT
            assert problem.category
            assert problem.solution

    def test_a_name_wins_over_a_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(tmp_path / "demo", {"prompt": "p"})
        monkeypatch.chdir(tmp_path)
        assert len(load_problems("demo").problems) == 16
        assert len(load_problems("./demo").problems) == 1

    def test_missing_file_names_the_sets(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        text = fault("data/test.jsonl")
        sets = "demo, demo-train, humaneval, composed"
        assert text == f"data/test.jsonl: no such file; name a JSONL file or a built-in set: {sets}"

    @pytest.mark.parametrize("typed", ["data/test.jsonl", "data/Tests.json", "data/tets.jsonl.gz"])
    def test_missing_file_with_a_near_one(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
        monkeypatch.chdir(tmp_path)
        Path("data").mkdir()
        write(Path("data/tests.jsonl"), {"prompt": "p"})
        write(Path("data/zebra.jsonl"), {"prompt": "p"})
        text = fault(typed)
        sets = "demo, demo-train, humaneval, composed"
        assert text == f"{typed}: no such file; did you mean data/tests.jsonl? The built-in sets are: {sets}"

    @pytest.mark.parametrize("typed", ["HumanEval", "human-eval", "humanevl"])
    def test_misspelt_name(self, typed: str) -> None:
        assert "did you mean humaneval?" in fault(typed)

    def test_directory(self, tmp_path: Path) -> None:
        assert fault(tmp_path) == f"{tmp_path}: a directory; name a JSONL file"
        write(tmp_path / "b.jsonl", {"prompt": "p"})
        assert fault(tmp_path) == f"{tmp_path}: a directory; name a file in it, such as {tmp_path}/b.jsonl"

    def test_paths_that_cannot_be(self, tmp_path: Path) -> None:
        file = write(tmp_path / "p.jsonl", {"prompt": "p"})
        assert "no such file" in fault(f"{file}/x")
        assert fault("a\0b") == r"'a\x00b': not a path; name a file"
        assert fault("").startswith("'': no such file")
        assert "File name too long" in fault("x" * 300)
        assert fault("no\nsuch\udcff.jsonl").startswith(r"'no\nsuch\udcff.jsonl': no such file")

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_no_permission(self, tmp_path: Path) -> None:
        path = write(tmp_path / "p.jsonl", {"prompt": "p"})
        Path(path).chmod(0)
        assert fault(path) == f"{path}: cannot be opened: Permission denied; check its name and its permissions"


class TestPlugIns:
    MODULE = """
from halo_forge.problems import ProblemSet
from halo_forge.types import Language, Problem

def good():
    return ProblemSet("mine", "plug-in", (Problem("1", "p", Language.C), Problem("2", "p", Language.C)))

def twice():
    return ProblemSet("mine", "plug-in", (Problem("1", "p", Language.C),) * 2)

def broken():
    raise KeyError("a\\nb")

def nothing():
    return None

from halo_forge.problems.base import Format

def made(record, source):
    question = record.data["question"]
    if question == "bad":
        raise source.bad("a bad question; ask another", record)
    return None if question == "none" else Problem(str(record.number), question.strip(), Language.GO)

questions = Format(frozenset({"question"}), lambda first: "question" in first, made)
"""

    @pytest.fixture(autouse=True)
    def _installed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A distribution as pip leaves it behind."""
        (tmp_path / "halo_plug.py").write_text(self.MODULE)
        info = tmp_path / "halo_plug-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: halo-plug\nVersion: 1\n")
        entries = "".join(f"{name} = halo_plug:{name}\n" for name in ("good", "twice", "broken", "nothing", "gone"))
        (info / "entry_points.txt").write_text(
            f"[halo_forge.problems]\n{entries}demo = halo_plug:broken\n"
            "[halo_forge.formats]\nquestions = halo_plug:questions\n"
        )
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(sys.modules, "halo_plug", raising=False)

    def test_its_set_is_known_by_name(self) -> None:
        assert "good" in problem_set_names()
        loaded = load_problems("good", limit=1)
        assert isinstance(loaded, ProblemSet)
        assert (loaded.name, len(loaded.problems)) == ("mine", 1)

    def test_it_cannot_take_a_built_in_name(self) -> None:
        assert problem_set_names().count("demo") == 1
        assert len(load_problems("demo").problems) == 16

    def test_its_format_is_read(self, tmp_path: Path) -> None:
        path = write(tmp_path / "q.jsonl", {"question": "why?"}, {"question": "how?", "more": 1})
        loaded = load_problems(str(path))
        assert loaded.problems == (Problem("1", "why?", Language.GO), Problem("2", "how?", Language.GO))
        assert loaded.notes == ("keys that are not read: 'more'",)

    @pytest.mark.parametrize(
        ("question", "text"),
        [
            ("bad", "a bad question; ask another"),
            ("none", "the plug-in halo_plug:questions made no problem of it; ask its author"),
            (7, 'the plug-in halo_plug:questions failed: AttributeError "'),
        ],
    )
    def test_faults_of_its_format(self, tmp_path: Path, question: Any, text: str) -> None:
        path = write(tmp_path / "q.jsonl", {"question": "why?"}, {"question": question})
        assert fault(path).startswith(f"{path}:2: {text}")

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("broken", r"""broken: the plug-in halo_plug:broken failed: KeyError "'a\\nb'"; ask its author"""),
            ("gone", "gone: the plug-in halo_plug:gone failed: AttributeError"),
            ("nothing", "nothing: the plug-in halo_plug:nothing gave no problems; ask its author"),
            ("twice", "twice: the plug-in halo_plug:twice uses an id twice; ask its author"),
        ],
    )
    def test_its_faults_are_its_own(self, name: str, text: str) -> None:
        assert fault(name).startswith(text)


def test_importing_the_package_does_not_import_pydantic() -> None:
    code = "import sys, halo_forge.problems; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
