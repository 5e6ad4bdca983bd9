"""The Python verifier's own judgement; what solutions do to it is in tests/golden and tests/hostile."""

from __future__ import annotations

import signal
from dataclasses import replace

import pytest

from halo_forge.errors import JudgeError
from halo_forge.sandbox.base import Command, Sandbox
from halo_forge.types import Case, Execution, KilledBy, Language, Limits, Outcome, Problem, Sample
from halo_forge.verifiers.base import Workshop
from halo_forge.verifiers.python import PythonVerifier
from halo_forge.verifiers.shipped import START

STANDS_STILL = "import time; time.sleep(60)"


class Late:
    """A sandbox in which the program that reads the source gets nowhere, as on a machine that stands still."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def run(self, command: Command) -> Execution:
        argv = tuple(STANDS_STILL if word == START else word for word in command.argv)
        return self._sandbox.run(replace(command, argv=argv, zygote=None))

    def close(self) -> None:
        """Not its own to close."""


class NoticesAtLast(Late):
    """A sandbox that the system is ahead of: it sees that a run was beyond its time when that has ended."""

    def run(self, command: Command) -> Execution:
        return replace(self._sandbox.run(replace(command, zygote=None)), killed_by=KilledBy.CPU)


@pytest.mark.parametrize("number", [signal.SIGXCPU, signal.SIGKILL])
@pytest.mark.parametrize(
    ("first", "late", "outcome"),
    [(1, True, Outcome.TIME_LIMIT), (0, True, Outcome.WRONG_ANSWER), (1, False, Outcome.RUNTIME_ERROR)],
)
def test_the_system_may_end_who_is_beyond_its_time(
    sandbox: Sandbox, number: int, first: int, late: bool, outcome: Outcome
) -> None:
    """What failed first decides, then as ever."""
    verifier = PythonVerifier(Workshop(NoticesAtLast(sandbox) if late else sandbox, Limits()))
    source = f"import os\ndef answer(n):\n    if n == 2:\n        os.kill(os.getpid(), {number:d})\n    return 1\n"
    tests = f"assert answer(1) == {first}\nassert answer(2) == 1\n"
    problem = Problem("p", "", Language.PYTHON, tests=tests, entry_point="answer")
    assert verifier.verify(problem, Sample("p", 0, source)).outcome is outcome


def test_a_machine_that_was_late_is_no_compile_error(sandbox: Sandbox) -> None:
    workshop = Workshop(Late(sandbox), Limits(cpu_s=1.0))
    problem = Problem("p", "Print 0.", Language.PYTHON, cases=(Case("", "0"),))
    with pytest.raises(JudgeError, match="had not read the source"):
        PythonVerifier(workshop).verify(problem, Sample("p", 0, "print(0)"))
