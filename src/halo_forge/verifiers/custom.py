"""The user's own test: a command of the problem's, run in the sandbox beside the answer.

The contract is in docs/verdicts.md. The exit status alone makes a pass, because the command may run the answer, which
could then write whatever the command can write: what it says about itself can only tell kinds of failure apart, and
count tests.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from halo_forge.errors import JudgeError
from halo_forge.sandbox.base import RESULT_FD, Command, ResourceLimits
from halo_forge.types import Execution, JSONObject, Language, Outcome, Problem, Sample, Verdict
from halo_forge.verifiers.base import Stopwatch, Workshop, failure
from halo_forge.verifiers.program import Refusal, program_of, whole_source
from halo_forge.verifiers.toolchain import home_of

NAME = "custom"
EXTENSIONS: Mapping[Language, str] = {
    Language.C: "c", Language.CPP: "cpp", Language.PYTHON: "py", Language.RUST: "rs", Language.GO: "go",
    Language.JAVA: "java", Language.JAVASCRIPT: "js", Language.TYPESCRIPT: "ts", Language.CSHARP: "cs",
    Language.BASH: "sh",
}  # fmt: skip
_SHELL = 'HALO_FORGE_RESULT="/proc/self/fd/$1" exec /bin/sh -c "$2"'
_REJECTED = 1
_CANNOT_START = (126, 127)
_FAILURES = frozenset(Outcome) - {Outcome.ACCEPTED, Outcome.JUDGE_ERROR}


@dataclass(frozen=True, slots=True)
class CustomVerifier:
    """Judges problems that bring a command, in whatever language."""

    workshop: Workshop
    name = NAME
    languages = frozenset(Language)

    def prepare(self, languages: frozenset[Language]) -> Mapping[str, str]:
        """See `Verifier.prepare`: what a command needs is not known."""
        return {}

    def verify(self, problem: Problem, sample: Sample) -> Verdict:
        """See `Verifier.verify`."""
        watch = Stopwatch(sample)
        if problem.custom is None:
            raise JudgeError("the problem has no 'command' for the custom verifier")
        program = program_of(problem, sample)
        if isinstance(program, Refusal):
            return watch.verdict(program.outcome, compiled=False, detail=program.detail)
        code = whole_source(problem, sample, program)
        limits = self._limits(problem)
        execution = self.workshop.run(_command(problem, sample, code, limits))
        outcome, detail = _outcome(execution, limits)
        said = _said(execution)
        passed, total = _counts(said)
        if outcome in (Outcome.WRONG_ANSWER, Outcome.RUNTIME_ERROR):
            outcome = next((kind for kind in _FAILURES if kind.value == said.get("outcome")), outcome)
            detail = f"{said.get('detail', '')}\n{detail}"
        if outcome is Outcome.ACCEPTED and passed != total:
            raise JudgeError(f"the command accepts an answer that passes {passed} of {total} tests")
        compiled = outcome not in (Outcome.COMPILE_ERROR, Outcome.NO_CODE)
        return watch.verdict(
            outcome, compiled=compiled, detail=detail, cpu_s=execution.cpu_s, passed=passed, total=total
        )

    def _limits(self, problem: Problem) -> ResourceLimits:
        """Room for a compiler and then the program, unless the problem has limits of its own."""
        own, room = problem.limits, self.workshop.compile_limits(address_space=False)
        limits = own.apply(self.workshop.limits)
        return ResourceLimits(
            cpu_s=room.cpu_s + limits.cpu_s if own.cpu_s is None else limits.cpu_s,
            memory_mb=max(room.memory_mb, limits.memory_mb) if own.memory_mb is None else limits.memory_mb,
            output_bytes=limits.output_bytes, file_mb=room.file_mb, tmp_mb=room.tmp_mb, processes=limits.processes,
            address_space=False,
        )  # fmt: skip


def _command(problem: Problem, sample: Sample, code: str, limits: ResourceLimits) -> Command:
    assert problem.custom is not None
    interpreter = Path(os.path.realpath(sys.executable))
    about = {
        "id": problem.id, "prompt": problem.prompt, "language": problem.language.value,
        "entry_point": problem.entry_point,
    }  # fmt: skip
    files = {
        **problem.custom.files,
        f"solution.{EXTENSIONS[problem.language]}": code,
        "answer.txt": sample.text,
        "problem.json": json.dumps(about),
    }
    return Command(
        argv=("/bin/sh", "-c", _SHELL, NAME, RESULT_FD, problem.custom.command),
        limits=limits,
        files={name: text.encode("utf-8", "replace") for name, text in files.items()},
        wants_result=True,
        read_only=home_of(interpreter),
        env={"PYTHON": str(interpreter), "PYTHONDONTWRITEBYTECODE": "1"},
    )


def _outcome(execution: Execution, limits: ResourceLimits) -> tuple[Outcome, str]:
    found = failure(execution, limits)
    words = (execution.stderr + b"\n" + execution.stdout).decode(errors="replace").strip()
    if found is None:
        return Outcome.ACCEPTED, ""
    if execution.exit_code in _CANNOT_START:
        raise JudgeError(f"the command of the problem could not be started: {words}")
    if execution.killed_by is None and execution.exit_code == _REJECTED:
        return Outcome.WRONG_ANSWER, words
    return found[0], f"{found[1]}\n{execution.stdout.decode(errors='replace')}"


def _said(execution: Execution) -> JSONObject:
    """What the command wrote about the answer; nothing, if it makes no sense."""
    try:
        said = json.loads(execution.result) if execution.result.strip() else {}
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _counts(said: JSONObject) -> tuple[int | None, int | None]:
    passed, total = said.get("tests_passed"), said.get("tests_total")
    if type(passed) is int and type(total) is int and 0 <= passed <= total:
        return passed, total
    return None, None
