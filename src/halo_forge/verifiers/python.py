"""Python: as a program whose output is compared, or as a module that a suite of tests calls.

The interpreter is the one that runs halo-forge, with its standard library alone: installed packages are not visible in
the strict sandbox, so that a verdict does not depend on the machine. Nor does it depend on chance: strings have the
same hash in every run. "Compiled" means that the source parses. How a suite is kept out of the solution's reach:
`halo_forge.verifiers.inside.start`.
"""

from __future__ import annotations

import functools
import json
import os
import platform
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType

from halo_forge.errors import JudgeError, ToolchainError
from halo_forge.sandbox import proc
from halo_forge.sandbox.base import CONTROL_FD, PAYLOAD_FD, RESULT_FD, Command, ResourceLimits, Zygote
from halo_forge.types import (
    Case,
    Execution,
    Framework,
    JSONObject,
    KilledBy,
    Language,
    Outcome,
    Problem,
    Sample,
    SampleForm,
    TestStyle,
    Verdict,
)
from halo_forge.verifiers.ahead import made_ahead
from halo_forge.verifiers.base import SIGKILL, SIGXCPU, Stopwatch, Workshop, clip, failure
from halo_forge.verifiers.cases import run_cases
from halo_forge.verifiers.program import Refusal, program_of, whole_source
from halo_forge.verifiers.shipped import ARCHIVE, BIND_NOW, START, START_ZYGOTE, archive, pytest_packages
from halo_forge.verifiers.toolchain import home_of

_STARTED, _PARSED = b"started ", b"started parsed"
_FLAGS = ("-P", "-s")  # nothing is imported from the working directory or from a home
_PREAMBLE = "preamble.py"
_ENVIRONMENT = {"PYTHONHASHSEED": "0"}
_NO_FILES: Mapping[str, bytes] = MappingProxyType({})
_START_LIMITS = ResourceLimits(cpu_s=60, memory_mb=1024, output_bytes=65536, file_mb=1, tmp_mb=1, processes=16)
_SUITES = frozenset({TestStyle.ASSERTS, TestStyle.PYTEST, TestStyle.UNITTEST})
_SELF_TESTS = (
    Problem("self-test", "", Language.PYTHON, cases=(Case("", "ready\n"),)),
    Problem("self-test", "", Language.PYTHON, tests="assert ready() == 'ready'", entry_point="ready"),
)
_SELF_TEST_SOLUTION = "def ready():\n    return 'ready'\nif __name__ == '__main__':\n    print(ready())\n"


class _DoesNotParse(Exception):
    """The source is no Python; says why."""


class PythonVerifier:
    """Judges Python."""

    name = "python"
    languages = frozenset({Language.PYTHON})

    def __init__(self, workshop: Workshop) -> None:
        """Use the interpreter that runs this."""
        self._workshop = workshop
        self._zygote = _zygote(Path(os.path.realpath(sys.executable)))

    def prepare(self, languages: frozenset[Language]) -> Mapping[str, str]:
        """See `Verifier.prepare`."""
        sample = Sample("self-test", 0, _SELF_TEST_SOLUTION)
        try:
            with ThreadPoolExecutor(len(_SELF_TESTS)) as pool:  # so that two zygotes start at once
                verdicts = list(pool.map(self.verify, _SELF_TESTS, (sample,) * len(_SELF_TESTS)))
        except JudgeError as error:
            raise ToolchainError(f"python does not work in the sandbox: {error}") from error
        for verdict in verdicts:
            if not verdict.passed:
                raise ToolchainError(f"python fails on a small correct program: {verdict.detail}")
        versions = {"python": f"Python {platform.python_version()}"}
        with suppress(PackageNotFoundError):  # then files of pytest tests can't be judged, which is told when one is
            versions["pytest"] = f"pytest {version('pytest')}"
        return versions

    def verify(self, problem: Problem, sample: Sample) -> Verdict:
        """See `Verifier.verify`."""
        watch = Stopwatch(sample)
        code = program_of(problem, sample)
        if isinstance(code, Refusal):
            return watch.verdict(code.outcome, compiled=False, detail=code.detail)
        if problem.test_style in _SUITES:
            return self._judge_suite(problem, sample.form, code, watch)
        whole = whole_source(problem, sample, code)
        return self._judge_program(problem, whole.encode("utf-8", "surrogatepass"), watch)

    def _judge_suite(self, problem: Problem, form: SampleForm, code: str, watch: Stopwatch) -> Verdict:
        payload = {
            "preamble": problem.preamble,
            "code": code,
            "prompt": problem.prompt if problem.prompt_is_code or form is SampleForm.COMPLETION else None,
            "form": form,
            "entry_point": problem.entry_point,
            "tests": problem.tests,
            "framework": problem.framework,
        }
        made, served = b"", False
        if problem.framework is Framework.ASSERTS:
            made, served = made_ahead(problem.tests, payload["prompt"], problem.entry_point)
        beside = _packages() if problem.framework is Framework.PYTEST else made
        limits = self._workshop.run_limits(problem)
        kills_before = proc.oom_kills_before()
        execution = self._run(
            self._command(
                ("suite", PAYLOAD_FD, RESULT_FD), limits, payload=json.dumps(payload).encode() + b"\n" + beside,
                forked=bool(made),  # what makes others ready is more than a fork has
                served=served,
            )
        )  # fmt: skip
        report = _report(execution)
        if report.get("signal") == SIGKILL and proc.oom_kills() > kills_before:
            raise JudgeError("the machine ran out of memory and the kernel killed the solution")
        if report.get("outcome") == Outcome.JUDGE_ERROR:
            raise JudgeError(report["detail"])
        return _suite_verdict(report, execution, limits, watch)

    def _judge_program(self, problem: Problem, source: bytes, watch: Stopwatch) -> Verdict:
        limits = self._workshop.run_limits(problem)
        preamble = (problem.preamble or "").encode()
        try:
            if not problem.cases:
                self._run_program(preamble, source, Case("", ""), limits, "parse")
                detail = "parsed; there is nothing to compare with"
                return watch.verdict(Outcome.ACCEPTED, compiled=True, detail=detail)
            runs = run_cases(problem, limits, lambda case: self._run_program(preamble, source, case, limits, "run"))
        except _DoesNotParse as complaint:
            return watch.verdict(Outcome.COMPILE_ERROR, compiled=False, detail=str(complaint))
        return watch.cases_verdict(runs)

    def _run_program(self, preamble: bytes, source: bytes, case: Case, limits: ResourceLimits, mode: str) -> Execution:
        execution = self._run(
            self._command(
                (mode, RESULT_FD, "main.py", _PREAMBLE), limits, {"main.py": source, _PREAMBLE: preamble},
                stdin=case.stdin.encode("utf-8", "surrogatepass"),
            )
        )  # fmt: skip
        if execution.result != _PARSED:
            _check_begun(execution)
            found = failure(execution, limits)
            words = execution.stderr.decode(errors="replace").strip()
            raise _DoesNotParse(words or (found[1] if found else "the source does not parse"))
        return execution

    def _command(
        self, words: tuple[str, ...], limits: ResourceLimits, files: Mapping[str, bytes] = _NO_FILES, *,
        stdin: bytes = b"", payload: bytes | None = None, forked: bool = True, served: bool = False,
    ) -> Command:  # fmt: skip
        return Command(
            argv=(*self._zygote.instead_of, *words),
            read_only=self._zygote.start.read_only,
            env=_ENVIRONMENT,
            limits=limits,
            files={ARCHIVE: archive(), **files},
            stdin=stdin,
            payload=payload,
            wants_result=True,
            zygote=self._zygote if forked else None,
            served=served,
        )

    def _run(self, command: Command) -> Execution:
        execution = self._workshop.run(command)
        if not execution.result and execution.killed_by is None:
            words = clip(execution.stderr.decode(errors="replace")).splitlines()
            raise JudgeError(f"python did not start in the sandbox: {words[-1] if words else execution.exit_code}")
        return execution


