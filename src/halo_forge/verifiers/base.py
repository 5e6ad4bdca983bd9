"""The protocol of a verifier, and what every verifier needs to turn an execution into an outcome."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from halo_forge.errors import JudgeError
from halo_forge.sandbox import proc
from halo_forge.sandbox.base import Command, ResourceLimits, Sandbox
from halo_forge.types import Execution, KilledBy, Language, Limits, Outcome, Problem, Sample, Verdict
from halo_forge.verifiers.executor import executor

SIGKILL = 9
SIGXCPU = 24
_DETAIL = 4000  # characters of detail that a verdict keeps
_COMPILE_FILE_MB, _COMPILE_TMP_MB = 256, 512
_SIGNAL_NAMES = {4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV", 24: "SIGXCPU",
                 25: "SIGXFSZ", 31: "SIGSYS"}  # fmt: skip
_NO_MEMORY = (b"bad_alloc", b"MemoryError", b"Cannot allocate memory", b"out of memory", b"bad_array_new_length",
              b"OutOfMemoryE", b"cannot allocate", b"memory allocation of", b"buffer allocation failed",
              b"error='Not enough space'")  # fmt: skip
_NEARLY_FULL = 0.9


class Verifier(Protocol):
    """Judges samples of some languages. Safe to use from several threads at once."""

    @property
    def name(self) -> str:
        """What the user types after --verifier."""

    @property
    def languages(self) -> frozenset[Language]:
        """The languages that it can judge."""

    def prepare(self, languages: frozenset[Language]) -> Mapping[str, str]:
        """Find the tools for `languages`, try each on a small program, and say which versions they are.

        Raises:
            ToolchainError: a tool is missing, or fails on its small program.
        """

    def verify(self, problem: Problem, sample: Sample) -> Verdict:
        """Judge one sample.

        Raises:
            JudgeError: no verdict could be reached, through no fault of the sample.
        """


@dataclass(frozen=True, slots=True)
class Workshop:
    """What verifiers work with: where to run things, how much they may use, and the user's compiler flags."""

    sandbox: Sandbox
    limits: Limits
    compile_flags: tuple[str, ...] | None = None  # None: the language's own default

    def run(self, command: Command) -> Execution:
        """Run a command in the sandbox.

        Raises:
            JudgeError: the sandbox failed, or the kernel killed something because the machine's memory was full.
        """
        kills_before = proc.oom_kills_before()
        execution = self.sandbox.run(
            command if command.zygote else replace(command, zygote=executor(command.read_only))
        )
        if execution.killed_by is None and execution.signal == SIGKILL and proc.oom_kills() > kills_before:
            raise JudgeError("the machine ran out of memory and the kernel killed the program")
        return execution

    def flags(self, default: tuple[str, ...]) -> tuple[str, ...]:
        """The user's compiler flags, or a language's own."""
        return default if self.compile_flags is None else self.compile_flags

    def compile_limits(self, *, address_space: bool = True) -> ResourceLimits:
        """What a compiler may use."""
        return ResourceLimits(
            cpu_s=self.limits.compile_cpu_s, memory_mb=self.limits.compile_memory_mb,
            output_bytes=self.limits.output_bytes, file_mb=_COMPILE_FILE_MB, tmp_mb=_COMPILE_TMP_MB,
            processes=self.limits.processes, address_space=address_space,
        )  # fmt: skip

    def run_limits(self, problem: Problem, *, address_space: bool = True) -> ResourceLimits:
        """What a program may use that answers `problem`."""
        limits = problem.limits.apply(self.limits)
        return ResourceLimits(
            cpu_s=limits.cpu_s, memory_mb=limits.memory_mb, output_bytes=limits.output_bytes,
            file_mb=limits.file_mb, tmp_mb=2 * limits.file_mb, processes=limits.processes,
            address_space=address_space,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CasesResult:
    """What came of a program's cases.

    Attributes:
        outcome: of the first case that failed, or accepted.
        cpu_s: of all the cases that were run.
        passed: of `total`; after a time limit the rest is not run.
        case, stdout: see `Verdict`.
    """

    outcome: Outcome
    detail: str
    cpu_s: float
    passed: int
    total: int
    case: int | None = None
    stdout: str | None = None


class Stopwatch:
    """Builds verdicts for one sample, with the time since judging it began.

    Attributes:
        warned: see `Verdict`; set once it compiled.
    """

    def __init__(self, sample: Sample) -> None:
        """Start now."""
        self.warned: bool | None = None
        self._sample = sample
        self._started = time.monotonic()

    def cases_verdict(self, runs: CasesResult) -> Verdict:
        """The verdict on a program that compiled and was run on its cases."""
        verdict = self.verdict(
            runs.outcome, compiled=True, detail=runs.detail, cpu_s=runs.cpu_s, passed=runs.passed, total=runs.total
        )
        return replace(verdict, case=runs.case, stdout=runs.stdout)

    def verdict(
        self, outcome: Outcome, *, compiled: bool | None, detail: str = "", cpu_s: float | None = None,
        passed: int | None = None, total: int | None = None,
    ) -> Verdict:  # fmt: skip
        """The verdict on the sample, with `detail` cut to what is worth keeping."""
        return Verdict(
            problem_id=self._sample.problem_id, index=self._sample.index, outcome=outcome, compiled=compiled,
            tests_passed=passed, tests_total=total, detail=clip(detail), cpu_s=cpu_s,
            wall_s=time.monotonic() - self._started, warned=self.warned if compiled else None,
        )  # fmt: skip


def clip(text: str, most: int = _DETAIL) -> str:
    """`text` with its middle left out when it is long: the first lines say what, the last lines say where."""
    text = text.strip()
    return text if len(text) <= most else f"{text[: most // 2]}\n[…]\n{text[-most // 2 :]}"


def failure(execution: Execution, limits: ResourceLimits) -> tuple[Outcome, str] | None:
    """How a run failed, or ``None`` when it ended with exit status 0 within its limits.

    Of what it printed, only a runtime's words about its memory count. They do so also where its report, on the error
    stream, is longer than a program may print, as Go's is, of all goroutines.
    """
    if execution.killed_by is not None and not _is_long_report(execution, limits):
        return _LIMIT_OUTCOMES[execution.killed_by], limit_words(execution.killed_by, limits)
    if execution.exit_code == 0:
        return None
    stderr = execution.stderr.decode(errors="replace")
    if ran_out_of_memory(execution, limits):
        return Outcome.MEMORY_LIMIT, f"out of memory ({limits.memory_mb} MB)\n{stderr}"
    if execution.signal is not None:
        name = _SIGNAL_NAMES.get(execution.signal, f"signal {execution.signal}")
        return Outcome.RUNTIME_ERROR, f"ended by {name}\n{stderr}"
    return Outcome.RUNTIME_ERROR, f"exit status {execution.exit_code}\n{stderr}"


def ran_out_of_memory(execution: Execution, limits: ResourceLimits) -> bool:
    """Whether a failed run failed for want of memory: it says so itself, or it was nearly at its limit."""
    nearly_full = (execution.peak_rss_mb or 0.0) >= _NEARLY_FULL * limits.memory_mb
    return nearly_full or _says_no_memory(execution)


def _is_long_report(execution: Execution, limits: ResourceLimits) -> bool:
    """Whether a run hit the output limit with a runtime's report that there is no memory."""
    is_cut = execution.killed_by is KilledBy.OUTPUT and len(execution.stderr) >= limits.output_bytes
    return is_cut and execution.exit_code != 0 and _says_no_memory(execution)


def _says_no_memory(execution: Execution) -> bool:
    return any(word in execution.stderr for word in _NO_MEMORY)


_LIMIT_OUTCOMES = {
    KilledBy.CPU: Outcome.TIME_LIMIT,
    KilledBy.WALL: Outcome.TIME_LIMIT,
    KilledBy.MEMORY: Outcome.MEMORY_LIMIT,
    KilledBy.OUTPUT: Outcome.OUTPUT_LIMIT,
}


def limit_words(killed_by: KilledBy, limits: ResourceLimits) -> str:
    """What a process did that was ended at a limit."""
    return {
        KilledBy.CPU: f"used more than {limits.cpu_s:g} s of CPU time",
        KilledBy.WALL: f"did not end within {limits.wall_s:g} s, though it used less than {limits.cpu_s:g} s of CPU",
        KilledBy.MEMORY: f"used more than {limits.memory_mb} MB",
        KilledBy.OUTPUT: f"printed more than {limits.output_bytes} bytes",
    }[killed_by]
