"""The Python verifier's own judgement; what solutions do to it is in tests/golden and tests/hostile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from halo_forge.errors import JudgeError
from halo_forge.sandbox.base import Command, Sandbox
from halo_forge.types import Case, Execution, Language, Limits, Problem, Sample
from halo_forge.verifiers.base import Workshop
from halo_forge.verifiers.python import PythonVerifier

STANDS_STILL = b"import time\ntime.sleep(60)\n"


class Late:
    """A sandbox in which the script that reads the source gets nowhere, as on a machine that stands still."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def run(self, command: Command) -> Execution:
        return self._sandbox.run(replace(command, files={**command.files, "python_program.py": STANDS_STILL}))

    def close(self) -> None:
        """Not its own to close."""


def test_a_machine_that_was_late_is_no_compile_error(sandbox: Sandbox) -> None:
    workshop = Workshop(Late(sandbox), Limits(cpu_s=0.2))
    problem = Problem("p", "Print 0.", Language.PYTHON, cases=(Case("", "0"),))
    with pytest.raises(JudgeError, match="had not read the source"):
        PythonVerifier(workshop).verify(problem, Sample("p", 0, "print(0)"))
