"""What a sandboxed program inherits: memory files on known descriptors, and limits on each of its processes."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator

from halo_forge.errors import SandboxError
from halo_forge.sandbox.base import PAYLOAD_FD, RESULT_FD, Command, ResourceLimits

_MEBIBYTE = 1024 * 1024
_STACK_BYTES = 8 * _MEBIBYTE  # the usual default, fixed so that deep recursion ends alike everywhere


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


def rlimits(prlimit: str, limits: ResourceLimits) -> Iterator[str]:
    """The words that start a program under per-process limits.

    The CPU limit is a backstop, a second above the one that the whole tree is held to. Address space counts what is
    reserved, so it is bounded only where `ResourceLimits.address_space` says so; the data segment always is.
    """
    cpu = int(limits.cpu_s) + 1
    memory = limits.memory_mb * _MEBIBYTE
    yield prlimit
    yield f"--cpu={cpu}:{cpu + 1}"
    yield f"--data={memory}"
    if limits.address_space:
        yield f"--as={memory}"
    yield f"--stack={_STACK_BYTES}:{_STACK_BYTES}"
    yield f"--fsize={limits.file_mb * _MEBIBYTE}"
    yield f"--nproc={limits.processes}"
    yield "--nofile=256"
    yield "--core=0"
    yield "--memlock=0"
    yield "--msgqueue=0"
    yield "--"


def need(tool: str) -> str:
    """The absolute path of a system tool.

    Raises:
        SandboxError: it is not there.
    """
    found = shutil.which(tool, path="/usr/bin:/bin:/usr/sbin:/sbin")
    if found is None:
        raise SandboxError(f"{tool} is missing; install it (apt install util-linux)")
    return found
