"""Languages with a compiler or a syntax check: compile inside one sandbox, run inside another, compare outside.

What the compiler made leaves the first sandbox through a memory file and enters the second as a copy, so no path that
a sample could have prepared is ever opened here. A problem without cases is judged by compiling alone.
"""

from __future__ import annotations

import re
import secrets
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from halo_forge.errors import JudgeError, ToolchainError
from halo_forge.sandbox import proc
from halo_forge.sandbox.base import RESULT_FD, Command, ResourceLimits
from halo_forge.types import Case, Execution, Language, Outcome, Problem, Sample, TestStyle, Verdict
from halo_forge.verifiers.base import SIGKILL, Stopwatch, Workshop, failure, limit_words
from halo_forge.verifiers.blocks import Blocks
from halo_forge.verifiers.cases import run_cases
from halo_forge.verifiers.description import CompiledLanguage
from halo_forge.verifiers.headers import BLOCK, TO_RESULT
from halo_forge.verifiers.includes import is_about, leading_includes
from halo_forge.verifiers.joining.pieces import Names, Pieces, Program
from halo_forge.verifiers.precompiling import blocks_of, speaks_to_linker
from halo_forge.verifiers.program import Refusal, program_of, whole_source
from halo_forge.verifiers.ready import Ready, find
from halo_forge.verifiers.toolchain import c_library
from halo_forge.verifiers.warm import NOWHERE, kept

_ARCHIVE = "made.tar"
_CALL = 'result=$1 made=$2; shift 2; test -x "$1" || exit 127; "$@" || exit'
_HAND_OUT_NOTHING = _CALL
_HAND_OUT_FILE = f'{_CALL}; test -f "$made" || exit 0; exec cat "$made" >"/proc/self/fd/$result"'
_HAND_OUT_DIRECTORY = f'{_CALL}; test -d "$made" || exit 0; exec tar -cf "/proc/self/fd/$result" "$made"'
_UNPACK_AND_RUN = f'tar -xf {_ARCHIVE} && exec "$@"'
_NOT_FOUND = 127
_SELF_TEST_CASE = Case(stdin="", expected_output="ready\n")
_WARNING = re.compile(rb"\bwarning\b", re.I)
# What drivers say when a part of them was killed. A sample may have the same words printed (a pragma), so they are a
# reason to look twice, never a proof.
_PART_KILLED = re.compile(
    rb"fatal error: (Killed|Terminated) signal terminated program|unable to execute command: (Killed|Terminated)"
    rb"|signal: (killed|terminated)|signal: (9|15)\b|terminated with signal (9|15)\b"
)


@dataclass(frozen=True, slots=True)
class _Built:
    """A program that compiled: the files of its run, and its command."""

    files: Mapping[str, bytes]
    names: Names
    warned: bool


class _DoesNotCompile(Exception):
    """The compiler's words."""


