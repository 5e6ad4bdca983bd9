"""Python: as a program whose output is compared, or as a module that an assertion suite calls.

The interpreter is the one that runs halo-forge, isolated (``-I``), with its installed packages. "Compiled" means that
the source parses. How a suite is kept out of the solution's reach: `halo_forge.verifiers.inside.python_suite`.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import sys
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from halo_forge.errors import JudgeError, ToolchainError
from halo_forge.sandbox.base import PAYLOAD_FD, RESULT_FD, WORKDIR, Command, ResourceLimits
from halo_forge.types import Case, Execution, Language, Outcome, Problem, Sample, SampleForm, TestStyle, Verdict
from halo_forge.verifiers.base import Stopwatch, Workshop, clip, failure
from halo_forge.verifiers.cases import run_cases
from halo_forge.verifiers.extract import extract_code
from halo_forge.verifiers.toolchain import home_of

_PROGRAM, _SUITE, _SOURCE = "python_program.py", "python_suite.py", "main.py"
_MOST_SOURCE_BYTES = 8 * 1024 * 1024
_PARSED = b"parsed"
_SELF_TESTS = (
    Problem("self-test", "", Language.PYTHON, cases=(Case("", "ready\n"),)),
    Problem("self-test", "", Language.PYTHON, tests="assert ready() == 'ready'", entry_point="ready"),
)
_SELF_TEST_SOLUTION = "def ready():\n    return 'ready'\nif __name__ == '__main__':\n    print(ready())\n"


class PythonVerifier:
    """Judges Python."""

    name = "python"
    languages = frozenset({Language.PYTHON})

    def __init__(self, workshop: Workshop) -> None:
        """Use the interpreter that runs this."""
        self._workshop = workshop
        self._interpreter = Path(os.path.realpath(sys.executable))
        inside = resources.files("halo_forge.verifiers.inside")
        self._scripts = {name: (inside / name).read_bytes() for name in (_PROGRAM, _SUITE)}

    def prepare(self, languages: frozenset[Language]) -> Mapping[str, str]:
        """See `Verifier.prepare`."""
        sample = Sample("self-test", 0, _SELF_TEST_SOLUTION)
        for problem in _SELF_TESTS:
            try:
                verdict = self.verify(problem, sample)
            except JudgeError as error:
                raise ToolchainError(f"python does not work in the sandbox: {error}") from error
            if not verdict.passed:
                raise ToolchainError(f"python fails on a small correct program: {verdict.detail}")
        return {"python": f"Python {platform.python_version()}"}

    def verify(self, problem: Problem, sample: Sample) -> Verdict:
        """See `Verifier.verify`."""
        watch = Stopwatch(sample)
        code = self._code(problem, sample)
        if code is None:
            return watch.verdict(Outcome.NO_CODE, compiled=False, detail="no code in the answer")
        if len(code) > _MOST_SOURCE_BYTES:
            detail = f"the source has {len(code)} characters; more than {_MOST_SOURCE_BYTES} are not parsed"
            return watch.verdict(Outcome.COMPILE_ERROR, compiled=False, detail=detail)
        if problem.test_style is TestStyle.ASSERTS:
            return self._judge_suite(problem, sample.form, code, watch)
        whole = problem.prompt + code if sample.form is SampleForm.COMPLETION else code
        return self._judge_program(problem, whole.encode("utf-8", "surrogatepass"), watch)

    @staticmethod
    def _code(problem: Problem, sample: Sample) -> str | None:
        if sample.form is SampleForm.COMPLETION:
            return sample.text  # belongs behind the prompt as it is
        return extract_code(sample.text, problem.language, problem.entry_point)

    def _judge_suite(self, problem: Problem, form: SampleForm, code: str, watch: Stopwatch) -> Verdict:
        payload = {
            "code": code,
            "prompt": problem.prompt if problem.prompt_is_code or form is SampleForm.COMPLETION else None,
            "form": form,
            "entry_point": problem.entry_point,
            "tests": problem.tests,
        }
        limits = self._workshop.run_limits(problem)
        execution = self._run(
            Command(
                argv=(str(self._interpreter), "-I", f"{WORKDIR}/{_SUITE}", PAYLOAD_FD, RESULT_FD),
                limits=limits,
                files={_SUITE: self._scripts[_SUITE]},
                payload=json.dumps(payload).encode(),
                wants_result=True,
                read_only=home_of(self._interpreter),
            )
        )
        report = _report(execution)
        parsed = report.get("parsed") is not False
        stderr = execution.stderr.decode(errors="replace")
        if execution.killed_by is not None or "outcome" not in report:
            outcome, detail = failure(execution, limits) or (Outcome.RUNTIME_ERROR, "the solution ended the tests")
            return watch.verdict(outcome, compiled=parsed, detail=detail, cpu_s=execution.cpu_s, passed=0, total=1)
        outcome = Outcome(str(report["outcome"]))
        return watch.verdict(
            outcome,
            compiled=parsed,
            detail=clip(f"{report['detail']}\n{stderr}" if outcome is not Outcome.ACCEPTED else ""),
            cpu_s=execution.cpu_s if parsed else None,
            passed=int(outcome is Outcome.ACCEPTED),
            total=1,
        )

    def _judge_program(self, problem: Problem, source: bytes, watch: Stopwatch) -> Verdict:
        limits = self._workshop.run_limits(problem)
        parsed = self._run(self._program_command(source, Case("", ""), limits, "parse"))
        complaint = _parse_complaint(parsed, limits)
        if complaint is not None:
            return watch.verdict(Outcome.COMPILE_ERROR, compiled=False, detail=complaint)
        if not problem.cases:
            return watch.verdict(Outcome.ACCEPTED, compiled=True, detail="parsed; there is nothing to compare with")
        runs = run_cases(
            problem.cases, limits, lambda case: self._run(self._program_command(source, case, limits, "run"))
        )
        return watch.cases_verdict(runs)

    def _program_command(self, source: bytes, case: Case, limits: ResourceLimits, mode: str) -> Command:
        return Command(
            argv=(str(self._interpreter), "-I", f"{WORKDIR}/{_PROGRAM}", mode, RESULT_FD, f"{WORKDIR}/{_SOURCE}"),
            limits=limits,
            files={_PROGRAM: self._scripts[_PROGRAM], _SOURCE: source},
            stdin=case.stdin.encode("utf-8", "surrogatepass"),
            wants_result=True,
            read_only=home_of(self._interpreter),
        )

    def _run(self, command: Command) -> Execution:
        execution = self._workshop.run(command)
        if not execution.result and execution.killed_by is None:
            words = clip(execution.stderr.decode(errors="replace")).splitlines()
            raise JudgeError(f"python did not start in the sandbox: {words[-1] if words else execution.exit_code}")
        return execution


def _report(execution: Execution) -> dict[str, object]:
    """The last whole line that the tester wrote."""
    report: dict[str, object] = {}
    for line in execution.result.splitlines():
        with contextlib.suppress(ValueError):
            report = json.loads(line)
    return report


def _parse_complaint(execution: Execution, limits: ResourceLimits) -> str | None:
    if execution.result == _PARSED and execution.killed_by is None:
        return None
    found = failure(execution, limits)
    words = execution.stderr.decode(errors="replace").strip()
    return words or (found[1] if found else "the source does not parse")
