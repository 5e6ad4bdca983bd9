"""What both halves of a zygote know of the messages between them, and of the descriptors that come with a job."""

from __future__ import annotations

import select
from _socket import CMSG_SPACE, SCM_RIGHTS, SOL_SOCKET
from sys import byteorder

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from _socket import socket as Socket
    from collections.abc import Sequence
    from typing import TypeAlias

    # Words, files by name and size, how large /tmp is, the server's words if one takes part, and the marshalled world.
    Job: TypeAlias = tuple[list[str], list[tuple[str, int]], bytes, tuple[str, ...], bytes]
    # What is the same for most jobs: rlimits by number with soft and hard limit, the user id of forks, their user and
    # group id outside where they get a user namespace of their own, niceness.
    World: TypeAlias = tuple[list[tuple[int, int, int]], int | None, tuple[int, int] | None, int]

MOST_BYTES = 65536  # of one message
STDERR, FILES_FD, FIRST_NAMED = 2, 3, 4  # of a job's descriptors: behind the files come those that its words name
WHICH, THESE = b"which", b"these"  # the host asks which processes there are for the job, and the answer

_FD_BYTES = 4  # sizeof(int)
_MOST_FDS = 16

# What the socket module has for this imports and makes much more, which in the zygote is memory that each fork copies.
# So is whatever is made for a moment, and every object that is used: to count who uses it is to write to it. Until
# Python 3.12 each comprehension is a function that is made and thrown away.
_ROOM = CMSG_SPACE(_MOST_FDS * _FD_BYTES)


def send(control: Socket, message: bytes, fds: Sequence[int]) -> None:
    """Send a message, with descriptors beside it.

    Raises:
        OSError: it is not taken.
    """
    numbers = b""
    for fd in fds:
        numbers += fd.to_bytes(_FD_BYTES, byteorder)
    control.sendmsg((message,), ((SOL_SOCKET, SCM_RIGHTS, numbers),))


def receive(control: Socket, most_bytes: int = MOST_BYTES) -> tuple[bytes, list[int]]:
    """The next message, and the descriptors beside it; nothing when the other side has hung up."""
    message, beside, _, _ = control.recvmsg(most_bytes, _ROOM)
    fds = []
    if beside:
        numbers = beside[0][2]
        for at in range(0, len(numbers), _FD_BYTES):
            fds.append(int.from_bytes(numbers[at : at + _FD_BYTES], byteorder))
    return message, fds


def readable(fd: int, timeout_s: float = 0.0) -> bool:
    """Whether there is something to be read, or an end to be seen."""
    poller = select.poll()  # select() takes no descriptor beyond 1023
    poller.register(fd, select.POLLIN)
    return bool(poller.poll(timeout_s * 1000))
