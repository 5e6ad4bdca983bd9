"""The system-call filter of the strict sandbox, as a classic BPF program.

Everything is allowed but what opens a way to the kernel, to other processes or to a new set of privileges. The
namespaces and the dropped privileges are the wall; this makes the wall thinner to look at. Limits: it filters by call
number and by plain integer arguments only, and knows x86_64 and aarch64; elsewhere there is no filter, and `doctor`
says so.

Layout of a filter instruction and of ``seccomp_data``: linux/filter.h, linux/seccomp.h.
"""

from __future__ import annotations

import errno
import platform
import struct
from dataclasses import dataclass

_INSTRUCTION = "<HBBI"
_LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_AT_LEAST = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_ANY_BIT = 0x45  # BPF_JMP | BPF_JSET | BPF_K
_RETURN = 0x06  # BPF_RET | BPF_K

_ALLOW = 0x7FFF0000
_KILL_PROCESS = 0x80000000
_ERRNO = 0x00050000

_OFFSET_NUMBER, _OFFSET_ARCH, _OFFSET_ARG0, _OFFSET_ARG1 = 0, 4, 16, 24  # low words, little endian

_CLONE_NEW_ANY = 0x7E020000  # every CLONE_NEW* flag that clone() takes
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_SOCKET_FAMILIES = (1, 2, 10, 16)  # unix, inet, inet6, netlink: all end in this sandbox's own network namespace
_X32_BIT = 0x40000000


@dataclass(frozen=True, slots=True)
class _Architecture:
    audit: int
    denied: dict[str, int]
    missing: dict[str, int]
    clone: int
    ioctl: int
    socket: int
    prlimit: int


@dataclass(frozen=True, slots=True)
class _Jump:
    """An instruction that goes on at one label or another."""

    test: int
    value: int
    then: str
    otherwise: str

    def placed(self, begins: dict[str, int], following: int) -> bytes:
        """As bytes, where the labels begin there; `following`: the place of the next instruction."""
        skips = (begins[self.then] - following, begins[self.otherwise] - following)
        return struct.pack(_INSTRUCTION, self.test, *skips, self.value)


_Blocks = dict[str, list[bytes | _Jump]]  # label -> instructions, in the order of the program

_DENIED_ANYWHERE = {
    # numbers shared by every architecture since Linux 5.1
    "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
    "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
    "pidfd_getfd": 438, "process_madvise": 440, "mount_setattr": 442, "quotactl_fd": 443, "memfd_secret": 447,
    "process_mrelease": 448, "open_tree_attr": 467,
}  # fmt: skip

_X86_64 = _Architecture(
    audit=0xC000003E,
    denied={
        "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312, "bpf": 321,
        "perf_event_open": 298, "keyctl": 250, "add_key": 248, "request_key": 249, "userfaultfd": 323,
        "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161, "setns": 308, "unshare": 272,
        "open_by_handle_at": 304, "name_to_handle_at": 303, "init_module": 175, "finit_module": 313,
        "delete_module": 176, "kexec_load": 246, "kexec_file_load": 320, "reboot": 169, "swapon": 167,
        "swapoff": 168, "acct": 163, "quotactl": 179, "syslog": 103, "settimeofday": 164, "clock_settime": 227,
        "adjtimex": 159, "clock_adjtime": 305, "iopl": 172, "ioperm": 173, "personality": 135,
        "shmget": 29, "msgget": 68, "semget": 64, "mbind": 237, "move_pages": 279, "migrate_pages": 256,
        "fanotify_init": 300, "lookup_dcookie": 212, "modify_ldt": 154, "uselib": 134, "vhangup": 153,
    },
    missing={"clone3": 435, "memfd_create": 319},
    clone=56, ioctl=16, socket=41, prlimit=302,
)  # fmt: skip

_AARCH64 = _Architecture(
    audit=0xC00000B7,
    denied={
        "ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271, "kcmp": 272, "bpf": 280,
        "perf_event_open": 241, "keyctl": 219, "add_key": 217, "request_key": 218, "userfaultfd": 282,
        "mount": 40, "umount2": 39, "pivot_root": 41, "chroot": 51, "setns": 268, "unshare": 97,
        "open_by_handle_at": 265, "name_to_handle_at": 264, "init_module": 105, "finit_module": 273,
        "delete_module": 106, "kexec_load": 104, "kexec_file_load": 294, "reboot": 142, "swapon": 224,
        "swapoff": 225, "acct": 89, "quotactl": 60, "syslog": 116, "settimeofday": 170, "clock_settime": 112,
        "adjtimex": 171, "clock_adjtime": 266, "personality": 92,
        "shmget": 194, "msgget": 186, "semget": 190, "mbind": 235, "move_pages": 239, "migrate_pages": 238,
        "fanotify_init": 262, "lookup_dcookie": 18, "vhangup": 58,
    },
    missing={"clone3": 435, "memfd_create": 279},
    clone=220, ioctl=29, socket=198, prlimit=261,
)  # fmt: skip

