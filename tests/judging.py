"""What the tests of the judge share: cases that are data, and the real verifiers that judge them.

A case is a source file, the sample, with a TOML file that says what it has to get:

==================  =================================================================================================
``outcome``         an `Outcome`, or a list of those that will do
``why``             what the case is about, where its name does not say it
``expected_output`` what the program has to print; with ``stdin``, if it reads anything, ``stdin_repeat`` times
``cases``           several runs instead
``tests``           a suite instead, for ``framework``, or the end of the program; with ``entry_point``, where needed
``passed``          how many of its tests have to pass, as in ``2/3``
``form``            ``solution`` (the default) or ``completion``, which is judged as it stands, without extracting it
``prompt``          what a completion continues; ``prompt_is_code``: true, where it is the beginning of the program
``time_limit``      CPU seconds; ``memory_limit``, ``output_limit`` (bytes) and ``compile_time_limit`` likewise
``repeat``          how often the source is repeated, for what is too long to be kept
``detail``          words that the verdict's detail has to hold; ``no_detail``: a list of words that it must not
==================  =================================================================================================

With none of ``expected_output``, ``cases`` and ``tests``, compiling is all that is asked.
"""

from __future__ import annotations

import resource
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from halo_forge.benchmark import judge
from halo_forge.sandbox.base import Sandbox
from halo_forge.types import (
    Case,
    Framework,
    Language,
    LimitOverrides,
    Limits,
    Outcome,
    Problem,
    Sample,
    SampleForm,
    Verdict,
)
from halo_forge.verifiers.base import Workshop
from halo_forge.verifiers.registry import TOOLCHAINS, open_verifier


@dataclass(frozen=True)
class JudgingCase:
    """A sample, and the verdict that it has to get."""

    name: str
    problem: Problem
    sample: Sample
    outcomes: frozenset[Outcome]
    limits: Limits
    detail: str
    no_detail: tuple[str, ...]
    passed: str | None

    def judge(self, judges: Judges, verifier: str = "auto") -> Verdict:
        """Judge it for real."""
        return judge(judges.verifier(self.problem.language, self.limits, verifier), self.problem, self.sample)

    def complaint(self, verdict: Verdict) -> str | None:
        """What is wrong with the verdict, if anything is."""
        if verdict.outcome not in self.outcomes:
            return f"{verdict.outcome}, not {' or '.join(sorted(self.outcomes))}: {verdict.detail}"
        if self.detail not in verdict.detail:
            return f"{self.detail!r} is not in {verdict.detail!r}"
        if self.passed is not None and self.passed != f"{verdict.tests_passed}/{verdict.tests_total}":
            return f"passed {verdict.tests_passed} of {verdict.tests_total} tests, not {self.passed}: {verdict.detail}"
        leaked = [words for words in self.no_detail if words in verdict.detail]
        return f"{leaked} in {verdict.detail!r}" if leaked else None


class Judges:
    """The verifiers of one sandbox, each prepared once for each set of limits."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._verifiers: dict[tuple[str, Language, Limits], Any] = {}

    def verifier(self, language: Language, limits: Limits, name: str = "auto") -> Any:
        """Skips the test when a tool is not installed; raises ToolchainError when one does not work."""
        key = (name, language, limits)
        if key not in self._verifiers:
            if missing := missing_tools(language, name):
                pytest.skip(f"not installed: {', '.join(missing)}")
            verifier = open_verifier(name, Workshop(self._sandbox, limits))
            verifier.prepare(frozenset({language}))
            self._verifiers[key] = verifier
        return self._verifiers[key]


def missing_tools(language: Language, verifier: str = "auto") -> list[str]:
    """The commands that judging a language needs and that are not on PATH."""
    known = [TOOLCHAINS[verifier]] if verifier in TOOLCHAINS else list(TOOLCHAINS.values())
    specs = [spec for family in known for spec in family if spec.language is language]
    return [tool.name for spec in specs[:1] for tool in spec.tools if shutil.which(tool.name) is None]


def source_beside(description: Path) -> Path:
    """The one file beside a TOML file that has its name, or that is not a TOML file itself."""
    (source,) = (
        path
        for path in description.parent.iterdir()
        if path.suffix != ".toml" and path.stem in (description.stem, "main") and path.is_file()
    )
    return source


def read_case(description: Path, language: Language) -> JudgingCase:
    """The case that a TOML file describes."""
    source = source_beside(description)
    fields = tomllib.loads(description.read_text(encoding="utf-8"))
    text = source.read_bytes().decode("utf-8", "surrogateescape")
    name = description.stem if description.stem != "case" else description.parent.name
    return _case(f"{language}-{name}", language, text, fields)


def read_answer(language: Language, fields: Mapping[str, Any]) -> JudgingCase:
    """A case whose ``text`` and ``name`` stand among the other keys."""
    return _case(f"{language}-{fields['name']}", language, fields["text"], fields)


def read_suite(path: Path) -> JudgingCase:
    """A Python solution and its tests in one file: ``# key: value`` lines, solution, ``# tests``, tests."""
    text = path.read_text(encoding="utf-8")
    head, _, tests = text.partition("\n# tests\n")
    fields: dict[str, Any] = {"tests": tests}
    for line in head.splitlines():
        if not line.startswith("# "):
            break
        key, _, value = line.removeprefix("# ").partition(": ")
        fields[key] = float(value) if key == "time_limit" else value
    return _case(path.stem, Language.PYTHON, head, fields)


def _case(name: str, language: Language, text: str, fields: Mapping[str, Any]) -> JudgingCase:
    problem = Problem(
        id=name,
        prompt=fields.get("prompt", ""),
        language=language,
        cases=tuple(_runs(fields)),
        tests=fields.get("tests"),
        preamble=fields.get("preamble"),
        framework=Framework(fields.get("framework", "asserts")),
        entry_point=fields.get("entry_point"),
        prompt_is_code=fields.get("prompt_is_code", False),
        limits=LimitOverrides(fields.get("time_limit"), fields.get("memory_limit")),
    )
    wanted = fields["outcome"]
    defaults = Limits()
    limits = replace(
        defaults,
        output_bytes=fields.get("output_limit", defaults.output_bytes),
        compile_cpu_s=fields.get("compile_time_limit", defaults.compile_cpu_s),
    )
    return JudgingCase(
        name=name,
        problem=problem,
        sample=Sample(name, 0, text * fields.get("repeat", 1), SampleForm(fields.get("form", "solution"))),
        outcomes=frozenset(map(Outcome, [wanted] if isinstance(wanted, str) else wanted)),
        limits=limits,
        detail=fields.get("detail", ""),
        no_detail=tuple(fields.get("no_detail", ())),
        passed=fields.get("passed"),
    )


def _runs(fields: Mapping[str, Any]) -> Iterator[Case]:
    if "expected_output" in fields:
        yield Case(fields.get("stdin", "") * fields.get("stdin_repeat", 1), fields["expected_output"])
    for run in fields.get("cases", ()):
        yield Case(run.get("stdin", ""), run["expected_output"])


def can_pin() -> bool:
    """Whether a process may pin some memory here, which takes io_uring, and leave to lock as much."""
    setting = Path("/proc/sys/kernel/io_uring_disabled")
    try:
        allowed = not setting.exists() or setting.read_text().strip() == "0"
    except OSError:
        return False
    filtered = "\nSeccomp:\t2" in Path("/proc/self/status").read_text()
    most = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0]
    return allowed and not filtered and (most == resource.RLIM_INFINITY or most >= 2 << 20)
