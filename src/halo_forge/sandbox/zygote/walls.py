"""The walls around one fork of the zygote, put up by the fork itself before anything of a sample is in it.

The zygote's own sandbox is around all of its forks. Within it each gets what bubblewrap gives a command: process, mount
and IPC namespaces of its own, an empty `/tmp` and `/dev/shm`, a `/proc` that shows its own processes alone, limits, a
user id without any rights, and the system-call filter. All of them go with it.

The fork is process 1 of its namespace. What runs in it is ours, and the solution is a child of it: when it ends,
however it ends, the kernel ends all that is left.

Limits: forks share the zygote's network namespace, so one can read in /proc/net how much the earlier ones have sent.
They share its session too, whose priority (autogroup) each may lower for the later ones.
"""

from __future__ import annotations

import ctypes
import os
import resource

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from typing import Any

_CLONE_NEWPID, _CLONE_NEWNS, _CLONE_NEWIPC, _CLONE_NEWUSER = 0x20000000, 0x00020000, 0x08000000, 0x10000000
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 1, 2, 4, 8
_PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 24, 22, 38
_SECCOMP_MODE_FILTER = 2
_LINUX_CAPABILITY_VERSION_3 = 0x20080522
_MOST_CAPABILITIES = 64
_SHARED_BYTES = 1024 * 1024

_libc = ctypes.CDLL(None, use_errno=True)


class _Filter(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def enter(tmp_bytes: int) -> int:
    """Have namespaces of one's own, an empty ``/tmp`` of that size and a ``/proc`` of what is inside, but of process 1.

    Root of the sandbox of an ordinary user is that user outside, so a solution could else list the descriptors of
    process 1, though it is private. Returns a descriptor of the directory that is hidden.

    Raises:
        OSError: they can't be made.
    """
    call(_libc.unshare, _CLONE_NEWNS | _CLONE_NEWIPC)
    _mount(b"tmpfs", b"/tmp", f"size={tmp_bytes},mode=1777")
    _mount(b"tmpfs", b"/dev/shm", f"size={_SHARED_BYTES},mode=1777")
    _mount(b"proc", b"/proc", "", _MS_NOEXEC)
    own = os.open("/proc/1", os.O_PATH)
    _mount(b"tmpfs", b"/proc/1", "size=4096,mode=0555", _MS_RDONLY)
    os.chdir("/tmp")
    return own


def give_up(
    own: int, uid: int | None, outer: tuple[int, int] | None, rlimits: list[tuple[int, int, int]], filter_program: bytes
) -> None:
    """Give up all rights, for good.

    Args:
        own: what `enter` returned; it is closed.
        uid: user and group to become, where the sandbox belongs to root.
        outer: user and group that one is outside, where it belongs to an ordinary user.

    Raises:
        OSError: that was refused.
    """
    if outer is not None:
        _be_user_of_own_namespace(own, *outer)
    os.close(own)
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    header = (ctypes.c_uint32 * 2)(_LINUX_CAPABILITY_VERSION_3, 0)
    call(_libc.capset, header, (ctypes.c_uint32 * 6)())
    for which, soft, hard in rlimits:
        resource.setrlimit(which, (soft, hard))
    call(_libc.prctl, _PR_SET_DUMPABLE, 1, 0, 0, 0)  # as it is after a program was started; another user's is not
    call(_libc.prctl, _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if filter_program:
        _filter_calls(filter_program)


def _be_user_of_own_namespace(own: int, uid: int, gid: int) -> None:
    """Have limits that count for nobody else, and the ids that one has outside, having been root of the namespace."""
    call(_libc.unshare, _CLONE_NEWUSER)
    empty_bounding_set()  # it is full again
    for name, content in (("setgroups", "deny"), ("uid_map", f"{uid} 0 1"), ("gid_map", f"{gid} 0 1")):
        fd = os.open(name, os.O_WRONLY, dir_fd=own)
        os.write(fd, content.encode())
        os.close(fd)


def call(function: Any, *words: Any) -> None:
    """Call a function of the C library.

    Raises:
        OSError: it says that it failed.
    """
    if function(*words) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{function.__name__}: {os.strerror(number)}")


def forks_begin_anew() -> None:
    """Have the next fork be process 1 of a new namespace."""
    call(_libc.unshare, _CLONE_NEWPID)


def forks_stay(own: int) -> None:
    """Have forks stay in the namespace that the descriptor `own` stands for; without this no second one can be made."""
    call(_libc.setns, own, _CLONE_NEWPID)


def _mount(kind: bytes, place: bytes, options: str, flags: int = 0) -> None:
    call(_libc.mount, kind, place, kind, _MS_NOSUID | _MS_NODEV | flags, options.encode())


def empty_bounding_set() -> None:
    """No program that this process or a fork of it starts is to get a capability from its file."""
    for capability in range(_MOST_CAPABILITIES):
        if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break  # the kernel knows no more of them


def _filter_calls(program: bytes) -> None:
    instructions = ctypes.create_string_buffer(program, len(program))
    given = _Filter(len(program) // 8, ctypes.addressof(instructions))
    call(_libc.prctl, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(given), 0, 0)
