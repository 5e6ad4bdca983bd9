"""The reader of samples that exist already."""

import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from halo_forge.errors import SampleFileError
from halo_forge.problems import ProblemSet
from halo_forge.problems.samples import count_samples, read_samples
from halo_forge.types import FinishReason, Language, Problem, Sample, SampleForm

PROBLEMS = ProblemSet("set", "test", tuple(Problem(f"T/{i}", "p", Language.PYTHON) for i in range(3)))


def write(path: Path, *records: dict[str, Any]) -> str:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return str(path)


def read(tmp_path: Path, *records: dict[str, Any], problems: ProblemSet = PROBLEMS) -> list[Sample]:
    return list(read_samples(write(tmp_path / "s.jsonl", *records), problems))


def fault(path: str | Path, problems: ProblemSet = PROBLEMS) -> str:
    with pytest.raises(SampleFileError) as caught:
        list(read_samples(str(path), problems))
    text = str(caught.value)
    assert len(text.splitlines()) == 1
    return text


def test_further_samples_of_a_problem_are_counted_in_the_order_of_the_file(tmp_path: Path) -> None:
    samples = read(
        tmp_path,
        {"task_id": "T/0", "completion": "a"},
        {"task_id": "T/1", "completion": "b"},
        {"problem_id": "T/0", "completion": "c"},
        {"id": "T/0", "completion": ""},
    )
    assert [(s.problem_id, s.index, s.text) for s in samples] == [
        ("T/0", 0, "a"), ("T/1", 0, "b"), ("T/0", 1, "c"), ("T/0", 2, ""),
    ]  # fmt: skip


def test_the_form_follows_from_the_key_and_solution_wins(tmp_path: Path) -> None:
    samples = read(
        tmp_path,
        {"task_id": "T/0", "completion": "a"},
        {"task_id": "T/0", "solution": "b", "completion": "no", "text": "no"},
        {"task_id": "T/0", "solution": None, "completion": "c"},
        {"task_id": "T/0", "text": "d"},
        {"task_id": "T/0", "text": "e", "form": "completion"},
    )
    solution, completion = SampleForm.SOLUTION, SampleForm.COMPLETION
    assert [(s.text, s.form) for s in samples] == [
        ("a", completion), ("b", solution), ("c", completion), ("d", solution), ("e", completion),
    ]  # fmt: skip


def test_task_id_goes_before_other_ids(tmp_path: Path) -> None:
    assert read(tmp_path, {"id": 17, "task_id": "T/1", "solution": "x"})[0].problem_id == "T/1"


def test_own_samples_keep_their_index(tmp_path: Path) -> None:
    samples = read(
        tmp_path,
        {"problem_id": "T/0", "index": 4, "text": "a", "form": "solution", "outcome": "accepted", "times": {}},
        {"problem_id": "T/0", "index": 0, "text": "b", "form": "solution"},
    )
    assert [s.index for s in samples] == [4, 0]


def test_the_index_of_another_tool_means_something_else(tmp_path: Path) -> None:
    assert read(tmp_path, {"task_id": "T/0", "completion": "a", "index": 512})[0].index == 0


def test_what_is_known_of_the_generation_is_kept_where_it_makes_sense(tmp_path: Path) -> None:
    own = {"task_id": "T/0", "solution": "a", "finish_reason": "length", "n_tokens": 7, "prompt_tokens": 3, "seed": 0}
    own["think_tokens"] = 2
    foreign = {"task_id": "T/0", "solution": "a", "finish_reason": "eos", "n_tokens": -1, "seed": True}
    odd = {"task_id": "T/0", "solution": "a", "finish_reason": ["stop"], "n_tokens": 1.5, "seed": "x"}
    first, second, third = read(tmp_path, own, foreign, odd)
    assert (first.finish_reason, first.n_tokens, first.prompt_tokens, first.seed) == (FinishReason.LENGTH, 7, 3, 0)
    assert first.think_tokens == 2
    for sample in (second, third):
        assert (sample.finish_reason, sample.n_tokens, sample.seed) == (FinishReason.UNKNOWN, None, None)


def test_gzip_crlf_and_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl.gz"
    path.write_bytes(gzip.compress('\ufeff{"task_id": "T/0", "solution": "é"}\r\n\r\n'.encode()))
    assert [s.text for s in read_samples(str(path), PROBLEMS)] == ["é"]


@pytest.mark.parametrize("text", ["", "\0", "\ud800", "a\r\nb\u2028c"])
def test_a_text_may_be_anything(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, {"task_id": "T/0", "solution": text})[0].text == text


def test_samples_of_problems_that_a_limit_left_out_are_skipped(tmp_path: Path) -> None:
    records = [{"task_id": f"T/{i}", "solution": "x"} for i in (2, 0, 1)]
    assert [s.problem_id for s in read(tmp_path, *records, problems=PROBLEMS.limited(1))] == ["T/0"]
    path = write(tmp_path / "s.jsonl", records[0])
    assert fault(path, PROBLEMS.limited(1)).startswith(f"{path}: none of its 1 samples is of the 1 problems chosen")


def test_the_first_samples_come_before_a_fault(tmp_path: Path) -> None:
    path = write(tmp_path / "s.jsonl", {"task_id": "T/0", "solution": "x"}, {})
    samples = read_samples(path, PROBLEMS)
    assert next(samples).text == "x"
    with pytest.raises(SampleFileError, match=":2:"):
        next(samples)


