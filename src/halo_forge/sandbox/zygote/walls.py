"""The walls around one fork of the zygote, put up by the fork itself before anything of a sample is in it.

The zygote's own sandbox is around all of its forks. Within it each gets what bubblewrap gives a command: process, mount
and IPC namespaces of its own, an empty `/tmp` and `/dev/shm`, a `/proc` that shows its own processes alone, limits, a
user id without any rights, and the system-call filter. All of them go with it.

Process 1 of a namespace either does nothing but wait, in the memory of the zygote, which costs next to nothing; or it
is the fork, and starts the program. When it is killed the kernel ends all that is left there.

Limits: beside one that waits a fork's parent has the number 0, and it may be kept to one processor. Forks share
the zygote's network namespace, so one can read in /proc/net how much the earlier ones have sent. Those beside one that
waits share its session too, whose priority (autogroup) each may lower for the later ones. Forks have the niceness of
the host, unless somebody gives the zygote itself another one.
"""

from __future__ import annotations

import ctypes
import os
from os import chdir, setgroups, setpgid, setresgid, setresuid
from resource import setrlimit

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from typing import Any

_CLONE_NEWPID, _CLONE_NEWNS, _CLONE_NEWIPC, _CLONE_NEWUSER = 0x20000000, 0x00020000, 0x08000000, 0x10000000
_CLONE_VM = 0x00000100
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 1, 2, 4, 8
_PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 24, 22, 38
_SECCOMP_MODE_FILTER = 2
_SIG_BLOCK, _SIG_UNBLOCK, _SIG_DFL, _SIG_IGN, _SIGCHLD = 0, 1, 0, 1, 17  # the signal module makes objects of them all
_SIGNAL_SET_BYTES = 128
_LINUX_CAPABILITY_VERSION_3 = 0x20080522
_MOST_CAPABILITIES = 64
_STACK_BYTES = 16384
_INSTRUCTION_BYTES = 8

# What forks use is made here: whatever is made in a fork, is made in each of them. So is the note that Python makes
# where it looks a name up in a module, which is why some names above are taken out of theirs. The tuples are functions
# of the C library with their arguments, for `call`.
_libc = ctypes.CDLL(None)
_libc.__errno_location.restype = ctypes.POINTER(ctypes.c_int)
_clone, _mount, _pause, _prctl = _libc.clone, _libc.mount, _libc.pause, _libc.prctl
_set_mask, _set_namespace = _libc.sigprocmask, _libc.setns
_signal, _unmap, _unshare = _libc.signal, _libc.munmap, _libc.unshare
_PLAIN = _MS_NOSUID | _MS_NODEV
_MOUNT_SHARED = _mount, b"tmpfs", b"/dev/shm", b"tmpfs", _PLAIN, b"mode=1777,size=1048576"
_MOUNT_PROCESSES = _mount, b"proc", b"/proc", b"proc", _PLAIN | _MS_NOEXEC, b""
_HIDE_FIRST = _mount, b"tmpfs", b"/proc/1", b"tmpfs", _PLAIN | _MS_RDONLY, b"size=4096,mode=0555"
_capability_header = (ctypes.c_uint32 * 2)(_LINUX_CAPABILITY_VERSION_3, 0)
_GIVE_UP_CAPABILITIES = _libc.capset, _capability_header, (ctypes.c_uint32 * 6)()
_GIVE_UP_PRIVILEGES = _prctl, _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0
# Keep other processes of the same user from looking into this one, or let them.
BE_PRIVATE, BE_OPEN = (_prctl, _PR_SET_DUMPABLE, 0, 0, 0, 0), (_prctl, _PR_SET_DUMPABLE, 1, 0, 0, 0)
_all_signals = (ctypes.c_ubyte * _SIGNAL_SET_BYTES)(*[0xFF] * _SIGNAL_SET_BYTES)
# Have all signals wait, or no longer.
BLOCK_SIGNALS, HEED_SIGNALS = (_set_mask, _SIG_BLOCK, _all_signals, None), (_set_mask, _SIG_UNBLOCK, _all_signals, None)
_stack = ctypes.create_string_buffer(_STACK_BYTES)  # of all processes 1: each calls one function and never returns
_top_of_stack = ctypes.byref(_stack, _STACK_BYTES - 16)


class _FilterProgram(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(ctypes.c_char)))


