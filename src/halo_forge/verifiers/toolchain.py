"""Finding compilers and interpreters, and what of the host's file system they need inside the sandbox."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from halo_forge.errors import ToolchainError

_VISIBLE_INSIDE = (Path("/usr"),)


def find_tool(name: str, package: str) -> Path:
    """Where a tool is, symbolic links resolved.

    Raises:
        ToolchainError: it is not installed; `package` is what to install.
    """
    found = shutil.which(name)
    if found is None:
        raise ToolchainError(
            f"{name} is not installed; install it (apt install {package}) or choose another --verifier"
        )
    return Path(os.path.realpath(found))


def home_of(tool: Path) -> tuple[Path, ...]:
    """The directory that has to be visible inside for `tool` to work: none when it lives under /usr.

    A tool elsewhere is taken to be ``PREFIX/bin/tool`` with its libraries under ``PREFIX``.
    """
    if any(tool.is_relative_to(place) for place in _VISIBLE_INSIDE):
        return ()
    return (tool.parent.parent,)
