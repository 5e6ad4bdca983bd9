"""Where every Python program of ours in the sandbox begins, started afresh or as a fork of the zygote.

Either way the solution finds the same frames below it, and ends like any other program.
"""

from __future__ import annotations

import collections.abc  # noqa: F401  # so that a solution finds it by its package's name, as typing makes it in a fork
import functools
import os

from .privacy import be_private

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from collections.abc import Callable

_INIT = 1
_SIGNALLED = 128  # so that a shell, and bwrap, say which signal ended a program


def entry(words: list[str]) -> Callable[[], None]:
    """What the words ask for.

    ``suite PAYLOAD_FD RESULT_FD``: see `start`. ``run RESULT_FD SOURCE PREAMBLE`` and ``parse …``: see
    `python_program`.
    """
    if words[0] == "suite":
        from .start import main

        return functools.partial(main, int(words[1]), int(words[2]))
    if os.getpid() == _INIT:
        _be_child_of_init()
    from .python_program import main as run

    return functools.partial(run, words[0], int(words[1]), words[2], words[3])


def _be_child_of_init() -> None:
    """Fork, and return in the child alone. Process 1 reaps until the child has ended, and ends like it.

    A program is not to be process 1 itself: signals that it sends itself would do nothing.
    """
    be_private()  # the program must not be able to write into this process's memory
    child = os.fork()
    if child == 0:
        be_private(False)
        return
    import signal

    signal.signal(signal.SIGINT, signal.SIG_DFL)  # which process 1 does not heed; Python would
    while True:
        pid, status = os.wait()
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else _SIGNALLED - code)
