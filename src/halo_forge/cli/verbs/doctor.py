"""``halo-forge doctor``: what works on this machine, and how to mend what does not."""

from __future__ import annotations

import typer


def doctor() -> None:
    """Say what works on this machine: sandbox, compilers, engines, models. Each is tried, not looked up."""
    from halo_forge.cli.tools import examine

    raise typer.Exit(examine())
