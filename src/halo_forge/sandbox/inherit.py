"""What a sandboxed program inherits: memory files on known descriptors, and limits on each of its processes."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
from collections.abc import Iterator

from halo_forge.errors import SandboxError
from halo_forge.sandbox.base import PAYLOAD_FD, RESULT_FD, Command, ResourceLimits
from halo_forge.sandbox.streams import pipe

_MEBIBYTE = 1024 * 1024
_STACK_BYTES = 8 * _MEBIBYTE  # the usual default, fixed so that deep recursion ends alike everywhere
_FILES = 256
_RLIMIT_MSGQUEUE = 12  # linux/resource.h; not in the resource module
_RESOURCES = {
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
        self._stack = stack
        self._file_mb = command.limits.file_mb
        self.inherited: list[int] = []
        payload = None if command.payload is None else self.memory("payload", command.payload)
        self._result = self.memory("result", b"") if command.wants_result else None
        numbers = {PAYLOAD_FD: payload, RESULT_FD: self._result}
        self.argv = [str(numbers.get(word, word)) for word in command.argv]

    def memory(self, name: str, content: bytes) -> int:
        """A new memory file with `content`, at its beginning, that the child inherits."""
        fd = os.memfd_create(f"halo-forge-{name}", os.MFD_CLOEXEC)
        self._stack.callback(os.close, fd)
        view = memoryview(content)
        while view:
            view = view[os.write(fd, view) :]
        os.lseek(fd, 0, os.SEEK_SET)
        self.inherited.append(fd)
        return fd

    def pipe(self) -> tuple[int, int]:
        """The reading and the writing end of a new pipe; the child inherits the latter."""
        reader, writer = pipe(self._stack)
        self.inherited.append(writer.fileno())
        return reader.fileno(), writer.fileno()

    def result(self) -> bytes:
        """What the command left on its result descriptor."""
        if self._result is None:
            return b""
        size = min(os.fstat(self._result).st_size, self._file_mb * _MEBIBYTE)
        chunks, at = [], 0
        while at < size and (chunk := os.pread(self._result, size - at, at)):
            chunks.append(chunk)
            at += len(chunk)
        return b"".join(chunks)


def rlimits(prlimit: str, limits: ResourceLimits, processes: int) -> Iterator[str]:
    """The words that start a program under per-process limits.

    The CPU limit is a backstop, a second above the one that the whole tree is held to. Address space counts what is
    reserved, so it is bounded only where `ResourceLimits.address_space` says so; the data segment always is.

    Args:
        processes: how many processes and threads the program's user may have; the kernel counts all that it sees.
    """
    cpu = int(limits.cpu_s) + 1
    memory = limits.memory_mb * _MEBIBYTE
    yield prlimit
    yield _limit("cpu", cpu, cpu + 1)
    yield _limit("data", memory)
    if limits.address_space:
        yield _limit("as", memory)
    yield _limit("stack", _STACK_BYTES)
    yield _limit("fsize", limits.file_mb * _MEBIBYTE)
    yield _limit("nproc", processes)
    yield _limit("nofile", _FILES)
    for name in ("core", "memlock", "msgqueue"):
        yield _limit(name, 0)
    yield "--"


def _limit(name: str, soft: int, hard: int | None = None) -> str:
    """An option of prlimit; nobody may go above the hard limit that this process has itself."""
    most = resource.getrlimit(_RESOURCES[name])[1]
    wanted = [soft, soft if hard is None else hard]
    soft, hard = wanted if most == resource.RLIM_INFINITY else (min(value, most) for value in wanted)
    return f"--{name}={soft}:{hard}"


def need(tool: str) -> str:
    """The absolute path of a system tool.

    Raises:
        SandboxError: it is not there.
    """
    found = shutil.which(tool, path="/usr/bin:/bin:/usr/sbin:/sbin")
    if found is None:
        raise SandboxError(f"{tool} is missing; install it (apt install util-linux)")
    return found
