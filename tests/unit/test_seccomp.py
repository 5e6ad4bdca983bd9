"""The system-call filter, run instruction by instruction for both processors."""

from __future__ import annotations

import errno
import struct

import pytest

from halo_forge.sandbox.seccomp import filter_program

ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
NUMBERS = {
    "x86_64": {
        "read": 0, "clone": 56, "ioctl": 16, "socket": 41, "ptrace": 101, "mount": 165, "unshare": 272, "setns": 308,
        "bpf": 321, "keyctl": 250, "userfaultfd": 323, "process_vm_readv": 310, "process_vm_writev": 311, "clone3": 435,
        "memfd_create": 319, "io_uring_setup": 425, "perf_event_open": 298, "execve": 59, "prlimit64": 302,
        "chroot": 161, "shmget": 29, "pidfd_getfd": 438, "personality": 135, "mmap": 9, "kill": 62, "futex": 202,
        "openat": 257,
    },
    "aarch64": {
        "read": 63, "clone": 220, "ioctl": 29, "socket": 198, "ptrace": 117, "mount": 40, "unshare": 97, "setns": 268,
        "bpf": 280, "keyctl": 219, "userfaultfd": 282, "process_vm_readv": 270, "process_vm_writev": 271, "clone3": 435,
        "memfd_create": 279, "io_uring_setup": 425, "perf_event_open": 241, "execve": 221, "prlimit64": 261,
        "chroot": 51, "shmget": 194, "pidfd_getfd": 438, "personality": 92, "mmap": 222, "kill": 129, "futex": 98,
        "openat": 56,
    },
}  # fmt: skip
DENIED = (
    "ptrace", "mount", "unshare", "setns", "bpf", "keyctl", "userfaultfd", "process_vm_readv", "process_vm_writev",
    "io_uring_setup", "perf_event_open", "chroot", "shmget", "pidfd_getfd", "personality",
)  # fmt: skip
# Without arguments; all others are allowed. socket(0) asks for a family that there is none of.
REFUSED = {
    "x86_64": "29 41 64 68 101 103 134-135 153-155 159 161 163-169 172-173 175-176 179 212 227 237 246 248-250 256 "
    "272 279 298 300 303-305 308 310-313 319-321 323 425-433 435 438 440 442-443 447-448 467",
    "aarch64": "18 39-41 51 58 60 89 92 97 104-106 112 116-117 142 170-171 186 190 194 198 217-219 224-225 235 "
    "238-239 241 262 264-266 268 270-273 279-280 282 294 425-433 435 438 440 442-443 447-448 467",
}
both = pytest.mark.parametrize("machine", list(AUDIT))


def decide(machine: str, number: int, *arguments: int, audit: int | None = None) -> int:
    """What the filter returns for a call: a classic BPF machine of the few instructions that it uses."""
    program = filter_program(machine)
    assert program is not None
    code = list(struct.iter_unpack("<HBBI", program))
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number, AUDIT[machine] if audit is None else audit, 0, *padded)
    accumulator, at = 0, 0
    while True:
        operation, skip_true, skip_false, value = code[at]
        at += 1
        if operation == 0x06:
            return value
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
            continue
        holds = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: bool(accumulator & value)}[operation]
        at += skip_true if holds else skip_false


def call(machine: str, name: str, *arguments: int) -> int:
    return decide(machine, NUMBERS[machine][name], *arguments)


@both
@pytest.mark.parametrize("name", ["read", "execve", "mmap", "kill", "futex", "openat"])
def test_ordinary_calls_are_allowed(machine: str, name: str) -> None:
    assert call(machine, name) == ALLOW
    assert call(machine, name, 2**64 - 1, 2**64 - 1) == ALLOW


@both
@pytest.mark.parametrize("name", DENIED)
def test_dangerous_calls_are_refused(machine: str, name: str) -> None:
    assert call(machine, name) == ERRNO | errno.EPERM
    assert call(machine, name, 1, 2, 3) == ERRNO | errno.EPERM


@both
@pytest.mark.parametrize("name", ["clone3", "memfd_create"])
def test_what_has_an_older_way_does_not_exist(machine: str, name: str) -> None:
    assert call(machine, name) == ERRNO | errno.ENOSYS


@both
def test_no_call_is_refused_by_mistake(machine: str) -> None:
    spans = [[int(number) for number in span.split("-")] for span in REFUSED[machine].split()]
    refused = {number for span in spans for number in range(span[0], span[-1] + 1)}
    assert {number for number in range(1000) if decide(machine, number) != ALLOW} == refused


@both
def test_threads_and_forks_are_allowed_and_name_spaces_are_not(machine: str) -> None:
    thread, fork = 0x3D0F00, 0x01200011
    assert call(machine, "clone", thread) == ALLOW
    assert call(machine, "clone", fork) == ALLOW
    for flag in (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000):
        assert call(machine, "clone", fork | flag) == ERRNO | errno.EPERM


@both
def test_sockets_of_few_families(machine: str) -> None:
    for family in (1, 2, 10, 16):
        assert call(machine, "socket", family, 1, 0) == ALLOW
    for family in (0, 3, 17, 38, 40, 44):
        assert call(machine, "socket", family, 1, 0) == ERRNO | errno.EAFNOSUPPORT


@both
def test_terminals_can_not_be_typed_into(machine: str) -> None:
    assert call(machine, "ioctl", 0, 0x5401) == ALLOW
    for request in (0x5412, 0x541C, 0x5412 | 1 << 32):  # the kernel looks at 32 bits of it
        assert call(machine, "ioctl", 0, request) == ERRNO | errno.EPERM


@both
def test_limits_of_other_processes_can_not_be_set(machine: str) -> None:
    assert call(machine, "prlimit64", 0, 7) == ALLOW
    assert call(machine, "prlimit64", 1, 7) == ERRNO | errno.EPERM


@both
def test_a_foreign_architecture_ends_the_process(machine: str) -> None:
    others = {0x40000003, *AUDIT.values()} - {AUDIT[machine]}  # 32-bit x86 among them
    for audit in others:
        assert decide(machine, NUMBERS[machine]["read"], audit=audit) == KILL
    assert decide(machine, 0x40000000 | NUMBERS[machine]["read"]) == KILL  # x32


@both
def test_every_call_gets_an_answer(machine: str) -> None:
    for number in range(600):
        assert decide(machine, number) in {ALLOW, ERRNO | errno.EPERM, ERRNO | errno.ENOSYS, ERRNO | errno.EAFNOSUPPORT}


def test_unknown_processors_have_no_filter() -> None:
    assert filter_program("riscv64") is None
    assert filter_program() == filter_program()