def filter_of(program: bytes) -> tuple[Any, ...]:
    """How the system-call filter of these classic BPF instructions is put up, for `call`; none of them: it is not."""
    if not program:
        return ()
    instructions = ctypes.cast(ctypes.create_string_buffer(program, len(program)), ctypes.POINTER(ctypes.c_char))
    made = _FilterProgram(len(program) // _INSTRUCTION_BYTES, instructions)
    return _prctl, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(made), 0, 0


def letting_go_of(memory: ctypes.Array[Any]) -> tuple[Any, ...]:
    """How whole pages of memory are given up, for `call`."""
    return _unmap, ctypes.c_void_p(ctypes.addressof(memory)), ctypes.sizeof(memory)


def enter(tmp_size: bytes) -> None:
    """Have namespaces of one's own, an empty ``/tmp`` of that size and a ``/proc`` of what is inside.

    Raises:
        OSError: they can't be made.
    """
    call(_unshare, _CLONE_NEWNS | _CLONE_NEWIPC)
    call(_mount, b"tmpfs", b"/tmp", b"tmpfs", _PLAIN, b"mode=1777,size=" + tmp_size)
    call(*_MOUNT_SHARED)
    call(*_MOUNT_PROCESSES)
    chdir("/tmp")


def give_up(
    uid: int | None, outer: tuple[int, int] | None, rlimits: list[tuple[int, int, int]], calls: tuple[Any, ...]
) -> None:
    """Give up all rights, for good.

    Args:
        uid: user and group to become, where the sandbox belongs to root.
        outer: user and group that one is outside, where it belongs to an ordinary user.
        calls: see `filter_of`.

    Raises:
        OSError: that was refused.
    """
    if outer is not None:
        _be_user_of_own_namespace(*outer)
    if uid is not None:
        setgroups([])
        setresgid(uid, uid, uid)
        setresuid(uid, uid, uid)
    call(*_GIVE_UP_CAPABILITIES)
    for which, soft, hard in rlimits:
        setrlimit(which, (soft, hard))
    call(*BE_OPEN)  # as it is after a program was started
    call(*_GIVE_UP_PRIVILEGES)
    if calls:
        call(*calls)


def _be_user_of_own_namespace(uid: int, gid: int) -> None:
    """Have limits that count for nobody else, and the ids that one has outside, having been root of the namespace.

    Root of the sandbox is that same user outside, so process 1 is hidden: a solution could else list its descriptors,
    though it is private.
    """
    own = os.open("/proc/self", os.O_PATH | os.O_DIRECTORY)
    call(*_HIDE_FIRST)
    call(_unshare, _CLONE_NEWUSER)
    call(*BE_OPEN)  # else its files there would not be its own
    empty_bounding_set()  # it is full again
    for name, content in (("setgroups", "deny"), ("uid_map", f"{uid} 0 1"), ("gid_map", f"{gid} 0 1")):
        fd = os.open(name, os.O_WRONLY, dir_fd=own)
        os.write(fd, content.encode())
        os.close(fd)
    os.close(own)


def call(function: Any, *words: Any) -> None:
    """Call a function of the C library.

    Raises:
        OSError: it says that it failed.
    """
    if function(*words) != 0:
        number = error_number()
        raise OSError(number, f"{function.__name__}: {os.strerror(number)}")


def error_number() -> int:
    """Of the last call of the C library that failed; to have ctypes keep it costs every call."""
    number: int = _libc.__errno_location()[0]
    return number


def begin_namespace(own: int, *, as_first: bool) -> int | None:
    """Have forks be in a new process namespace from now on.

    Its process 1 is the next fork; or else it does nothing but wait, and leads a group. All signals have to be blocked,
    as they are in it then: what is in the namespace may send it any.

    Args:
        own: a descriptor of the namespace that this process is in; the new one is made from there.

    Returns:
        The number of process 1 that waits.

    Raises:
        OSError: that was refused.
    """
    call(_set_namespace, own, _CLONE_NEWPID)
    call(_unshare, _CLONE_NEWPID)
    if as_first:
        return None
    _signal(_SIGCHLD, _SIG_IGN)  # so that the orphans it gets are reaped
    pid: int = _clone(_pause, _top_of_stack, _CLONE_VM | _SIGCHLD, None)
    _signal(_SIGCHLD, _SIG_DFL)
    if pid < 0:
        raise OSError(error_number(), "clone failed")
    setpgid(pid, pid)
    return pid


def empty_bounding_set() -> None:
    """No program that this process or a fork of it starts is to get a capability from its file."""
    for capability in range(_MOST_CAPABILITIES):
        if _prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break  # the kernel knows no more of them
