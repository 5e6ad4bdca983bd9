"""What can be run in a sandbox, and the protocol that every sandbox follows.

A sandbox runs one command at a time in a world of its own: a read-only system, an empty and bounded `WORKDIR`, no
network, no other processes. When `Sandbox.run` returns, every process that the command started is gone.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from halo_forge.types import Execution

WORKDIR = "/tmp"
"""Where a command starts, inside the sandbox: a memory file system of its own, gone afterwards."""

PAYLOAD_FD = "@payload"
"""In `Command.argv`: stands for the number of the descriptor that holds `Command.payload`."""

RESULT_FD = "@result"
"""In `Command.argv`: stands for the number of the descriptor whose content becomes `Execution.result`."""

RESULT_PATH = "@result-path"
"""In `Command.argv`: stands for a path of that same descriptor, for programs that write to a file."""

CONTROL_FD = "@control"
"""In the words that start a `Zygote`: stands for the number of its control socket."""


class Tier(StrEnum):
    """How strong a sandbox is. Results from different tiers are not compared."""

    STRICT = "strict"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True)
class ResourceLimits:
    """What one command may use.

    Attributes:
        cpu_s: user and system time of the whole process tree.
        memory_mb: resident memory of the whole tree, and data segment of each process.
        address_space: bound each process's address space by `memory_mb` too; right for native code and Python,
            wrong for runtimes that reserve far more than they use (Go, Java, node).
        output_bytes: for each of stdout and stderr.
        file_mb: largest single file.
        tmp_mb: what `WORKDIR` holds.
        processes: processes and threads at once.
    """

    cpu_s: float
    memory_mb: int
    output_bytes: int
    file_mb: int
    tmp_mb: int
    processes: int
    address_space: bool = True

    @property
    def wall_s(self) -> float:
        """Elapsed time after which a command is ended although it has CPU time left.

        Verdicts go by CPU time, which a busy machine does not change; this only stops what sleeps or waits.
        """
        return max(3 * self.cpu_s, self.cpu_s + 5.0)


@dataclass(frozen=True, eq=False)
class Zygote:
    """A process that does the start-up of many commands once, and is forked for each (see `halo_forge.sandbox.zygote`).

    Attributes:
        start: the command that starts it. It has `CONTROL_FD` in its words; its limits bound its files alone.
        instead_of: the words at the beginning of a command that it makes up for. What comes behind them goes to the
            fork.
        server: for the fork that outlives commands and has a part in those that are `Command.served`; behind them
            comes the number of a socket.
        served: for the fork of such a command; behind them come the numbers of a pipe from the server and one to it.
        executes: its forks become the program that a command names; they get the command's environment too.
        beside: name below `WORKDIR` -> directory, for the zygote itself; its forks do not see them.
        worth_it_after: commands that are run without it first, as it may be that there are no more of them.
    """

    start: Command
    instead_of: tuple[str, ...] = ()
    server: tuple[str, ...] = ()
    served: tuple[str, ...] = ()
    executes: bool = False
    beside: Mapping[str, Path] = field(default_factory=dict)
    worth_it_after: int = 0

    @functools.cached_property
    def can_be_forked(self) -> bool:
        """Not where it needs something below `WORKDIR`, which is empty in every fork."""
        return not any(place.is_relative_to(WORKDIR) for place in self.start.read_only)


@dataclass(frozen=True, slots=True)
class Command:
    """A program to run, and everything that it is given.

    Attributes:
        argv: first the program, as an absolute path or one that starts with ``./``; may hold `PAYLOAD_FD`,
            `RESULT_FD` and `RESULT_PATH`. It starts in `WORKDIR`, and paths of `files` are best given relative to it.
        files: path relative to `WORKDIR` -> content. All are readable and executable inside.
        stdin: what it reads; a real pipe, closed at the end.
        payload: bytes for trusted code only, on a descriptor of their own, never a file.
        wants_result: give it a descriptor for `Execution.result`.
        read_only: host directories outside /usr that it needs (a toolchain), at the same place inside.
        env: variables added to PATH, HOME and LC_ALL; nothing else is inherited.
        zygote: what may be forked instead of running the command from its start, where the sandbox can do that. What
            comes of it is the same but for the time. Files that the zygote was started with are not in the fork.
        served: the zygote's server may do its part; it gets the descriptors that `argv` names.
    """

    argv: tuple[str, ...]
    limits: ResourceLimits
    files: Mapping[str, bytes] = field(default_factory=dict)
    stdin: bytes = b""
    payload: bytes | None = None
    wants_result: bool = False
    read_only: tuple[Path, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    zygote: Zygote | None = None
    served: bool = False


class Sandbox(Protocol):
    """A place to run commands. Safe to use from several threads at once."""

    @property
    def tier(self) -> Tier:
        """How strong it is."""

    @property
    def description(self) -> str:
        """One line for people: which program, which version, as which user."""

    def run(self, command: Command) -> Execution:
        """Run `command` to its end or to its limit.

        Raises:
            JudgeError: the sandbox itself failed, so nothing is known of the program.
        """

    def close(self) -> None:
        """Give back what the sandbox holds. May be called twice."""
