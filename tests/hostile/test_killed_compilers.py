"""A compiler that somebody else ends (the kernel, when the machine's memory is full) is never the sample's failure.

Real compilers, and a real SIGKILL: for the process that was started, or for a part that it starts itself.
"""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from halo_forge.benchmark import judge
from halo_forge.sandbox import proc
from halo_forge.types import Case, Language, Limits, Outcome, Problem, Sample, Verdict
from halo_forge.verifiers.registry import TOOLCHAINS
from judging import Judges
from patience import LONG_S

KILLED = [
    (Language.C, "gcc", "gcc"),
    (Language.C, "gcc", "cc1"),
    (Language.C, "gcc", "ld"),
    (Language.CPP, "gcc", "cc1plus"),
    (Language.CPP, "gcc", "ld"),
    (Language.CPP, "clang", "clang"),
    (Language.CPP, "clang", "ld"),
    (Language.RUST, "rustc", "rustc"),
    (Language.RUST, "rustc", "collect2"),
    (Language.RUST, "rustc", "rust-lld"),
    (Language.GO, "go", "go"),
    (Language.GO, "go", "compile"),
    (Language.GO, "go", "link"),
    (Language.JAVA, "java", "javac"),
    (Language.JAVASCRIPT, "node", "node"),
    (Language.TYPESCRIPT, "typescript", "node"),
    (Language.CSHARP, "mono", "mono"),
]
INTERPRETED = {Language.JAVASCRIPT, Language.TYPESCRIPT, Language.CSHARP}  # by what compiles them: not run here
MOST_TRIES = 30  # if none is caught: a part that lives for a few milliseconds is not caught every time


@dataclass
class Killer:
    """Ends programs called `name` among the descendants of this process: the first, or each that it sees."""

    name: str
    once: bool
    over: threading.Event = field(default_factory=threading.Event)
    killed: int = 0

    def work(self) -> None:
        """Until it is over."""
        while not self.over.is_set() and not (self.once and self.killed):
            for pid in proc.tree(os.getpid()):
                if self.is_one(pid) and not (self.once and self.killed):
                    with suppress(OSError):
                        os.kill(pid, 9)
                        self.killed += 1

    def is_one(self, pid: int) -> bool:
        """By the name of the program, whatever its threads call themselves."""
        with suppress(OSError):
            name = Path(os.readlink(f"/proc/{pid}/exe")).name
            return name == self.name or name.startswith((f"{self.name}-", f"x86_64-linux-gnu-{self.name}"))
        return False


@contextmanager
def killing(name: str, *, once: bool) -> Iterator[Killer]:
    killer = Killer(name, once)
    thread = threading.Thread(target=killer.work)
    thread.start()
    try:
        yield killer
    finally:
        killer.over.set()
        thread.join()


def verdicts_while_killing(
    judges: Judges, language: Language, verifier: str, name: str, *, once: bool
) -> Iterator[Verdict]:
    """Judge the language's own small program again and again; yields the verdicts while something of it was killed."""
    (source,) = (spec.self_test for spec in TOOLCHAINS[verifier] if spec.language is language)
    trusted = judges.verifier(language, Limits(), verifier)
    problem = Problem("killed", "", language, cases=() if language in INTERPRETED else (Case("", "ready\n"),))
    end, caught = time.monotonic() + LONG_S / 2, False
    for number in itertools.count():
        if number >= MOST_TRIES and (not caught or time.monotonic() > end):
            return
        with killing(name, once=once) as killer:
            verdict = judge(trusted, problem, Sample("killed", number, source))
        if killer.killed:
            caught = True
            yield verdict
        else:
            assert verdict.outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(("language", "verifier", "name"), KILLED)
def test_killed_once(judges: Judges, language: Language, verifier: str, name: str) -> None:
    """It is tried again."""
    verdict = next(verdicts_while_killing(judges, language, verifier, name, once=True), None)
    if verdict is None:
        pytest.skip(f"no {name} was seen alive")
    assert verdict.outcome is Outcome.ACCEPTED, verdict.detail


@pytest.mark.parametrize(("language", "verifier", "name"), KILLED)
def test_killed_every_time(judges: Judges, language: Language, verifier: str, name: str) -> None:
    """Who kills may miss one, which then does its work; so it is done until none was missed."""
    found = []
    for verdict in verdicts_while_killing(judges, language, verifier, name, once=False):
        found.append(verdict)
        if verdict.outcome is Outcome.JUDGE_ERROR:
            assert "killed" in verdict.detail
            return
    if not found:
        pytest.skip(f"no {name} was seen alive")
    pytest.fail(f"never a judge_error: {[(verdict.outcome.value, verdict.detail) for verdict in found[:3]]}")