@dataclass(frozen=True, slots=True)
class CompiledVerifier:
    """Judges every language of `specs`, with one family of tools."""

    name: str
    specs: Mapping[Language, CompiledLanguage]
    workshop: Workshop
    _ready: dict[Language, Ready] = field(default_factory=dict)
    _blocks: dict[Language, Blocks] = field(default_factory=dict)

    @property
    def languages(self) -> frozenset[Language]:
        """The languages of its tools."""
        return frozenset(self.specs)

    def prepare(self, languages: frozenset[Language]) -> dict[str, str]:
        """See `Verifier.prepare`."""
        versions: dict[str, str] = {}
        for language in sorted(languages & self.languages):
            versions |= self._prepare(self.specs[language])
        return versions

    def verify(self, problem: Problem, sample: Sample) -> Verdict:
        """See `Verifier.verify`."""
        watch = Stopwatch(sample)
        code = program_of(problem, sample)
        if isinstance(code, Refusal):
            return watch.verdict(code.outcome, compiled=False, detail=code.detail)
        if problem.test_style is TestStyle.PROGRAM:
            return self._judge_tests(problem, sample, code, watch)
        return self._judge(problem, whole_source(problem, sample, code), watch)

    def blocks(self, language: Language) -> Blocks | None:
        """The precompiled blocks of a language that is prepared; ``None`` where it has none."""
        return self._blocks.get(language)

    def _prepare(self, spec: CompiledLanguage) -> dict[str, str]:
        ready = self._warmed(find(spec))
        self._ready[spec.language] = ready
        problem = Problem(id="self-test", prompt="", language=spec.language, cases=(_SELF_TEST_CASE,))
        try:
            verdict = self._judge(problem, spec.self_test, Stopwatch(Sample("self-test", 0, spec.self_test)))
        except JudgeError as error:
            raise ToolchainError(f"{spec.compiler} does not work in the sandbox: {error}") from error
        if not verdict.passed:
            flags = self.workshop.compile_flags
            cause = f"it comes with: {spec.tools[0].install}" if flags is None else f"--compile-flags {' '.join(flags)}"
            why = next(iter(verdict.detail.splitlines()), "")
            raise ToolchainError(f"{spec.compiler} fails on a small correct program: {why} ({cause})")
        blocks = blocks_of(ready, self._compile_command(ready, spec.names(""), {}), self.workshop)
        if blocks is not None and spec.language not in self._blocks:
            self._blocks[spec.language] = blocks
        return dict(ready.versions)

    def _warmed(self, ready: Ready) -> Ready:
        spec, warm = ready.spec, ready.spec.warm
        if warm is None:
            return ready
        cold = replace(spec, compile=warm.compile, product=warm.product)
        names = spec.names(warm.source)
        command = self._compile_command(replace(ready, spec=cold), names, {names.source: warm.source.encode()})
        identity = repr((
            warm, sorted(ready.tools.items()), sorted(ready.versions.items()), sorted(command.env.items()), c_library(),
        ))  # fmt: skip
        place = kept(spec.compiler, identity, command, self.workshop.run)
        read_only = ready.read_only if place == NOWHERE else (*ready.read_only, place)
        return replace(ready, read_only=read_only, warm=place / warm.product)

    def _judge(self, problem: Problem, source: str, watch: Stopwatch) -> Verdict:
        ready = self._ready[problem.language]
        limits = self.workshop.run_limits(problem, address_space=ready.spec.address_space)
        first = problem.cases[0].stdin if problem.cases and ready.spec.run else None
        try:
            built, ahead = self._build(ready, Program(source, ready.spec.names(source)), first, limits)
        except _DoesNotCompile as complaint:
            return watch.verdict(Outcome.COMPILE_ERROR, compiled=False, detail=str(complaint))
        watch.warned = built.warned
        if not problem.cases:
            return watch.verdict(Outcome.ACCEPTED, compiled=True, detail="compiled; there is nothing to compare with")
        if not ready.spec.run:
            return watch.verdict(Outcome.ACCEPTED, compiled=True, detail="compiled; such programs can't be run here")
        run = self.workshop.run
        return watch.cases_verdict(
            run_cases(
                problem, limits,
                lambda case: ahead.pop() if ahead else run(_run_command(ready, built, case.stdin, limits)),
            )
        )  # fmt: skip

    def _judge_tests(self, problem: Problem, sample: Sample, code: str, watch: Stopwatch) -> Verdict:
        """One test, which is passed when the program says what only the end of its tests knows."""
        ready = self._ready[problem.language].for_tests()
        word = secrets.token_hex(16)
        limits = self.workshop.run_limits(problem, address_space=ready.spec.address_space)
        try:
            program = ready.spec.tests.join(Pieces.of(problem, sample, code, word))
            built, ahead = self._build(ready, program, "", limits)
        except _DoesNotCompile as complaint:
            return watch.verdict(Outcome.COMPILE_ERROR, compiled=False, detail=str(complaint))
        watch.warned = built.warned
        execution = ahead.pop() if ahead else self.workshop.run(_run_command(ready, built, "", limits))
        outcome, detail = _outcome_of_tests(execution, limits, ready.spec, word)
        return watch.verdict(
            outcome,
            compiled=True,
            detail=detail,
            cpu_s=execution.cpu_s,
            passed=int(outcome is Outcome.ACCEPTED),
            total=1,
        )

    def _build(
        self, ready: Ready, program: Program, stdin: str | None, limits: ResourceLimits
    ) -> tuple[_Built, list[Execution]]:
        """What can be run, and the first run of it, with that input, if there was one: it may show that it is right."""
        if not ready.spec.parsed_first or stdin is None or self.workshop.flags(ready.spec.flags):
            return self._compile(ready, program), []
        built = _Built(_files(program), program.names, warned=False)
        execution = self.workshop.run(_run_command(ready, built, stdin, limits))
        if execution.killed_by is None and execution.exit_code == 0:
            return built, [execution]
        return self._compile(ready, program), [execution]

    def _compile(self, ready: Ready, program: Program) -> _Built:
        spec, names, files = ready.spec, program.names, _files(program)
        command = self._compile_command(ready, names, files)
        execution = self._quickly(ready, names, command) or self._plainly(ready, command)
        _raise_complaint(execution, spec, command)
        warned = _WARNING.search(execution.stderr + execution.stdout) is not None
        if not spec.product:
            return _Built(files, names, warned)
        if not execution.result:
            raise _DoesNotCompile(f"{spec.compiler} made no program of it\n{_words(execution)}")
        product = _ARCHIVE if spec.product.endswith("/") else spec.product
        return _Built({product: execution.result}, names, warned)

    def _quickly(self, ready: Ready, names: Names, command: Command) -> Execution | None:
        """Compile, with precompiled headers if they are there; ``None`` where that could make a difference."""
        blocks, source = self.blocks(ready.spec.language), command.files[names.source]
        if blocks is None or speaks_to_linker(source):
            return None
        lean = blocks.lean if blocks.lean is not None and blocks.lean.takes(source) else None
        quicker = blocks.quicker if lean is None else lean.words
        compiler, *words = self._call(ready, names, command.limits)
        with blocks.lent(leading_includes(source)) as place:
            if place is None and not quicker:
                return None
            block = () if place is None else ("-include", str(place / BLOCK))
            # All blocks are to be seen, so that one process that is kept ready does for all.
            read_only = command.read_only if place is None else (*command.read_only, place.parent)
            argv = (compiler, *block, *quicker, *words, *TO_RESULT)
            execution = self.workshop.run(replace(command, argv=argv, read_only=read_only))
        if execution.killed_by is not None:
            return None
        if execution.exit_code == 0:
            is_sure = lean is None or lean.is_sure(execution.result)
            return execution if execution.result and is_sure else None
        return execution if execution.exit_code == 1 and is_about(names.source, execution.stderr) else None

    def _plainly(self, ready: Ready, command: Command) -> Execution:
        spec = ready.spec
        kills_before = proc.oom_kills_before()
        execution = self.workshop.run(command)
        if _lost_a_part(execution):
            if proc.oom_kills() > kills_before:
                raise JudgeError(f"the machine ran out of memory and the kernel killed a part of {spec.compiler}")
            execution = self.workshop.run(command)
            if _lost_a_part(execution) and self._loses_parts(ready):
                raise JudgeError(f"{spec.compiler}, or a part of it, is killed again and again, and not by halo-forge")
        return execution

    def _loses_parts(self, ready: Ready) -> bool:
        """Whether that happens to a program too that has no words of its own printed."""
        names = ready.spec.names(ready.spec.self_test)
        command = self._compile_command(ready, names, {names.source: ready.spec.self_test.encode()})
        return _lost_a_part(self.workshop.run(command))

    def _compile_command(self, ready: Ready, names: Names, files: Mapping[str, bytes]) -> Command:
        spec = ready.spec
        limits = self.workshop.compile_limits(address_space=spec.address_space)
        call = self._call(ready, names, limits)
        return Command(
            argv=("/bin/sh", "-c", _hand_out(spec.product), "compile", RESULT_FD, spec.product, *call),
            limits=limits,
            files=files,
            wants_result=True,
            read_only=ready.read_only,
            env=ready.env(spec.compile_env, names, limits),
        )

    def _call(self, ready: Ready, names: Names, limits: ResourceLimits) -> list[str]:
        return ready.words(ready.spec.compile, names, limits, self.workshop.flags(ready.spec.flags))