@functools.cache
def _zygote(interpreter: Path) -> Zygote:
    words = (str(interpreter), *_FLAGS, "-c")
    start = Command(
        argv=(*words, START_ZYGOTE, CONTROL_FD),
        limits=_START_LIMITS,
        files={ARCHIVE: archive()},
        read_only=home_of(interpreter),
        env={**_ENVIRONMENT, BIND_NOW: "1"},
    )
    return Zygote(start, instead_of=(*words, START), server=("serve",), served=("candidate",))


def _check_begun(execution: Execution) -> None:
    """Reading a source takes a processor's time: when none was used up, it is the machine that was late.

    Raises:
        JudgeError: that was so.
    """
    if execution.killed_by is KilledBy.WALL:
        raise JudgeError(f"python had not read the source after {execution.wall_s:.0f} s; is the machine overloaded?")


def _report(execution: Execution) -> JSONObject:
    """All that the tester told, in one."""
    report: JSONObject = {}
    for told in json.loads((b"[%s]" % b",".join(execution.result.splitlines())).decode()):
        report |= told
    return report


def _suite_verdict(report: JSONObject, execution: Execution, limits: ResourceLimits, watch: Stopwatch) -> Verdict:
    parsed = report.get("parsed") is True
    if not parsed:
        _check_begun(execution)
        found = failure(execution, limits)
        detail = report.get("detail", found[1] if found else "the source does not parse")
        return watch.verdict(Outcome.COMPILE_ERROR, compiled=False, detail=detail)
    outcome, detail = _suite_outcome(report, execution, limits)
    total = report.get("total", 1)
    passed = total if outcome is Outcome.ACCEPTED else min(report.get("passed", 0), total - 1)  # something did fail
    return watch.verdict(outcome, compiled=True, detail=detail, cpu_s=execution.cpu_s, passed=passed, total=total)


def _suite_outcome(report: JSONObject, execution: Execution, limits: ResourceLimits) -> tuple[Outcome, str]:
    """What decides: the first failure that the tester told, though the run may have been ended afterwards."""
    outcome = Outcome(report["outcome"]) if "outcome" in report else None
    if (
        outcome is None
        or _ended_by_the_system(report, execution)
        or (outcome is Outcome.ACCEPTED and execution.killed_by is not None)
    ):
        return failure(execution, limits) or (Outcome.RUNTIME_ERROR, "the solution ended the tests")
    if outcome is Outcome.ACCEPTED:
        return outcome, ""
    return outcome, f"{report['detail']}\n{execution.stderr.decode(errors='replace')}"


def _ended_by_the_system(report: JSONObject, execution: Execution) -> bool:
    """Whether that the solution was ended for its time is what failed first: the system does it, should we be late.

    The tester can't tell that from a crash.
    """
    signalled = report.get("by_end") is True and report["signal"] in (SIGXCPU, SIGKILL)
    return signalled and execution.killed_by is KilledBy.CPU


def _packages() -> bytes:
    try:
        return pytest_packages()
    except ModuleNotFoundError as error:
        raise JudgeError(
            f"the tests need {error.name}, which is not installed; pip install 'halo-forge[pytest]'"
        ) from error
