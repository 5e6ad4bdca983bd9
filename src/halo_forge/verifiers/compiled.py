"""Languages that a compiler turns into a program: compile inside one sandbox, run inside another, compare outside.

The program leaves the first sandbox through a memory file and enters the second as a copy, so no path that a sample
could have prepared is ever opened. A problem without cases is judged by compiling alone.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from halo_forge.errors import JudgeError, ToolchainError
from halo_forge.sandbox import proc
from halo_forge.sandbox.base import RESULT_FD, Command, ResourceLimits
from halo_forge.types import Case, Execution, Language, Outcome, Problem, Sample, SampleForm, TestStyle, Verdict
from halo_forge.verifiers.base import SIGKILL, Stopwatch, Workshop, failure
from halo_forge.verifiers.cases import run_cases
from halo_forge.verifiers.extract import extract_code
from halo_forge.verifiers.toolchain import find_tool, home_of

_PROGRAM = "program"
_COMPILE_SCRIPT = f'result=$1; shift; "$@" && exec cat {_PROGRAM} >"/proc/self/fd/$result"'
_SHELL_CANNOT_RUN = (126, 127)
_MOST_SOURCE_BYTES = 8 * 1024 * 1024
_SELF_TEST_CASE = Case(stdin="", expected_output="ready\n")
# What the compiler's driver says when a part of it was killed. A sample may print the same words through a pragma, so
# they are a reason to look twice, never a proof.
_PART_KILLED = re.compile(rb"fatal error: Killed signal terminated program")


@dataclass(frozen=True, slots=True)
class CompiledLanguage:
    """How a compiler is called for one language.

    Attributes:
        compiler: the command's name on PATH.
        package: what to install when it is missing (apt).
        flags: defaults, replaced as a whole by --compile-flags.
        libraries: words behind the source, never replaced.
        self_test: a program that prints ``ready``.
    """

    language: Language
    source_name: str
    compiler: str
    package: str
    flags: tuple[str, ...]
    libraries: tuple[str, ...]
    self_test: str


@dataclass(frozen=True, slots=True)
class CompiledVerifier:
    """Judges every language of `specs`, with one family of compilers."""

    name: str
    specs: Mapping[Language, CompiledLanguage]
    workshop: Workshop
    _tools: dict[Language, Path] = field(default_factory=dict)

    @property
    def languages(self) -> frozenset[Language]:
        """The languages of its compilers."""
        return frozenset(self.specs)

    def prepare(self, languages: frozenset[Language]) -> dict[str, str]:
        """See `Verifier.prepare`."""
        return dict(self._prepare(self.specs[language]) for language in sorted(languages & self.languages))

    def verify(self, problem: Problem, sample: Sample) -> Verdict:
        """See `Verifier.verify`."""
        watch = Stopwatch(sample)
        if problem.test_style is TestStyle.ASSERTS:
            raise JudgeError(f"an assertion suite can't be run for {problem.language.value}")
        source = _source(problem, sample)
        if source is None:
            return watch.verdict(Outcome.NO_CODE, compiled=False, detail="no code in the answer")
        return self._judge(problem, source, watch)

    def _prepare(self, spec: CompiledLanguage) -> tuple[str, str]:
        tool = find_tool(spec.compiler, spec.package)
        self._tools[spec.language] = tool
        problem = Problem(id="self-test", prompt="", language=spec.language, cases=(_SELF_TEST_CASE,))
        try:
            verdict = self._judge(problem, spec.self_test, Stopwatch(Sample("self-test", 0, spec.self_test)))
        except JudgeError as error:
            raise ToolchainError(f"{spec.compiler} does not work in the sandbox: {error}") from error
        if not verdict.passed:
            raise ToolchainError(f"{spec.compiler} fails on a small correct program: {verdict.detail.splitlines()[0]}")
        return spec.compiler, _version(tool)

    def _judge(self, problem: Problem, source: str, watch: Stopwatch) -> Verdict:
        program, complaint = self._compile(self.specs[problem.language], source)
        if program is None:
            return watch.verdict(Outcome.COMPILE_ERROR, compiled=False, detail=complaint)
        if not problem.cases:
            return watch.verdict(Outcome.ACCEPTED, compiled=True, detail="compiled; there is nothing to compare with")
        limits = self.workshop.run_limits(problem)
        run = self.workshop.run
        return watch.cases_verdict(
            run_cases(problem.cases, limits, lambda case: run(self._run_command(program, case, limits)))
        )

    def _compile(self, spec: CompiledLanguage, source: str) -> tuple[bytes | None, str]:
        """The program, or ``None`` and what the compiler said."""
        content = source.encode("utf-8", "replace")
        if len(content) > _MOST_SOURCE_BYTES:
            return None, f"the source has {len(content)} bytes; more than {_MOST_SOURCE_BYTES} are not compiled"
        command = self._compile_command(spec, content)
        kills_before = proc.oom_kills()
        execution = self.workshop.run(command)
        if _lost_a_part(execution):
            if proc.oom_kills() > kills_before:
                raise JudgeError(f"the machine ran out of memory and the kernel killed a part of {spec.compiler}")
            execution = self.workshop.run(command)
        return _compiled(execution, spec, command)

    def _compile_command(self, spec: CompiledLanguage, content: bytes) -> Command:
        tool = self._tools[spec.language]
        flags = spec.flags if self.workshop.compile_flags is None else self.workshop.compile_flags
        call = (str(tool), *flags, "-o", _PROGRAM, spec.source_name, *spec.libraries)
        return Command(
            argv=("/bin/sh", "-c", _COMPILE_SCRIPT, "compile", RESULT_FD, *call),
            limits=self.workshop.compile_limits(),
            files={spec.source_name: content},
            wants_result=True,
            read_only=home_of(tool),
        )

    def _run_command(self, program: bytes, case: Case, limits: ResourceLimits) -> Command:
        return Command(
            argv=(f"./{_PROGRAM}",),
            limits=limits,
            files={_PROGRAM: program},
            stdin=case.stdin.encode("utf-8", "surrogatepass"),
        )


def _source(problem: Problem, sample: Sample) -> str | None:
    if sample.form is SampleForm.COMPLETION:
        return problem.prompt + sample.text
    return extract_code(sample.text, problem.language, problem.entry_point)


def _lost_a_part(execution: Execution) -> bool:
    if execution.killed_by is not None:
        return False
    return execution.signal == SIGKILL or bool(_PART_KILLED.search(execution.stderr))


def _compiled(execution: Execution, spec: CompiledLanguage, command: Command) -> tuple[bytes | None, str]:
    found = failure(execution, command.limits)
    if found is None:
        if not execution.result:
            raise JudgeError(f"{spec.compiler} ended well but made no program")
        return execution.result, ""
    if execution.killed_by is None and execution.signal == SIGKILL:
        raise JudgeError(f"{spec.compiler} was killed, and not by halo-forge")
    words = execution.stderr.decode(errors="replace")
    if execution.exit_code in _SHELL_CANNOT_RUN:
        raise JudgeError(f"{spec.compiler} could not be started: {words.strip()}")
    if execution.killed_by is not None:
        return None, f"the compiler {found[1]}\n{words}"
    return None, words if words.strip() else found[1]


def _version(tool: Path) -> str:
    answer = subprocess.run([tool, "--version"], capture_output=True, text=True, timeout=30, check=False)
    return answer.stdout.splitlines()[0] if answer.stdout else "unknown"
