"""One block of includes, precompiled in the sandbox, and what has to hold before it may be used.

A compiler that is told to include the precompiled block first reads the source unchanged, so that its complaints keep
their lines, columns and words; the source's own includes then find that everything is there. That they change nothing
is looked at before a block is made: the block is preprocessed twice in a row, and the second time has to leave no text
and every macro as it was. What was read is noted, so that a header that changed since makes the block useless.

Limits: a header that asks how deep it was included would see a difference; none of the usual ones does.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from halo_forge.errors import JudgeError
from halo_forge.sandbox.base import RESULT_FD, RESULT_PATH, Command
from halo_forge.types import Execution
from halo_forge.verifiers.lean import LeanLink

BLOCK = "block.h"
TWICE = "twice.h"
TO_RESULT = ("-o", RESULT_PATH)
"""Behind a compiler's words: what it makes is handed out at once."""

_PRECOMPILED = f"{BLOCK}.gch"
_NOTES = "read.json"
_MAGIC = b"gpch"
_LISTS_AND_WRITES = 'result=$1; shift; "$@" -MD -MF read -o "/proc/self/fd/$result" && exec cat read'
_SECOND, _END = b"halo_forge_second_time", b"halo_forge_end"
# stdio.h leaves it behind where stdarg.h was read before; from then on nothing looks at it, for stdarg.h has a guard.
_UNREAD = b"__need___va_list"
_MACRO = re.compile(rb"#(?:define|undef) (\w+)")
_CPU_S, _FILE_MB, _TMP_MB, _OUTPUT_BYTES = 120.0, 512, 64, 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Headers:
    """How a compiler is told to read headers; commands are as in `CompiledLanguage`.

    Attributes:
        flags: what every flag has to match, so that no other one can make a difference.
        expand: preprocesses `TWICE`, with definitions (``-dD``) and without markers of lines (``-P``).
        precompile: makes the precompiled header of `BLOCK`.
        quicker: more words, where `CompiledLanguage.warm` could be made. With the known flags they change nothing but
            the time, or the compile fails.
        lean: gives a still quicker way for some programs, if there is one in that directory.
        eager: how many blocks of a process are made when they are first seen.
        after: how often a later one has to be seen. Making one takes as long as it saves in so many compiles.
    """

    flags: str
    expand: tuple[str, ...]
    precompile: tuple[str, ...]
    quicker: tuple[str, ...] = ()
    lean: Callable[[Path], LeanLink | None] = lambda warm: None
    eager: int = 8
    after: int = 3


@dataclass(frozen=True, slots=True)
class Making:
    """The commands that make a block with one compiler and its flags, and who runs them.

    Attributes:
        template: a command with the limits of a compile, and what it sees.
        expand, precompile: the words of the commands.
    """

    template: Command
    expand: tuple[str, ...]
    precompile: tuple[str, ...]
    run: Callable[[Command], Execution]

    def make(self, block: bytes, work: Path) -> None:
        """Fill the directory `work`.

        Raises:
            JudgeError: the block can't be precompiled, or using it could make a difference.
            OSError: it can't be written.
        """
        twice = block + _SECOND + b" __COUNTER__\n" + block + _END + b" __COUNTER__\n"
        listing = ("/bin/sh", "-c", _LISTS_AND_WRITES, "compile", RESULT_FD)
        expanded = self._run((*listing, *self.expand), {TWICE: twice})
        if not changes_nothing(expanded.result):
            raise JudgeError("including it again makes a difference")
        notes = [_note(path) for path in _files_read(expanded.stdout)]
        made = self._run((*self.precompile, *TO_RESULT), {BLOCK: block}).result
        if not made.startswith(_MAGIC):
            raise JudgeError("the compiler made no precompiled header of it")
        for name, content in (
            (BLOCK, block),
            (_PRECOMPILED, made),
            (_NOTES, json.dumps({"size": len(made), "read": notes}).encode()),
        ):
            (work / name).write_bytes(content)
            (work / name).chmod(0o644)
        work.chmod(0o755)  # compilers run as somebody else

    def _run(self, argv: tuple[str, ...], files: dict[str, bytes]) -> Execution:
        limits = replace(
            self.template.limits, cpu_s=_CPU_S, file_mb=_FILE_MB, tmp_mb=_TMP_MB, output_bytes=_OUTPUT_BYTES
        )
        execution = self.run(replace(self.template, argv=argv, files=files, limits=limits, wants_result=True))
        if execution.killed_by is not None or execution.exit_code != 0:
            lines = execution.stderr.decode(errors="replace").strip().splitlines()
            raise JudgeError(lines[0] if lines else f"exit status {execution.exit_code}")
        return execution


def is_whole(place: Path) -> bool:
    """Whether a block that was made is complete, and every header as it was then."""
    try:
        notes = json.loads((place / _NOTES).read_bytes())
        if (place / _PRECOMPILED).stat().st_size != notes["size"] or not (place / BLOCK).is_file():
            return False
        return all(_note(path) == [path, size, changed] for path, size, changed in notes["read"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def changes_nothing(expanded: bytes) -> bool:
    """Whether the second half of an expanded `TWICE` leaves no text, and every macro as it was."""
    first, mark, rest = expanded.partition(_SECOND + b" 0\n")
    second, end, _ = rest.partition(_END + b" 1\n")
    if not mark or not end:
        return False  # a header counts with __COUNTER__
    lines = [line for line in second.splitlines() if line.strip()]
    if not all(map(_MACRO.match, lines)):
        return False
    again = _definitions(lines)
    before = _definitions(first.splitlines(), again)
    return all(before.get(name) == text for name, text in again.items() if name != _UNREAD)


def _definitions(lines: list[bytes], among: dict[bytes, bytes | None] | None = None) -> dict[bytes, bytes | None]:
    """The last definition of each macro; ``None`` where it was taken back."""
    found: dict[bytes, bytes | None] = {}
    for line in lines:
        macro = _MACRO.match(line)
        if macro is not None and (among is None or macro[1] in among):
            found[macro[1]] = line if line.startswith(b"#define") else None
    return found


def _files_read(rule: bytes) -> list[str]:
    """The files in a rule for make, but for our own."""
    names = rule.decode(errors="surrogateescape").replace("\\\n", " ").partition(":")[2].split()
    if any("\\" in name or "$" in name for name in names):
        raise JudgeError("a header has a strange name")
    return [name for name in names if os.path.isabs(name)]


def _note(path: str) -> list[str | int]:
    """What tells that a file is as it was."""
    status = os.stat(path)
    return [path, status.st_size, status.st_mtime_ns]
