"""What both halves of a zygote know of the messages between them, and of the descriptors that come with a job."""

from __future__ import annotations

import select
import struct
from _socket import CMSG_SPACE, SCM_RIGHTS, SOL_SOCKET

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from _socket import socket as Socket
    from collections.abc import Sequence

MOST_BYTES = 65536  # of one message
STDERR, FILES_FD, FIRST_NAMED = 2, 3, 4  # of a job's descriptors: behind the files come those that its words name
WHICH, THESE = b"which", b"these"  # the host asks which processes there are for the job, and the answer

_FD_BYTES = struct.calcsize("i")

# What the socket module has for this imports and makes much more, which in the zygote is memory that each fork copies.
# So is whatever is made for a moment; until Python 3.12 each comprehension is a function that is made and thrown away.


def send(control: Socket, message: bytes, fds: Sequence[int]) -> None:
    """Send a message, with descriptors beside it.

    Raises:
        OSError: it is not taken.
    """
    control.sendmsg([message], [(SOL_SOCKET, SCM_RIGHTS, struct.pack(f"{len(fds)}i", *fds))])


def receive(control: Socket, most_fds: int, most_bytes: int = MOST_BYTES) -> tuple[bytes, list[int]]:
    """The next message, and the descriptors beside it; nothing when the other side has hung up."""
    message, beside, _, _ = control.recvmsg(most_bytes, CMSG_SPACE(most_fds * _FD_BYTES))
    return message, memoryview(beside[0][2]).cast("i").tolist() if beside else []


def readable(fd: int, timeout_s: float = 0.0) -> bool:
    """Whether there is something to be read, or an end to be seen."""
    poller = select.poll()  # select() takes no descriptor beyond 1023
    poller.register(fd, select.POLLIN)
    return bool(poller.poll(timeout_s * 1000))
