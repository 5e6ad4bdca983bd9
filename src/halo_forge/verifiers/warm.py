"""What a toolchain works out once and needs for every program: made in the sandbox, kept in the user's cache.

Only for speed: where it can't be made or kept, every compile takes longer and gives the same verdict. What made it is
in its name (tool, version, command, source), so an updated toolchain makes its own. It comes from a command and a
source of ours, before any sample is read, and samples see it read-only.
"""

from __future__ import annotations

import io
import logging
import os
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from halo_forge.errors import JudgeError, last_line
from halo_forge.made_once import made_once
from halo_forge.sandbox.base import Command
from halo_forge.types import Execution

NOWHERE = Path("/nowhere")
_log = logging.getLogger(__name__)
_CPU_S, _FILE_MB, _TMP_MB = 600.0, 1024, 2048


@dataclass(frozen=True, slots=True)
class Warm:
    """How to make it.

    Attributes:
        source: a program that needs what programs usually need.
        compile: a command, as in `CompiledLanguage`.
        product: the directory that it leaves, with ``/`` at its end; ``{warm}`` in other commands stands for it.
    """

    source: str
    compile: tuple[str, ...]
    product: str


def kept(name: str, identity: str, command: Command, run: Callable[[Command], Execution]) -> Path:
    """The directory with what `command` hands out as a tar file; made if it is not there yet.

    Args:
        name: of the toolchain.
        identity: everything that makes it differ from another one's.
    """
    try:
        return made_once("toolchains", identity, partial(_fill, command, run), no_place, name)
    except (tarfile.TarError, JudgeError, OSError) as error:
        _log.warning("%s is slower than it could be: nothing could be prepared for it (%s)", name, error)
        return NOWHERE


def no_place(cache: Path, error: OSError) -> JudgeError:
    """For `made_once`: a verifier does without what can't be kept."""
    return JudgeError(f"{cache}: {error.strerror or error}")


def _fill(command: Command, run: Callable[[Command], Execution], work: Path) -> None:
    limits = replace(command.limits, cpu_s=_CPU_S, file_mb=_FILE_MB, tmp_mb=_TMP_MB)
    execution = run(replace(command, limits=limits))
    if execution.killed_by is not None or execution.exit_code != 0:
        raise JudgeError(last_line(execution.stderr) or f"exit status {execution.exit_code}")
    with tarfile.open(fileobj=io.BytesIO(execution.result)) as archive:
        if hasattr(tarfile, "tar_filter"):  # not in the first releases of Python 3.11
            archive.extraction_filter = _ours
        archive.extractall(work)
    work.chmod(0o755)  # programs run as somebody else


def _ours(member: tarfile.TarInfo, place: str) -> tarfile.TarInfo:
    """Files of ours that everybody may read, among them links to tools; not those of who made them in the sandbox."""
    mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
    return tarfile.tar_filter(member, place).replace(
        mode=mode, uid=os.geteuid(), gid=os.getegid(), uname="", gname="", deep=False
    )
