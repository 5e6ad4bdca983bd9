"""What both halves of a zygote know of the messages between them, and of the descriptors that come with a job."""

from __future__ import annotations

import select

MOST_BYTES = 65536  # of one message
STDERR, FILES_FD, FIRST_NAMED = 2, 3, 4  # of a job's descriptors: behind the files come those that its words name


def readable(fd: int, timeout_s: float = 0.0) -> bool:
    """Whether there is something to be read, or an end to be seen."""
    poller = select.poll()  # select() takes no descriptor beyond 1023
    poller.register(fd, select.POLLIN)
    return bool(poller.poll(timeout_s * 1000))
