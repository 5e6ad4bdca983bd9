"""Where every Python program of ours in the sandbox begins, started afresh or as a fork of the zygote.

Either way the solution finds the same frames below it, and ends like any other program.
"""

from __future__ import annotations

import collections.abc  # noqa: F401  # so that a solution finds it by its package's name, as typing makes it in a fork
import functools

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from collections.abc import Callable


PROGRAMS = "suite", "candidate", "serve", "run"


def entry(words: list[str]) -> Callable[[], None]:
    """What the words ask for.

    ``suite PAYLOAD_FD RESULT_FD`` and ``candidate READER_FD WRITER_FD``: see `start`. ``serve CONTROL_FD``: see
    `serving`. ``run RESULT_FD SOURCE PREAMBLE`` and ``parse …``: see `python_program`.
    """
    if words[0] in ("run", "parse"):
        return functools.partial(program("run"), words[0], int(words[1]), words[2], words[3])
    return functools.partial(program(words[0]), *map(int, words[1:]))


@functools.cache
def program(name: str) -> Callable[..., None]:
    """One of the programs. The zygote looks for all of them before it forks."""
    if name == "suite":
        from .start import main

        return main
    if name == "candidate":
        from .start import be_candidate

        return be_candidate
    if name == "serve":
        from .serving import serve

        return serve
    from .python_program import main as run

    return run
