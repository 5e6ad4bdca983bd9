"""The Python verifier's own judgement; what solutions do to it is in tests/golden and tests/hostile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from halo_forge.errors import JudgeError
from halo_forge.sandbox.base import Command, Sandbox
from halo_forge.types import Case, Execution, Language, Limits, Problem, Sample
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


def test_a_machine_that_was_late_is_no_compile_error(sandbox: Sandbox) -> None:
    workshop = Workshop(Late(sandbox), Limits(cpu_s=1.0))
    problem = Problem("p", "Print 0.", Language.PYTHON, cases=(Case("", "0"),))
    with pytest.raises(JudgeError, match="had not read the source"):
        PythonVerifier(workshop).verify(problem, Sample("p", 0, "print(0)"))
