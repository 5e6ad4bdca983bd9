"""`benchmark score`: samples of other tools, judged by the real command line."""

from __future__ import annotations

import gzip
import json

import jsonschema
import pytest

from e2e.conftest import CommandLine
from e2e.test_run import schema
from halo_forge.problems import load_problems

HUMANEVAL = load_problems("humaneval").problems


def test_human_eval_completions_of_a_subset(halo: CommandLine) -> None:
    lines = [{"task_id": p.id, "completion": p.solution} for p in HUMANEVAL[:6]]
    lines += [{"task_id": p.id, "completion": "    return None\n"} for p in HUMANEVAL[:4]]
    with gzip.open(halo.directory / "samples.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    answer = halo("benchmark", "score", "samples.jsonl.gz", "--prompts", "humaneval", "--output", "r.json")
    assert answer.status == 0, answer.err
    result = halo.json("r.json")
    jsonschema.validate(result, schema())
    assert (result["total"], result["passed"], result["solved"]) == (6, 6, 6)
    assert result["samples"] == {"total": 10, "compiled": 10, "passed": 6, "repeats": 0}
    assert result["pass_at_k"] == {"1": pytest.approx((4 * 0.5 + 2) / 6), "5": None, "10": None}
    assert result["timing"]["generation_time"] is None
    assert result["timing"]["verification_time"] > 0
    assert [line["index"] for line in halo.lines("r.samples.jsonl")].count(1) == 4


def test_solutions_use_the_imports_and_helpers_of_the_prompt(halo: CommandLine) -> None:
    chosen = [p for p in HUMANEVAL if p.id in ("HumanEval/0", "HumanEval/32", "HumanEval/38", "HumanEval/50")]
    lines = []
    for problem in chosen:
        assert problem.solution is not None
        function = problem.prompt[problem.prompt.rindex(f"def {problem.entry_point}") :] + problem.solution
        lines += [
            {"task_id": problem.id, "solution": f"Sure! Here it is:\n\n```python\n{function}```\nHope that helps."},
            {"task_id": problem.id, "solution": f"\ufeff{function}"},
            {"task_id": problem.id, "solution": f"```python\n{function}"},
            {"task_id": problem.id, "solution": "I am sorry, I can't do that."},
        ]
    halo.write("samples.jsonl", *lines)
    answer = halo("benchmark", "score", "samples.jsonl", "--prompts", "humaneval", "--k", "1", "--output", "r.json")
    assert answer.status == 0, answer.err
    assert halo.json("r.json")["outcomes"] == {"accepted": 12, "no_code": 4}


def test_it_goes_on_where_it_stopped(halo: CommandLine) -> None:
    halo.write("samples.jsonl", *({"task_id": p.id, "completion": p.solution} for p in HUMANEVAL[:5]))
    command = ("benchmark", "score", "samples.jsonl", "--prompts", "humaneval", "--k", "1", "--output", "r.json")
    assert halo(*command).status == 0
    whole = halo.lines("r.samples.jsonl")
    path = halo.directory / "r.samples.jsonl"
    path.write_bytes(path.read_bytes()[:-200])
    (halo.directory / "r.json").unlink()
    assert halo(*command).status == 0
    assert halo.lines("r.samples.jsonl")[:4] == whole[:4]
    assert {line["problem_id"] for line in halo.lines("r.samples.jsonl")} == {p.id for p in HUMANEVAL[:5]}
    assert halo.json("r.json")["passed"] == 5


def test_other_samples_under_the_same_output_are_refused(halo: CommandLine) -> None:
    halo.write("samples.jsonl", {"task_id": "HumanEval/0", "completion": HUMANEVAL[0].solution})
    command = ("benchmark", "score", "samples.jsonl", "--prompts", "humaneval", "--output", "r.json")
    assert halo(*command).status == 0
    halo.write("samples.jsonl", {"task_id": "HumanEval/0", "completion": "    return None\n"})
    answer = halo(*command)
    assert answer.status == 2
    assert "samples_file" in answer.complaint


def test_the_same_program_is_judged_once(halo: CommandLine) -> None:
    lines = [{"task_id": p.id, "completion": p.solution} for p in HUMANEVAL[:2] for _ in range(4)]
    lines += [{"task_id": "HumanEval/0", "completion": "    return None\n"}] * 2
    halo.write("samples.jsonl", *lines)
    command = ("benchmark", "score", "samples.jsonl", "--prompts", "humaneval", "--k", "1", "--output", "r.json")
    answer = halo(*command)
    assert answer.status == 0, answer.err
    assert "judged once: 7 samples repeated a program" in answer.out
    result = halo.json("r.json")
    jsonschema.validate(result, schema())
    assert result["samples"] == {"total": 10, "compiled": 10, "passed": 8, "repeats": 7}
    found = {(line["problem_id"], line["index"]): line for line in halo.lines("r.samples.jsonl")}
    assert len(found) == 10
    assert sum("same_as" in line for line in found.values()) == 7
    assert {found["HumanEval/1", index]["program"] for index in range(4)} == {found["HumanEval/1", 0]["program"]}

    path = halo.directory / "r.samples.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:5]))
    assert halo(*command).status == 0
    resumed = halo.json("r.json")
    for changes in (result, resumed):
        del changes["timing"], changes["hardware"], changes["run"]
    assert resumed == result
