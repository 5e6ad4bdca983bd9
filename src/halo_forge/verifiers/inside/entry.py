"""Where every Python program of ours in the sandbox begins, started afresh or as a fork of the zygote.

Either way the solution finds the same frames below it, and ends like any other program.
"""

from __future__ import annotations

import collections.abc  # noqa: F401  # so that a solution finds it by its package's name, as typing makes it in a fork

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAMS = {
    "suite": "start", "candidate": "candidate", "serve": "serving", "run": "python_program", "parse": "python_program",
}  # fmt: skip
"""The module of each program, in which it is called ``main``."""
_found: dict[str, Callable[[list[str]], None]] = {}


def entry(name: str) -> Callable[[list[str]], None]:
    """The program that all the words are for, which begin with its name.

    ``suite PAYLOAD_FD RESULT_FD``: see `start`. ``candidate READER_FD WRITER_FD``: see `candidate`. ``serve
    CONTROL_FD``: see `serving`. ``run RESULT_FD SOURCE PREAMBLE`` and ``parse …``: see `python_program`.
    """
    if name not in _found:  # the zygote has asked for all of them before it forks
        _found[name] = __import__(f"{__package__}.{PROGRAMS[name]}", fromlist=["main"]).main
    return _found[name]
