"""Where every Python program of ours in the sandbox begins, started afresh or as a fork of the zygote.

Either way the solution finds the same frames below it, and ends like any other program.
"""

from __future__ import annotations

import collections.abc  # noqa: F401  # so that a solution finds it by its package's name, as typing makes it in a fork

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAMS = "suite", "candidate", "serve", "run", "parse"
_found: dict[str, Callable[[list[str]], None]] = {}


def entry(name: str) -> Callable[[list[str]], None]:
    """The program that all the words are for, which begin with its name.

    ``suite PAYLOAD_FD RESULT_FD``: see `start`. ``candidate READER_FD WRITER_FD``: see `candidate`. ``serve
    CONTROL_FD``: see `serving`. ``run RESULT_FD SOURCE PREAMBLE`` and ``parse …``: see `python_program`.
    """
    if name not in _found:  # the zygote has asked for all of them before it forks
        _found[name] = _import(name)
    return _found[name]


def _import(name: str) -> Callable[[list[str]], None]:
    if name == "suite":
        from .start import main

        return main
    if name == "candidate":
        from .candidate import main as be_candidate

        return be_candidate
    if name == "serve":
        from .serving import main as serve

        return serve
    from .python_program import main as run

    return run
