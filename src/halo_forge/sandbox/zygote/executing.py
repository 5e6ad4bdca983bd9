"""A zygote whose forks start any program: what a sandbox of its own would take to set up is there already."""

from __future__ import annotations

import os

# Not of the module, whose objects for them take as long to make as all that is done here (see `messages`).
from _signal import (  # type: ignore[import-not-found]
    SIG_DFL,
    SIGINT,
    SIGPIPE,
    SIGXFSZ,
    default_int_handler,
    getsignal,
    signal,
)
from os import posix_spawn, wait  # see `walls`

from .forking import wait_for_job
from .reaping import code_of
from .walls import BE_PRIVATE, call

_NOT_FOUND, _NOT_STARTED = 127, 126  # as a shell says it
_SIGNALLED = 128
_IGNORED = (SIGPIPE, SIGXFSZ)  # by Python


def main(control_fd: int) -> None:
    """Be such a zygote, until the host hangs up, and its forks."""
    if getsignal(SIGINT) is default_int_handler:
        signal(SIGINT, SIG_DFL)  # which process 1 does not heed; Python would
    execute(wait_for_job(control_fd, as_first=True))


def execute(words: list[str]) -> None:
    """Start a program as process 1, reap until it has ended, and end like it.

    Args:
        words: how many of the next ones are the program's environment, ``NAME=VALUE`` each; and the program's.
    """
    first = 1 + int(words[0])
    environment = {}
    for variable in words[1:first]:
        name, _, environment[name] = variable.partition("=")
    program = words[first:]
    call(*BE_PRIVATE)  # the program must not be able to write into this process's memory
    try:
        child = posix_spawn(program[0], program, environment, setsigdef=_IGNORED)  # which copies no memory
    except OSError as error:
        os.write(2, os.fsencode(f"{program[0]}: {error.strerror}\n"))
        os._exit(_NOT_FOUND if isinstance(error, FileNotFoundError) else _NOT_STARTED)
    while True:
        pid, status = wait()
        if pid == child:
            code = code_of(status)
            os._exit(code if code >= 0 else _SIGNALLED - code)