_ARCHITECTURES = {"x86_64": _X86_64, "aarch64": _AARCH64}


def filter_program(machine: str | None = None) -> bytes | None:
    """The filter for this machine (or `machine`) as bytes for ``bwrap --seccomp``; ``None`` where there is none."""
    architecture = _ARCHITECTURES.get(platform.machine() if machine is None else machine)
    return None if architecture is None else _assembled(_blocks(architecture))


def _blocks(architecture: _Architecture) -> _Blocks:
    """The whole filter. Calls are told apart by halves: the kernel tries every number when a filter is put up, which
    takes longer than many a program does where they are compared one by one."""
    special = {
        architecture.clone: "clone", architecture.ioctl: "ioctl", architecture.socket: "socket",
        architecture.prlimit: "prlimit",
    }  # fmt: skip
    denied = dict.fromkeys((_DENIED_ANYWHERE | architecture.denied).values(), "denied")
    missing = dict.fromkeys(architecture.missing.values(), "missing")  # the C library falls back to an older call
    tree: _Blocks = {}
    root = _halved(_ranges(denied | missing | special), tree)
    return {
        # A 32-bit call on a 64-bit kernel would pass by every number.
        "start": [_load(_OFFSET_ARCH), _Jump(_EQUAL, architecture.audit, "native", "foreign")],
        "native": [_load(_OFFSET_NUMBER), _Jump(_AT_LEAST, _X32_BIT, "foreign", root)],
        **tree,
        "clone": [_load(_OFFSET_ARG0), _Jump(_ANY_BIT, _CLONE_NEW_ANY, "denied", "allowed")],
        **_one_of("ioctl", _OFFSET_ARG1, (_TIOCSTI, _TIOCLINUX), "denied", "allowed"),
        **_one_of("socket", _OFFSET_ARG0, _SOCKET_FAMILIES, "allowed", "no family"),
        **_one_of("prlimit", _OFFSET_ARG0, (0,), "allowed", "denied"),  # 0 is the caller itself
        "allowed": [_return(_ALLOW)],
        "denied": [_return(_ERRNO | errno.EPERM)],
        "missing": [_return(_ERRNO | errno.ENOSYS)],
        "no family": [_return(_ERRNO | errno.EAFNOSUPPORT)],
        "foreign": [_return(_KILL_PROCESS)],
    }


def _ranges(labels: dict[int, str]) -> list[tuple[int, str]]:
    """From numbers of calls to the first number of each range that has a label; all others are allowed."""
    ranges = [(0, "allowed")]
    for number in range(max(labels) + 2):
        label = labels.get(number, "allowed")
        if label != ranges[-1][1]:
            ranges.append((number, label))
    return ranges


def _halved(ranges: list[tuple[int, str]], tree: _Blocks) -> str:
    """Add a search for the range of a number to `tree`; returns the label where it begins."""
    if len(ranges) == 1:
        return ranges[0][1]
    first, _ = ranges[len(ranges) // 2]
    name = f"from {first}"
    tree[name] = []  # before what it leads to: there is no way back in a filter
    below = _halved(ranges[: len(ranges) // 2], tree)
    tree[name].append(_Jump(_AT_LEAST, first, _halved(ranges[len(ranges) // 2 :], tree), below))
    return name


def _one_of(name: str, argument: int, values: tuple[int, ...], then: str, otherwise: str) -> _Blocks:
    """Blocks that look whether an argument is one of `values`."""
    blocks: _Blocks = {name: [_load(argument)]}
    for value, following in zip(values, (*values[1:], None), strict=True):
        no = otherwise if following is None else f"{name} {following}"
        blocks[f"{name} {value}"] = [_Jump(_EQUAL, value, then, no)]
    return blocks


def _assembled(blocks: _Blocks) -> bytes:
    begins, end = {}, 0
    for label, block in blocks.items():
        begins[label] = end
        end += len(block)
    words = [word for block in blocks.values() for word in block]
    return b"".join(word.placed(begins, at + 1) if isinstance(word, _Jump) else word for at, word in enumerate(words))


def _load(offset: int) -> bytes:
    return struct.pack(_INSTRUCTION, _LOAD, 0, 0, offset)


def _return(action: int) -> bytes:
    return struct.pack(_INSTRUCTION, _RETURN, 0, 0, action)
