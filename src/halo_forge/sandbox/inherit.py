"""What a sandboxed program inherits: memory files on known descriptors, and limits on each of its processes."""

from __future__ import annotations

import contextlib
import functools
import os
import resource
import shutil
from collections.abc import Iterable, Iterator

from halo_forge.errors import SandboxError
from halo_forge.sandbox.base import PAYLOAD_FD, RESULT_FD, RESULT_PATH, Command, ResourceLimits
from halo_forge.sandbox.streams import End, close_all, pipe

MEBIBYTE = 1024 * 1024
_STACK_BYTES = 8 * MEBIBYTE  # the usual default, fixed so that deep recursion ends alike everywhere
_FILES = 256
_CHUNK = 65536
_RLIMIT_MSGQUEUE = 12  # linux/resource.h; not in the resource module
RESOURCES = {
    "as": resource.RLIMIT_AS,
    "core": resource.RLIMIT_CORE,
    "cpu": resource.RLIMIT_CPU,
    "data": resource.RLIMIT_DATA,
    "fsize": resource.RLIMIT_FSIZE,
    "memlock": resource.RLIMIT_MEMLOCK,
    "msgqueue": _RLIMIT_MSGQUEUE,
    "nofile": resource.RLIMIT_NOFILE,
    "nproc": resource.RLIMIT_NPROC,
    "stack": resource.RLIMIT_STACK,
}


class Descriptors:
    """Memory files for one run of one command, closed when `stack` is."""

    def __init__(self, command: Command, stack: contextlib.ExitStack) -> None:
        self._held: list[End] = []
        stack.callback(close_all, self._held)
        self._file_mb = command.limits.file_mb
        self.inherited: list[int] = []
        payload = None if command.payload is None else self.memory("payload", command.payload)
        self._result = self.memory("result", b"") if command.wants_result else None
        self._named = {PAYLOAD_FD: payload, RESULT_FD: self._result}
        self._words = command.argv

    @property
    def argv(self) -> list[str]:
        """The command's words, with the numbers of its descriptors."""
        return self._with_numbers({name: fd for name, fd in self._named.items() if fd is not None})

    def argv_from(self, first: int) -> list[str]:
        """The same where those in `inherited` get new numbers, one behind the other from `first` on."""
        numbers = {name: first + self.inherited.index(fd) for name, fd in self._named.items() if fd is not None}
        return self._with_numbers(numbers)

    def _with_numbers(self, numbers: dict[str, int]) -> list[str]:
        known = {name: str(number) for name, number in numbers.items()}
        if RESULT_FD in known:
            known[RESULT_PATH] = f"/proc/self/fd/{known[RESULT_FD]}"
        return [known.get(word, word) for word in self._words]

    def memory(self, name: str, content: bytes) -> int:
        """A new memory file with `content`, at its beginning, that the child inherits."""
        fd = os.memfd_create(f"halo-forge-{name}", os.MFD_CLOEXEC)
        self._held.append(End(fd))
        written = 0
        while written < len(content):
            written += os.pwrite(fd, memoryview(content)[written:], written)
        self.inherited.append(fd)
        return fd

    def pipe(self) -> tuple[int, int]:
        """The reading and the writing end of a new pipe; the child inherits the latter."""
        reader, writer = pipe(self._held)
        self.inherited.append(writer.fd)
        return reader.fd, writer.fd

    def result(self) -> bytes:
        """What the command left on its result descriptor."""
        if self._result is None:
            return b""
        chunks = [os.pread(self._result, _CHUNK, 0)]
        at = len(chunks[0])
        if at == _CHUNK:  # hardly any is so large
            size = min(os.fstat(self._result).st_size, self._file_mb * MEBIBYTE)
            while at < size and (chunk := os.pread(self._result, size - at, at)):
                chunks.append(chunk)
                at += len(chunk)
        return b"".join(chunks)


@functools.cache
def rlimits(limits: ResourceLimits, processes: int) -> tuple[tuple[str, int, int], ...]:
    """The limits of each process: name, soft, hard. Nobody may go above the hard limit that this process has itself.

    The CPU limit is a backstop, a second above the one that the whole tree is held to. Address space counts what is
    reserved, so it is bounded only where `ResourceLimits.address_space` says so; the data segment always is.

    Args:
        processes: how many processes and threads the program's user may have; the kernel counts all that it sees.
    """
    cpu = int(limits.cpu_s) + 1
    memory = limits.memory_mb * MEBIBYTE
    wanted = {"data": memory, "stack": _STACK_BYTES, "fsize": limits.file_mb * MEBIBYTE, "nproc": processes}
    wanted |= {"nofile": _FILES, "core": 0, "memlock": 0, "msgqueue": 0}
    if limits.address_space:
        wanted["as"] = memory
    return _limit("cpu", cpu, cpu + 1), *(_limit(name, value, value) for name, value in wanted.items())


def prlimit_words(prlimit: str, values: Iterable[tuple[str, int, int]]) -> Iterator[str]:
    """The words that start a program under `rlimits`."""
    yield prlimit
    for name, soft, hard in values:
        yield f"--{name}={soft}:{hard}"
    yield "--"


def _limit(name: str, soft: int, hard: int) -> tuple[str, int, int]:
    most = _most(name)
    if most == resource.RLIM_INFINITY:
        return name, soft, hard
    return name, min(soft, most), min(hard, most)


@functools.cache
def _most(name: str) -> int:
    return resource.getrlimit(RESOURCES[name])[1]


def need(tool: str) -> str:
    """The absolute path of a system tool.

    Raises:
        SandboxError: it is not there.
    """
    found = shutil.which(tool, path="/usr/bin:/bin:/usr/sbin:/sbin")
    if found is None:
        raise SandboxError(f"{tool} is missing; install it (apt install util-linux)")
    return found
