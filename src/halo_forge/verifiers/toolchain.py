"""Finding compilers and interpreters, and what of the host's file system they need inside the sandbox."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from halo_forge.errors import ToolchainError

_VISIBLE_INSIDE = Path("/usr")


def find_tool(name: str, package: str) -> Path:
    """Where a tool is, by a path that is good inside the sandbox too.

    Raises:
        ToolchainError: it is not installed; `package` is what to install.
    """
    found = shutil.which(name)
    if found is None:
        raise ToolchainError(
            f"{name} is not installed; install it (apt install {package}) or choose another --verifier"
        )
    link, real = Path(os.path.abspath(found)), Path(os.path.realpath(found))
    # A link keeps its name where it can: ccache is called by the compiler's.
    return link if link.is_relative_to(_VISIBLE_INSIDE) and real.is_relative_to(_VISIBLE_INSIDE) else real


def home_of(tool: Path) -> tuple[Path, ...]:
    """The directory that has to be visible inside for `tool` to work: none when it lives under /usr.

    A tool elsewhere is taken to be ``PREFIX/bin/tool`` with its libraries under ``PREFIX``.

    Raises:
        ToolchainError: that would show programs the user's home directory, or the whole machine.
    """
    if tool.is_relative_to(_VISIBLE_INSIDE):
        return ()
    prefix = tool.parent.parent
    if Path.home().is_relative_to(prefix):
        raise ToolchainError(
            f"{tool} can't be used, because programs would see all of {prefix}; install it in a directory of its own"
        )
    return (prefix,)
