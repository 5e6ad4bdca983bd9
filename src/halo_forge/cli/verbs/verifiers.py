"""``halo-forge verifiers``: what can be judged on this machine."""

from __future__ import annotations

import typer

app = typer.Typer(no_args_is_help=True, help="See what can be judged on this machine.")


@app.command("list")
def list_verifiers() -> None:
    """Every verifier, its languages, and whether its tools work here: each is tried on a small program."""
    from halo_forge.cli.tools import list_verifiers

    list_verifiers()
