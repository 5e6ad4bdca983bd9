"""``halo-forge models``: what can be sampled from on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="See and fetch models.")


@app.command("list")
def list_models() -> None:
    """The models that are built in, and where they are."""
    from halo_forge.cli.console import out, plain_table
    from halo_forge.models.embedded import MODELS, cached

    table = plain_table("model", "size", "where")
    table.columns[-1].overflow = "fold"
    for name, model in MODELS.items():
        path = cached(model)
        where = f"not fetched yet (halo-forge models pull {name})" if path is None else str(path)
        table.add_row(name, f"{model.size_bytes / 1e6:.0f} MB", where)
    out().print(table)
    out().print(
        "\nYour own: --model FILE.gguf, a model's or an adapter's directory, a hub id, or a server: "
        "--model http://localhost:8000/v1",
        markup=False,
    )


@app.command()
def pull(name: Annotated[str, typer.Argument(metavar="MODEL", help="Which one.")]) -> None:
    """Fetch a model that is built in."""
    from halo_forge.cli.console import out
    from halo_forge.cli.interrupt import stoppable
    from halo_forge.cli.loading import pulled
    from halo_forge.errors import UserError
    from halo_forge.models.embedded import MODELS
    from halo_forge.models.registry import find_model

    source = find_model(name)
    if source.embedded is None:
        raise UserError(f"'{name}' is not built in; only {', '.join(MODELS)} can be fetched")
    with stoppable() as cancel:
        out().print(str(pulled(source.embedded, cancel)), markup=False, soft_wrap=True)
