"""The small commands, and what holds for all of them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import requires

import pytest

from e2e.conftest import HALO_FORGE, CommandLine
from halo_forge import __version__

HEAVY = ("httpx", "jinja2", "numpy", "psutil", "scipy", "torch", "transformers", "xllamacpp")


def test_version(halo: CommandLine) -> None:
    assert halo("--version").out == f"halo-forge {__version__}\n"


@pytest.mark.parametrize(
    "words",
    [
        (), ("benchmark",), ("benchmark", "run"), ("benchmark", "score"), ("benchmark", "compare"), ("data",),
        ("data", "check"), ("models",), ("verifiers",), ("doctor",),
    ],
)  # fmt: skip
def test_help(halo: CommandLine, words: tuple[str, ...]) -> None:
    answer = halo(*words, "--help")
    assert answer.status == 0
    assert "Usage" in answer.out


@pytest.mark.parametrize("words", [("data", "list"), ("verifiers", "list")])
def test_a_reader_who_had_enough_is_no_fault(halo: CommandLine, words: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [HALO_FORGE, *words],
        stdout=writing,
        stderr=subprocess.PIPE,
        env=halo.environment(None),
        timeout=120,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(("verb", "option"), [("run", "--samples"), ("full", "--train-prompts")])
def test_help_imports_nothing_heavy(verb: str, option: str) -> None:
    code = (
        "import sys, halo_forge.cli.main as m\n"
        f"sys.argv[1:] = ['benchmark', {verb!r}, '--help']\n"
        "try: m.main()\n"
        "except SystemExit: pass\n"
        f"print('HEAVY', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert option in done.stdout
    assert "HEAVY []" in done.stdout


def test_the_base_install_has_no_torch() -> None:
    base = [line for line in requires("halo-forge") or () if "extra ==" not in line]
    assert base
    assert not [line for line in base if re.match(r"(torch|transformers|vllm|trl)\b", line)]


def test_data_list_and_show(halo: CommandLine) -> None:
    listed = halo("data", "list")
    assert re.findall(r"^(demo\S*) ", listed.out, re.MULTILINE) == ["demo", "demo-train"]
    assert "humaneval" in listed.out
    assert "composed" in listed.out
    shown = halo("data", "show", "demo")
    assert "demo/01-fizzbuzz" in shown.out
    one = halo("data", "show", "demo", "demo/01-fizzbuzz")
    assert "FizzBuzz" in one.out
    assert "reference solution" in one.out
    missing = halo("data", "show", "demo", "demo/99")
    assert missing.status == 2
    assert "demo/99" in missing.complaint


def test_every_demo_problem_can_be_solved(halo: CommandLine) -> None:
    answer = halo("data", "check", "demo")
    assert answer.status == 0, answer.out
    assert "16 of 16 reference solutions pass" in answer.out


def test_every_humaneval_problem_can_be_solved(halo: CommandLine) -> None:
    answer = halo("data", "check", "humaneval")
    assert answer.status == 0, answer.out
    assert "164 of 164 reference solutions pass" in answer.out


def test_every_composed_problem_can_be_solved(halo: CommandLine) -> None:
    answer = halo("data", "check", "composed")
    assert answer.status == 0, answer.out
    assert "200 of 200 reference solutions pass" in answer.out


def test_data_check_says_which_solution_is_wrong(halo: CommandLine) -> None:
    halo.write(
        "own.jsonl",
        {"id": "good", "prompt": "Print 1.", "language": "python", "expected_output": "1", "solution": "print(1)"},
        {"id": "bad", "prompt": "Print 2.", "language": "python", "expected_output": "2", "solution": "print(3)"},
    )
    answer = halo("data", "check", "own.jsonl")
    assert answer.status == 1
    assert "bad: wrong_answer" in answer.out
    assert "1 of 2 reference solutions pass" in answer.out


def test_doctor(halo: CommandLine) -> None:
    answer = halo("doctor")
    assert answer.status == 0, answer.out
    for word in ("strict", "cpp (gcc)", "python (python)", "llamacpp", "smollm2-135m"):
        assert word in answer.out


def test_doctor_where_no_sandbox_works(halo: CommandLine) -> None:
    answer = halo("doctor", env={"HALO_FORGE_BWRAP": "/nowhere/bwrap"})
    assert answer.status == 1
    assert "--unsafe" in answer.out


def test_verifiers_list(halo: CommandLine) -> None:
    answer = halo("verifiers", "list")
    assert answer.status == 0
    for word in ("gcc", "python", "auto", "rustc", "java", "mono", "cpp: gcc"):
        assert word in answer.out


def test_verifiers_list_says_what_to_install(halo: CommandLine) -> None:
    answer = halo("verifiers", "list", env={"PATH": "/nowhere"})
    assert answer.status == 0
    words = " ".join(answer.out.split())
    for package in ("g++", "golang-go", "mono-mcs"):
        assert f"apt install {package})" in words
    assert "npm install -g typescript" in words


@pytest.mark.skipif(shutil.which("x86_64-w64-mingw32-g++") is None, reason="not installed: x86_64-w64-mingw32-g++")
def test_a_compiler_for_another_system_says_that_no_test_is_run(halo: CommandLine) -> None:
    halo.write("problems.jsonl", {"id": "one", "prompt": "p", "expected_output": "1"})
    halo.write(
        "samples.jsonl", {"task_id": "one", "solution": "int main() {}"}, {"task_id": "one", "solution": "int main() {"}
    )
    command = ("benchmark", "score", "samples.jsonl", "--prompts", "problems.jsonl", "-o", "r.json")
    answer = halo(*command, "--verifier", "mingw")
    assert answer.status == 0, answer.err
    assert "no test is run" in answer.err
    result = halo.json("r.json")
    assert result["judged_by"] == "compile"
    assert result["outcomes"] == {"accepted": 1, "compile_error": 1}


def test_without_a_sandbox_on_request(halo: CommandLine) -> None:
    halo.write("problems.jsonl", {"id": "one", "prompt": "p", "language": "python", "expected_output": "1"})
    halo.write("samples.jsonl", {"task_id": "one", "solution": "print(1)"})
    answer = halo("benchmark", "score", "samples.jsonl", "--prompts", "problems.jsonl", "--unsafe", "-o", "r.json")
    assert answer.status == 0, answer.err
    result = halo.json("r.json")
    assert result["passed"] == 1
    assert result["run"]["sandbox"]["tier"] == "unsafe"
    assert "NO SANDBOX" in answer.out
