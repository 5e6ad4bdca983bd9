"""The environment of a sandboxed program: nothing of ours is in it."""

from __future__ import annotations

from halo_forge.sandbox.base import WORKDIR, Command

_PATH = "/usr/local/bin:/usr/bin:/bin"


def environment(command: Command) -> dict[str, str]:
    """All variables that a command has."""
    return {"PATH": _PATH, "PWD": WORKDIR, "HOME": WORKDIR, "TMPDIR": WORKDIR, "LC_ALL": "C.UTF-8", **command.env}
