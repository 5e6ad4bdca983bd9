"""Finding compilers and interpreters, and what of the host's file system they need inside the sandbox."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from halo_forge.errors import ToolchainError

_VISIBLE_INSIDE = Path("/usr")


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that has to be installed.

    Attributes:
        name: its command on PATH.
        install: the command that installs it.
        version: arguments that make it say its version.
        locate: given what PATH leads to, where the program really is; for launchers that only choose another one.
    """

    name: str
    install: str
    version: tuple[str, ...] = ("--version",)
    locate: Callable[[Path], Path] | None = None


def find_tool(tool: Tool) -> Path:
    """Where a tool is, by a path that is good inside the sandbox too.

    Raises:
        ToolchainError: it is not installed.
    """
    found = shutil.which(tool.name)
    if found is None:
        raise ToolchainError(f"{tool.name} is not installed; install it ({tool.install}) or choose another --verifier")
    link = Path(os.path.abspath(found))
    if tool.locate is not None:
        return tool.locate(link)
    real = real_path(link)
    # A link keeps its name where it can: ccache is called by the compiler's.
    return link if link.is_relative_to(_VISIBLE_INSIDE) and real.is_relative_to(_VISIBLE_INSIDE) else real


def real_path(link: Path) -> Path:
    """Where a link leads to in the end."""
    return Path(os.path.realpath(link))


def version_of(tool: Tool, place: Path) -> str:
    """The first line that it says about itself, with its name."""
    answer = subprocess.run([place, *tool.version], capture_output=True, text=True, timeout=60, check=False)
    line = answer.stdout.splitlines()[0] if answer.stdout else "of unknown version"
    return line if tool.name in line.lower() else f"{tool.name} {line}"


def c_library() -> str:
    """The machine's C library, as it is now, and processor, which what a toolchain makes may depend on."""
    name = "CS_GNU_LIBC_VERSION"
    version = (os.confstr(name) if name in os.confstr_names else None) or ""
    return f"{version} {platform.machine()} {_loaded_c_library()}"


def _loaded_c_library() -> str:
    """Where it is, and what changes with an update that keeps the version; nothing where that can't be told."""
    with suppress(OSError):
        lines = Path("/proc/self/maps").read_text().splitlines()
        paths = {line.split(maxsplit=5)[-1].removesuffix(" (deleted)") for line in lines}  # updated since it was loaded
        for path in sorted(path for path in paths if Path(path).name.startswith("libc.so.")):
            status = os.stat(path)
            return f"{path} {status.st_size} {status.st_mtime_ns}"
    return ""


def home_of(tool: Path) -> tuple[Path, ...]:
    """The directory that has to be visible inside for `tool` to work: none when it lives under /usr.

    A tool elsewhere is taken to be ``PREFIX/bin/tool`` with its libraries under ``PREFIX``; one of npm's to be
    ``PREFIX/node_modules/…/tool``.

    Raises:
        ToolchainError: that would show programs the user's home directory, or the whole machine.
    """
    if tool.is_relative_to(_VISIBLE_INSIDE):
        return ()
    modules = [parent for parent in tool.parents if parent.name == "node_modules"]
    prefix = modules[-1].parent if modules else tool.parent.parent
    if Path.home().is_relative_to(prefix):
        raise ToolchainError(
            f"{tool} can't be used, because programs would see all of {prefix}; install it in a directory of its own"
        )
    return (prefix,)
