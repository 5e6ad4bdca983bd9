"""``halo-forge verifiers``: what can be judged on this machine."""

from __future__ import annotations

import contextlib

import typer
from rich.table import Table

from halo_forge.cli.console import out
from halo_forge.errors import ToolchainError
from halo_forge.sandbox.registry import open_sandbox
from halo_forge.types import Limits
from halo_forge.verifiers.base import Workshop
from halo_forge.verifiers.registry import open_verifier, verifier_names

app = typer.Typer(no_args_is_help=True, help="See what can be judged on this machine.")


@app.command("list")
def list_verifiers() -> None:
    """Every verifier, its languages, and whether its tools work here: each is tried on a small program."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for column in ("verifier", "language", "works", "tools"):
        table.add_column(column)
    with contextlib.closing(open_sandbox()) as sandbox:
        for name in verifier_names():
            for row in trials(name, Workshop(sandbox, Limits())):
                table.add_row(name, *row)
    out().print(table)


def trials(name: str, workshop: Workshop) -> list[tuple[str, str, str]]:
    """For each language of a verifier: (language, ``yes`` or ``no``, the tool's version or what is wrong)."""
    verifier = open_verifier(name, workshop)
    rows = []
    for language in sorted(verifier.languages):
        try:
            tools = verifier.prepare(frozenset({language}))
        except ToolchainError as error:
            rows.append((language.value, "[bold red]no[/]", str(error)))
        else:
            rows.append((language.value, "[green]yes[/]", ", ".join(tools.values())))
    return rows
