"""`benchmark run` from the command line to the files, with a scripted model and real judges."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from e2e.conftest import HALO_FORGE, CommandLine
from halo_forge.sandbox import proc
from halo_forge.verifiers.shipped import START_ZYGOTE
from patience import LONG_S

FIELDS = {
    "problem_id", "index", "text", "n_tokens", "finish_reason", "seed", "outcome", "passed", "compiled", "cpu_s",
    "wall_s", "detail",
}  # fmt: skip
TIMES = ("times", "wall_s", "cpu_s")

ADD = {
    "id": "add", "prompt": "Write add(a, b).", "language": "python", "category": "math",
    "tests": "assert add(1, 2) == 3", "entry_point": "add",
}  # fmt: skip
HELLO = {"id": "hello", "prompt": "Print hello in C++.", "language": "cpp", "expected_output": "hello\n"}
SAMPLES: list[dict[str, Any]] = [
    {"problem_id": "add", "text": "```python\ndef add(a, b):\n    return a + b\n```", "n_tokens": 20},
    {"problem_id": "add", "text": "def add(a, b):\n    return a - b\n", "n_tokens": 18},
    {"problem_id": "add", "text": "I do not know.", "n_tokens": 5, "finish_reason": "length"},
    {"problem_id": "hello", "text": '#include <cstdio>\nint main() { std::puts("hello"); }', "n_tokens": 30},
    {"problem_id": "hello", "text": "int main() { return 3; }", "n_tokens": 11},
    {"problem_id": "hello", "text": "int main() { oops }", "n_tokens": 8},
]
RUN = ("benchmark", "run", "--model", "scripted:samples.jsonl", "--prompts", "data/test.jsonl")


@pytest.fixture
def ready(halo: CommandLine) -> CommandLine:
    """Two problems and three samples of each."""
    halo.write("data/test.jsonl", ADD, HELLO)
    halo.write("samples.jsonl", *SAMPLES)
    return halo


def schema() -> Any:
    return json.loads((resources.files("halo_forge.report") / "result.schema.json").read_text())


def test_the_published_command(ready: CommandLine) -> None:
    answer = ready(*RUN, "--verifier", "auto", "--samples", "3", "--k", "1,3", "--output", "results/benchmark.json")
    assert answer.status == 0, answer.err
    result = ready.json("results/benchmark.json")
    jsonschema.validate(result, schema())
    assert (result["total"], result["passed"], result["pass_rate"], result["solved"]) == (2, 2, 1.0, 2)
    assert result["pass_at_k"] == {"1": pytest.approx(1 / 3, abs=1e-15), "3": 1.0}
    assert result["samples"] == {"total": 6, "compiled": 4, "passed": 2, "repeats": 0}
    assert result["compile_rate"] == pytest.approx(4 / 6, abs=1e-15)
    assert result["outcomes"] == {
        "accepted": 2, "wrong_answer": 1, "runtime_error": 1, "compile_error": 1, "no_code": 1,
    }  # fmt: skip
    assert result["by_category"]["math"] == {"total": 1, "passed": 1, "solved": 1}
    assert result["by_category"]["uncategorized"] == {"total": 1, "passed": 1, "solved": 1}
    assert result["tokens"]["completion"] == 92
    assert result["tokens"]["truncated"] == 1
    assert result["judged_by"] == "tests"
    assert result["unscored"] == 0
    assert {(p["n"], p["c"]) for p in result["problems"].values()} == {(3, 1)}
    assert result["timing"]["generation_time"] >= 0
    assert result["timing"]["verification_time"] > 0
    assert result["run"]["sandbox"]["tier"] == "strict"
    lines = ready.lines("results/benchmark.samples.jsonl")
    assert len(lines) == 6
    assert all(line.keys() >= FIELDS for line in lines)
    assert not (ready.directory / "results/benchmark.generated.jsonl").exists()
    for word in ("compile rate", "pass@1", "pass@3", "math", "accepted", "results/benchmark.json"):
        assert word in answer.out


def test_defaults(ready: CommandLine) -> None:
    answer = ready(*RUN)
    assert answer.status == 0, answer.err
    (path,) = (ready.directory / "results").glob("*-test.json")
    result = json.loads(path.read_text())
    assert result["samples"]["total"] == 40
    assert list(result["pass_at_k"]) == ["1", "5", "10"]


def test_default_k_above_the_samples_is_null(ready: CommandLine) -> None:
    answer = ready(*RUN, "--samples", "3", "--output", "x.json")
    assert answer.status == 0
    assert ready.json("x.json")["pass_at_k"] == {"1": pytest.approx(1 / 3), "5": None, "10": None}
    assert "needs 5 samples a problem" in answer.out


def test_json_goes_to_standard_output_alone(ready: CommandLine) -> None:
    answer = ready(*RUN, "--samples", "1", "--k", "1", "--output", "-")
    assert json.loads(answer.out)["total"] == 2
    assert "pass@1" in answer.err


def test_a_finished_run_is_only_counted_again(ready: CommandLine) -> None:
    command = (*RUN, "--samples", "3", "--k", "1", "--output", "x.json")
    assert ready(*command).status == 0
    result, samples = ready.json("x.json"), (ready.directory / "x.samples.jsonl").read_bytes()
    (ready.directory / "samples.jsonl").write_text(json.dumps(SAMPLES[0]) + "\n")  # the model can't be asked again
    ready.write("samples.jsonl", *SAMPLES)
    assert ready(*RUN, "--samples", "3", "--k", "1,2", "--output", "x.json").status == 0
    again = ready.json("x.json")
    assert (ready.directory / "x.samples.jsonl").read_bytes() == samples
    assert set(again["pass_at_k"]) == {"1", "2"}
    for key in ("total", "passed", "samples", "outcomes", "problems", "timing", "intervals"):
        if key != "intervals":
            assert again[key] == result[key]


def test_judge_errors_count_in_nothing_and_are_judged_again(ready: CommandLine) -> None:
    broken = ready.directory / "tools" / "bin"
    broken.mkdir(parents=True)
    for tool in ("g++", "gcc"):  # works for the small program of the start, fails afterwards
        (broken / tool).write_text(
            '#!/bin/sh\ngrep -q "std::puts\\|oops\\|return 3" /tmp/main.cpp 2>/dev/null && kill -KILL $$\n'
            f'exec /usr/bin/{tool} "$@"\n'
        )
        (broken / tool).chmod(0o755)
    path = {"PATH": f"{broken}:{os.environ['PATH']}"}
    command = (*RUN, "--samples", "3", "--k", "1", "--output", "x.json")
    answer = ready(*command, env=path)
    assert answer.status == 3, answer.err
    result = ready.json("x.json")
    jsonschema.validate(result, schema())
    assert result["unscored"] == 3
    assert result["total"] == 1
    assert result["samples"]["total"] == 3
    assert "not judged, 3: g++ was killed, and not by halo-forge" in answer.err
    assert "3 samples could not be judged" in answer.err
    for tool in ("g++", "gcc"):
        (broken / tool).write_text(f'#!/bin/sh\nexec /usr/bin/{tool} "$@"\n')
    answer = ready(*command, env=path)
    assert answer.status == 0, answer.err
    assert ready.json("x.json")["unscored"] == 0
    assert ready.json("x.json")["samples"] == {"total": 6, "compiled": 4, "passed": 2, "repeats": 0}


def verdicts(halo: CommandLine, name: str) -> dict[tuple[str, int], dict[str, Any]]:
    """What has to be the same however often a run was interrupted."""
    lines = halo.lines(name)
    found = {(line["problem_id"], line["index"]): line for line in lines}
    assert len(found) == len(lines)
    return {key: {k: v for k, v in line.items() if k not in TIMES} for key, line in found.items()}


@pytest.fixture
def long_run(halo: CommandLine) -> CommandLine:
    """Enough problems that a run can be killed in the middle."""
    halo.write("data/test.jsonl", *({**ADD, "id": f"add-{n}"} for n in range(40)))
    halo.write("samples.jsonl", *({**s, "problem_id": f"add-{n}"} for n in range(40) for s in SAMPLES[:3]))
    return halo


def test_killed_at_random_moments(long_run: CommandLine) -> None:
    command = (*RUN, "--samples", "3", "--k", "1", "--output")
    assert long_run(*command, "whole.json").status == 0
    dice = random.Random(4)
    killed = 0
    for _ in range(8):
        process = long_run.start(*command, "x.json")
        try:
            process.wait(timeout=dice.uniform(0.4, 1.4))
        except subprocess.TimeoutExpired:
            killed += 1
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    assert killed > 0
    answer = long_run(*command, "x.json")
    assert answer.status == 0, answer.err
    assert verdicts(long_run, "x.samples.jsonl") == verdicts(long_run, "whole.samples.jsonl")
    whole, resumed = long_run.json("whole.json"), long_run.json("x.json")
    for result in (whole, resumed):
        del result["timing"], result["hardware"], result["tokens"]["per_second"]
    assert resumed == whole


def test_ctrl_c(long_run: CommandLine) -> None:
    command = (*RUN, "--samples", "1000", "--k", "1", "--output", "x.json")
    process = long_run.start(*command)
    samples = long_run.directory / "x.samples.jsonl"
    while not (samples.exists() and samples.stat().st_size):
        time.sleep(0.02)
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=LONG_S)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "run the same command, without --fresh, to go on" in err
    assert 0 < len(long_run.lines("x.samples.jsonl")) < 40 * 1000


def test_a_run_that_is_nicer_already(ready: CommandLine) -> None:
    """Also where this process may not lower its niceness again."""
    words = ["nice", "-n", "15", HALO_FORGE, *RUN, "--samples", "3", "--k", "1", "--output", "x.json"]
    if os.geteuid() == 0:
        words = ["setpriv", "--bounding-set", "-sys_nice", "--inh-caps", "-sys_nice", *words]
    done = subprocess.run(words, cwd=ready.directory, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert ready.json("x.json")["samples"]["total"] == 6


def test_a_model_that_fails_leaves_a_result_that_says_so(ready: CommandLine) -> None:
    ready.write("samples.jsonl", *SAMPLES[:3])
    answer = ready(*RUN, "--samples", "3", "--k", "1", "--output", "x.json")
    assert answer.status == 3
    result = ready.json("x.json")
    jsonschema.validate(result, schema())
    assert (result["total"], result["missing"]) == (1, 3)
    assert "NOT COMPLETE: 3 samples are missing" in answer.out
    assert "hello" in answer.err


@pytest.mark.parametrize(
    "words", [("data", "check", "problems.jsonl"), ("benchmark", "score", "many.jsonl", "-p", "humaneval")]
)
def test_ctrl_c_elsewhere(halo: CommandLine, words: tuple[str, ...]) -> None:
    solved = {**ADD, "solution": "def add(a, b):\n    return a + b\n"}
    halo.write("problems.jsonl", *({**solved, "id": f"add-{n}"} for n in range(3000)))
    halo.write("many.jsonl", *({"task_id": "HumanEval/0", "completion": f"    return {n}\n"} for n in range(3000)))
    process = halo.start(*words)
    while not any(START_ZYGOTE.encode() in _command_line(pid) for pid in proc.children(process.pid)):  # judging begins
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=LONG_S)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "error" not in err


def _command_line(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def test_only_some_problems(ready: CommandLine) -> None:
    """Samples are those of the whole set's run; ids that are wrong leave nothing behind."""
    (ready.directory / "some.ids").write_text("hello\n")
    command = (*RUN, "--samples", "3", "--k", "1")
    assert ready(*command, "--output", "all.json").status == 0
    answer = ready(*command, "--only", "some.ids", "--output", "some.json")
    assert answer.status == 0, answer.err
    assert set(ready.json("some.json")["problems"]) == {"hello"}
    lines = {(line["problem_id"], line["index"]): line["seed"] for line in ready.lines("all.samples.jsonl")}
    assert {(line["problem_id"], line["index"]): line["seed"] for line in ready.lines("some.samples.jsonl")} == {
        key: seed for key, seed in lines.items() if key[0] == "hello"
    }
    for content, said in (("nobody\n", "no problem 'nobody'"), ("\n", "no id is given")):
        (ready.directory / "some.ids").write_text(content)
        answer = ready(*command, "--only", "some.ids", "--output", "none.json")
        assert answer.status == 2
        assert said in answer.complaint
        assert not (ready.directory / "none.json").exists()