def test_count_samples(tmp_path: Path) -> None:
    path = write(tmp_path / "s.jsonl", *({"task_id": f"T/{i}", "solution": "x"} for i in (0, 1, 0)))
    assert count_samples(path, PROBLEMS) == {"T/0": 2, "T/1": 1}


BAD_RECORDS: list[tuple[dict[str, Any], str]] = [
    ({}, "no 'task_id'; add the id of the problem that it answers"),
    ({"task_id": None}, "no 'task_id'; add the id"),
    ({"task_id": 9, "solution": "x"}, "set has no problem '9'; score it with the problems it answers"),
    ({"task_id": True, "solution": "x"}, "'task_id' must be a string or a whole number, not true or false"),
    ({"task_id": "T/0", "code_list": ["x"]}, "samples of LiveCodeBench in a file that began with a plain sample; keep"),
    ({"name": "T/0", "completions": ["x"]}, "samples of MultiPL-E in a file that began with a plain sample; keep"),
    ({"task_id": "T/0", "solution": "x", "code_list": ["x"]}, "both 'solution' and 'code_list', which are of"),
    ({"task_id": "T/9", "solution": "x"}, "set has no problem 'T/9'; did you mean 'T/"),
    ({"task_id": "HumanEval\n", "solution": "x"}, r"set has no problem 'HumanEval\n'; score it with the problems it"),
    ({"task_id": "T/0"}, "neither 'solution' nor 'completion'; add the one that holds the code"),
    ({"task_id": "T/0", "text": "Add.", "test_list": []}, "a problem, not an answer to one; name a file of samples"),
    ({"task_id": "T/0", "solution": 1}, "'solution' must be a string, not the number 1"),
    ({"task_id": "T/0", "completion": ["x"]}, "'completion' must be a string, not a list"),
    ({"task_id": "T/0", "text": "x", "form": "essay"}, "'form' must be one of: solution, completion"),
    ({"task_id": "T/0", "text": "x", "form": []}, "'form' must be one of: solution, completion"),
    ({"task_id": "T/0", "text": "x", "index": -1}, "'index' must be a whole number, 0 or more"),
    ({"task_id": "T/0", "text": "x", "index": "0"}, "'index' must be a whole number, 0 or more"),
    ({"task_id": "T/1", "text": "x", "index": 3}, "sample 3 of 'T/1' came before; remove one of them or its 'index'"),
    ({"task_id": "T/1", "text": "x"}, "only some samples of 'T/1' have an 'index'; give it to all or to none"),
    ({"task_id": "T/2", "text": "x", "index": 1}, "only some samples of 'T/2' have an 'index'; give it to all or"),
]


@pytest.mark.parametrize(("record", "text"), BAD_RECORDS, ids=[text[:40] for _, text in BAD_RECORDS])
def test_faults_of_a_record(tmp_path: Path, record: dict[str, Any], text: str) -> None:
    before: list[dict[str, Any]] = [{"problem_id": "T/1", "text": "x", "index": 3}, {"task_id": "T/2", "solution": "x"}]
    path = write(tmp_path / "s.jsonl", *before, record)
    assert fault(path).startswith(f"{path}:3: {text}")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", " there is no sample in it; write one JSON object a line: 'task_id' and 'solution'"),
        (b"\n\n", " there is no sample in it; write one JSON object a line: 'task_id' and 'solution'"),
        (b"{", "1: JSON spread over several lines; write one object a line, as jq -c does"),
        (b"[]", " there is no sample in it; write one JSON object a line: 'task_id' and 'solution'"),
        (b"{}\n[]", "1: no 'task_id'; add the id of the problem that it answers"),
        (b"[1]", " item 1: the number 1, where a JSON object is needed; make it one"),
        (
            b"[1, x]",
            " not JSON: Expecting value at line 1, column 5; it begins with '[', so it has to be one JSON list",
        ),
        (b"\xff", "1: not UTF-8 (byte 1 is 0xff); save the file as UTF-8"),
        (b"\x1f\x8b\x08", "1: the gzip data is cut off or damaged; fetch or pack the file again"),
    ],
)
def test_faults_of_the_bytes(tmp_path: Path, content: bytes, text: str) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(content)
    assert fault(path) == f"{path}:{text}"


def test_missing_file_and_directory(tmp_path: Path) -> None:
    near = write(tmp_path / "samples.jsonl", {})
    path = tmp_path / "sample.jsonl"
    assert fault(path) == f"{path}: no such file; did you mean {near}?"
    assert fault(tmp_path / "zzz") == f"{tmp_path}/zzz: no such file; name a JSONL file"
    assert fault(tmp_path) == f"{tmp_path}: a directory; name a file in it, such as {near}"


@pytest.mark.parametrize("own", [False, True])
def test_many_samples_take_no_more_memory_than_their_indices(tmp_path: Path, own: bool) -> None:
    path = tmp_path / "many.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for i in range(20_000):
            record = {"problem_id": f"T/{i % 3}", "text": "x" * 1000}
            file.write(json.dumps(record | {"index": i // 3} if own else record) + "\n")
    tracemalloc.start()
    try:
        assert sum(count_samples(str(path), PROBLEMS).values()) == 20_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < (4_000_000 if own else 500_000)  # the texts alone are 20 MB
