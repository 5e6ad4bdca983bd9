"""Every exception that halo-forge raises on purpose.

::

    HaloForgeError
    ├── UserError              a mistake that the user can mend: one line, exit status 2
    │   ├── ProblemFileError   a problem file is missing, empty or has a bad line
    │   ├── SampleFileError    the same for a file of samples
    │   ├── ResultFileError    a result cannot be read, or results cannot be compared
    │   ├── ModelError         no such model, or no engine for it
    │   │   └── EngineUnfit    this engine cannot run it rightly, another one may
    │   ├── ToolchainError     a compiler or interpreter that a run needs is not there
    │   ├── SandboxError       no sandbox can be had on this machine
    │   └── StoreError         the output cannot be written, or belongs to another run
    ├── TrainingError          a training was refused or failed: exit status 3
    ├── PhaseFailed            a process that did a part of the work failed, and has said why: its exit status
    ├── EngineError            a model engine failed while it was generating: exit status 3
    ├── JudgeError             a verdict could not be reached; becomes Outcome.JUDGE_ERROR
    └── Cancelled              the user stopped the run: exit status 130

A `UserError` says what is wrong, where, and what to type instead, in one line.
"""

from __future__ import annotations


class HaloForgeError(Exception):
    """Base of every error on this page."""


class UserError(HaloForgeError):
    """The user can mend this. Its text is shown as it is, with exit status 2."""


class ProblemFileError(UserError):
    """A problem set cannot be used as it stands."""


class SampleFileError(UserError):
    """A file of samples cannot be used as it stands."""


class ResultFileError(UserError):
    """A result cannot be used as it stands."""


class ModelError(UserError):
    """The model named cannot be found, or no installed engine can run it."""


class EngineUnfit(ModelError):
    """The engine cannot run this model, or not rightly; ``--engine auto`` goes on to the next one."""


class ToolchainError(UserError):
    """A compiler or an interpreter is missing or does not work."""


class SandboxError(UserError):
    """No sandbox of the tier that was asked for works on this machine."""


class StoreError(UserError):
    """A run cannot be written, or what is on disk belongs to another run."""


class TrainingError(HaloForgeError):
    """A training cannot help as it stands, or failed. What was generated and judged is kept."""


class PhaseFailed(HaloForgeError):
    """A process failed, and has told the user why."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


class EngineError(HaloForgeError):
    """The engine failed on a request. What was generated before is kept."""


class JudgeError(HaloForgeError):
    """Judging failed through no fault of the sample."""


class Cancelled(HaloForgeError):
    """The run was stopped on request. What was done before is kept."""


def last_line(said: bytes) -> str:
    """What a program said last, for a complaint of one line; empty, where it said nothing."""
    return next(iter(reversed(said.decode(errors="replace").strip().splitlines())), "")


def first_line(error: BaseException) -> str:
    """What another library's error says, for a complaint of one line; its type, where it says nothing."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
