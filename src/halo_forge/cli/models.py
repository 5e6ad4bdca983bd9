"""``halo-forge models``: what can be sampled from on this machine."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from halo_forge.cli.console import note, out
from halo_forge.cli.loading import pulled

app = typer.Typer(no_args_is_help=True, help="See and fetch models.")
