"""What has to come of any text and any file, as targets for fuzzing.

Property tests try each for a moment, ``benchmarks/fuzz.py`` for as long as one likes. A mistake of the user is a
`UserError` of the promised class, one line of text; on the command line it is one ``error:`` line and exit status 2.
"""

from __future__ import annotations

import contextlib
import io
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from halo_forge.cli.main import main
from halo_forge.errors import ProblemFileError, SampleFileError, UserError
from halo_forge.problems import ProblemSet, load_problems
from halo_forge.problems.samples import read_samples
from halo_forge.types import Language, Problem, Sample
from halo_forge.verifiers.extract import extract_code, strip_reasoning
from strategies import PROBLEM_FILES, SAMPLE_FILES, answers_with_reasoning, entry_points, languages

T = TypeVar("T")

PROBLEMS = ProblemSet("set", "test", (Problem("a", "p", Language.C), Problem("b", "p", Language.C)))
PROBLEM_LINES = b'{"id": "a", "prompt": "p", "language": "bash"}\n{"id": "b", "prompt": "p", "language": "bash"}\n'
DONE, USERS_MISTAKE = 0, 2


@contextmanager
def file_of(content: bytes) -> Iterator[str]:
    """The path of a file that holds `content`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.jsonl"
        path.write_bytes(content)
        yield str(path)


def outcome(act: Callable[[], T], expected: type[UserError]) -> T | None:
    """What came out, or ``None`` after an error as users are promised it."""
    try:
        return act()
    except expected as error:
        text = str(error)
        assert len(text.splitlines()) == 1
        text.encode()
        return None


def check_extraction(text: str, language: str, entry_point: str | None) -> None:
    """Code or ``None`` comes out, never anything blank."""
    code = extract_code(text, language, entry_point)
    strip_reasoning(text)
    if code is not None:
        assert code.strip()
        extract_code(code, language, entry_point)


def check_problem_file(content: bytes) -> None:
    """Problems come out, all of them fit to be printed and told apart."""
    with file_of(content) as path:
        loaded = outcome(lambda: load_problems(path), ProblemFileError)
    if loaded is not None:
        assert loaded.problems
        assert len({problem.id for problem in loaded.problems}) == len(loaded.problems)
        assert len(loaded.hash) == 16
        for problem in loaded.problems:
            f"{problem}".encode()
        for note in loaded.notes:
            assert len(note.splitlines()) == 1
            note.encode()


def check_sample_file(content: bytes) -> None:
    """Samples come out, each once and of a problem that there is."""
    with file_of(content) as path:
        samples: list[Sample] | None = outcome(lambda: list(read_samples(path, PROBLEMS)), SampleFileError)
    if samples is not None:
        assert samples
        assert len({sample.key for sample in samples}) == len(samples)
        assert {sample.problem_id for sample in samples} <= {"a", "b"}


def check_command(*words: str) -> None:
    """The command does what it should or complains in one line; its text fits a real stream."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", errors) for errors in ("strict", "backslashreplace"))
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch("sys.argv", ["halo-forge", *words]),
    ):
        try:
            main()
        except SystemExit as end:
            status = end.code
    out.flush()
    err.flush()
    said = err.buffer.getvalue().decode()
    assert "Traceback" not in said, said
    assert status in (DONE, USERS_MISTAKE), (status, said)
    assert sum(line.startswith("error: ") for line in said.split("\n")) == (status == USERS_MISTAKE), said


def check_data_show(content: bytes) -> None:
    """``data show`` of any file."""
    with file_of(content) as path:
        check_command("data", "show", path)


def check_score(content: bytes) -> None:
    """``benchmark score`` of any file of samples, to the verdict where it has some."""
    with file_of(content) as path, file_of(PROBLEM_LINES) as problems:
        check_command(
            "benchmark", "score", path, "--prompts", problems, "--output", str(Path(path).with_name("out.json"))
        )


@dataclass(frozen=True)
class Target:
    """Something that takes whatever comes: `cases` are arguments for `check`, which fails or does not."""

    cases: st.SearchStrategy[tuple[Any, ...]]
    check: Callable[..., None]


def _alone(contents: st.SearchStrategy[bytes]) -> st.SearchStrategy[tuple[bytes]]:
    return st.tuples(contents)


TARGETS = {
    "extraction": Target(st.tuples(answers_with_reasoning, languages, entry_points), check_extraction),
    "problem files": Target(_alone(PROBLEM_FILES), check_problem_file),
    "sample files": Target(_alone(SAMPLE_FILES), check_sample_file),
    "data show": Target(_alone(PROBLEM_FILES), check_data_show),
    "benchmark score": Target(_alone(SAMPLE_FILES), check_score),
}


@dataclass
class Findings:
    """What came of one target: how many cases were tried, and the failure with the least case that has it."""

    tried: int = 0
    failure: Exception | None = None


def attempt(target: Target, findings: Findings, examples: int, number: int) -> None:
    """Try so many cases, those of seed `number`."""

    @seed(number)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(target.cases)
    def run(case: tuple[Any, ...]) -> None:
        findings.tried += 1
        target.check(*case)

    try:
        run()
    except Exception as failure:  # whatever a target lets out is what is looked for
        findings.failure = failure


def fuzz(minutes: float, number: int) -> dict[str, Findings]:
    """Try all targets in turn until the time is up; one that failed is left alone from then on.

    Args:
        number: the seed that the cases follow from, as far as the time goes.
    """
    found = {name: Findings() for name in TARGETS}
    end, seeds = time.monotonic() + minutes * 60, random.Random(number)
    while time.monotonic() < end and any(findings.failure is None for findings in found.values()):
        for name, findings in found.items():
            if findings.failure is None and time.monotonic() < end:
                _for_a_while(TARGETS[name], findings, seeds)
    return found


def _for_a_while(target: Target, findings: Findings, seeds: random.Random, turn_s: float = 5.0) -> None:
    """So that slow targets do not take the time of fast ones."""
    end = time.monotonic() + turn_s
    while time.monotonic() < end and findings.failure is None:
        attempt(target, findings, examples=25, number=seeds.getrandbits(64))


def describe(found: dict[str, Findings]) -> str:
    """A line for each target, and after it the failure with the case that hypothesis made as small as it could."""
    lines = []
    for name, findings in found.items():
        lines.append(f"{name}: {findings.tried} cases, {'ok' if findings.failure is None else 'FAILED'}")
        if findings.failure is not None:
            lines.append(f"  {type(findings.failure).__name__}: {findings.failure}")
            lines += [f"  {note}" for note in getattr(findings.failure, "__notes__", [])]
    return "\n".join(lines)
