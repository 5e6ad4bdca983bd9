"""Problems that bring a command of their own, judged for real."""

from __future__ import annotations

from typing import Any

import pytest

from halo_forge.errors import JudgeError
from halo_forge.types import (
    CustomTest,
    Language,
    LimitOverrides,
    Limits,
    Outcome,
    Problem,
    Sample,
    SampleForm,
    Verdict,
)
from judging import Judges

RIGHT = "```python\ndef double(x):\n    return 2 * x\n```"
WRONG = "```python\ndef double(x):\n    return x\n```"
CHECK = """\
import json, os, subprocess, sys
cases = [(1, 2), (0, 0), (5, 10)]
passed = 0
for given, expected in cases:
    run = [os.environ["PYTHON"], "-c", f"import solution; print(solution.double({given}))"]
    answer = subprocess.run(run, capture_output=True, text=True)
    passed += answer.stdout.strip() == str(expected)
with open(os.environ["HALO_FORGE_RESULT"], "w") as file:
    json.dump({"tests_passed": passed, "tests_total": len(cases), "detail": f"{passed} right"}, file)
sys.exit(passed < len(cases))
"""


def judged(judges: Judges, command: str, text: str = RIGHT, **keys: Any) -> Verdict:
    files = keys.pop("files", {})
    form = keys.pop("form", SampleForm.SOLUTION)
    problem = Problem("p", "#", keys.pop("language", Language.PYTHON), custom=CustomTest(command, files), **keys)
    verifier = judges.verifier(Language.PYTHON, Limits())
    verdict: Verdict = verifier.verify(problem, Sample("p", 0, text, form))
    return verdict


@pytest.mark.parametrize(
    ("command", "outcome", "detail"),
    [
        ("true", Outcome.ACCEPTED, ""),
        ("echo not so; false", Outcome.WRONG_ANSWER, "not so"),
        ("exit 3", Outcome.RUNTIME_ERROR, "exit status 3"),
        ("kill -SEGV $$", Outcome.RUNTIME_ERROR, "SIGSEGV"),
        ("while :; do :; done", Outcome.TIME_LIMIT, "0.5 s"),
        ("""echo '{"outcome": "compile_error", "detail": "line 1"}' > $HALO_FORGE_RESULT; exit 1""",
         Outcome.COMPILE_ERROR, "line 1"),
        ("""echo '{"outcome": "accepted"}' > $HALO_FORGE_RESULT; exit 1""", Outcome.WRONG_ANSWER, ""),
        ("""echo '{"outcome": ["accepted"], "tests_passed": -1}' > $HALO_FORGE_RESULT; exit 1""",
         Outcome.WRONG_ANSWER, ""),
        ("echo nonsense > $HALO_FORGE_RESULT; exit 1", Outcome.WRONG_ANSWER, ""),
        ("echo nonsense > $HALO_FORGE_RESULT; exit 0", Outcome.ACCEPTED, ""),
        ("cat solution.py answer.txt problem.json; exit 1", Outcome.WRONG_ANSWER, '"language": "python"'),
        ("cat solution.py; exit 1", Outcome.WRONG_ANSWER, "def double(x):\n    return 2 * x"),
        ("cat data.txt; exit 1", Outcome.WRONG_ANSWER, "größer"),
    ],
)  # fmt: skip
def test_what_a_command_can_say(judges: Judges, command: str, outcome: Outcome, detail: str) -> None:
    verdict = judged(judges, command, limits=LimitOverrides(cpu_s=0.5), files={"data.txt": "größer"})
    assert (verdict.outcome, verdict.compiled) == (outcome, outcome is not Outcome.COMPILE_ERROR)
    assert detail in verdict.detail


def test_tests_are_counted(judges: Judges) -> None:
    right = judged(judges, "$PYTHON check.py", files={"check.py": CHECK})
    assert (right.outcome, right.tests_passed, right.tests_total) == (Outcome.ACCEPTED, 3, 3)
    wrong = judged(judges, "$PYTHON check.py", WRONG, files={"check.py": CHECK})
    assert (wrong.outcome, wrong.tests_passed, wrong.tests_total) == (Outcome.WRONG_ANSWER, 1, 3)
    assert "1 right" in wrong.detail


def test_a_compiler_fits_in(judges: Judges) -> None:
    source = '```cpp\n#include <bits/stdc++.h>\nint main() { std::cout << "hello\\n"; }\n```'
    command = 'g++ -o program solution.cpp && test "$(./program)" = hello'
    assert judged(judges, command, source, language=Language.CPP).passed


def test_a_completion_stands_behind_the_prompt(judges: Judges) -> None:
    verdict = judged(judges, "cat solution.py; exit 1", "text ", form=SampleForm.COMPLETION)
    assert verdict.detail == "#text"


def test_an_answer_that_the_command_runs_can_not_make_it_a_pass(judges: Judges) -> None:
    forged = '```bash\necho \'{"outcome": "accepted", "tests_passed": 1, "tests_total": 1}\' > $HALO_FORGE_RESULT\n```'
    verdict = judged(judges, "bash solution.sh; exit 1", forged, language=Language.BASH)
    assert verdict.outcome is Outcome.WRONG_ANSWER


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("no_such_command", "could not be started"),
        ("./data.txt/x", "could not be started"),
        (
            """echo '{"tests_passed": 1, "tests_total": 2}' > $HALO_FORGE_RESULT""",
            "accepts an answer that passes 1 of 2",
        ),
    ],
)
def test_a_command_that_is_at_fault(judges: Judges, command: str, words: str) -> None:
    with pytest.raises(JudgeError, match=words):
        judged(judges, command, files={"data.txt": ""})


def test_no_code(judges: Judges) -> None:
    assert judged(judges, "true", "").outcome is Outcome.NO_CODE