def _files(program: Program) -> dict[str, bytes]:
    source = program.source.encode("utf-8", "replace")
    return {program.names.source: source, **{name: text.encode() for name, text in program.beside.items()}}


def _run_command(ready: Ready, built: _Built, stdin: str, limits: ResourceLimits) -> Command:
    spec = ready.spec
    argv = ready.words(spec.run, built.names, limits, flags=())
    if _ARCHIVE in built.files:
        argv = ["/bin/sh", "-c", _UNPACK_AND_RUN, "run", *argv]
    needs_tools = spec.run[0].startswith("{")
    return Command(
        argv=tuple(argv),
        limits=limits,
        files=built.files,
        stdin=stdin.encode("utf-8", "surrogatepass"),
        read_only=ready.read_only if needs_tools else (),
        env=ready.env(spec.run_env, built.names, limits),
    )


def _hand_out(product: str) -> str:
    if not product:
        return _HAND_OUT_NOTHING
    return _HAND_OUT_DIRECTORY if product.endswith("/") else _HAND_OUT_FILE


def _outcome_of_tests(
    execution: Execution, limits: ResourceLimits, spec: CompiledLanguage, word: str
) -> tuple[Outcome, str]:
    found = failure(execution, limits)
    if found is None:
        if word.encode() in execution.stdout:
            return Outcome.ACCEPTED, ""
        return Outcome.RUNTIME_ERROR, "the program ended before its tests did"
    outcome, detail = found
    said = execution.stdout + b"\n" + execution.stderr
    by_itself = execution.signal in (None, signal.SIGABRT)
    if outcome is Outcome.RUNTIME_ERROR and by_itself and spec.tests.wrong.search(said):
        return Outcome.WRONG_ANSWER, f"{detail}\n{execution.stdout.decode(errors='replace')}"
    return outcome, detail


def _lost_a_part(execution: Execution) -> bool:
    if execution.killed_by is not None:
        return False
    return execution.signal == SIGKILL or bool(_PART_KILLED.search(execution.stderr))


def _raise_complaint(execution: Execution, spec: CompiledLanguage, command: Command) -> None:
    found = failure(execution, command.limits)
    if found is None:
        return
    if execution.killed_by is None and execution.signal == SIGKILL:
        raise JudgeError(f"{spec.compiler} was killed, and not by halo-forge")
    words = _words(execution)
    if execution.exit_code == _NOT_FOUND:
        raise JudgeError(f"{spec.compiler} could not be started: {words}")
    if execution.killed_by is not None:
        raise _DoesNotCompile(f"the compiler {limit_words(execution.killed_by, command.limits)}\n{words}")
    raise _DoesNotCompile(words if words else found[1])


def _words(execution: Execution) -> str:
    """What a compiler said; some say it on stdout."""
    return (execution.stderr + b"\n" + execution.stdout).decode(errors="replace").strip()
