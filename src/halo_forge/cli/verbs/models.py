"""``halo-forge models``: what can be sampled from on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="See and fetch models.")


@app.command("list")
def list_models() -> None:
    """The models that are built in or in the hub's cache, and where they are."""
    from halo_forge.cli.console import out, plain_table
    from halo_forge.models import hub
    from halo_forge.models.embedded import MODELS, cached

    table = plain_table("model", "size", "where")
    table.columns[-1].overflow = "fold"
    for name, model in MODELS.items():
        path = cached(model)
        where = f"not fetched yet (halo-forge models pull {name})" if path is None else str(path)
        table.add_row(name, f"{model.size_bytes / 1e6:.0f} MB", where)
    for found in hub.cached():
        table.add_row(found.hub_id, f"{found.size_bytes / 1e6:.0f} MB", str(found.path))
    out().print(table)
    out().print(
        "\nYour own: --model FILE.gguf, a model's or an adapter's directory, a hub id, or a server: "
        "--model http://localhost:8000/v1",
        markup=False,
    )


@app.command()
def pull(
    name: Annotated[str, typer.Argument(metavar="MODEL", help="A built-in one, or a hub id.")],
) -> None:
    """Fetch a model that is built in, or a hub's into the hub's cache."""
    from halo_forge.cli.console import out
    from halo_forge.cli.interrupt import stoppable
    from halo_forge.cli.loading import pulled
    from halo_forge.errors import UserError
    from halo_forge.models import hub
    from halo_forge.models.embedded import MODELS
    from halo_forge.models.registry import find_model

    source = find_model(name)
    if source.hub_id is not None:
        out().print(str(hub.fetch(source.hub_id)), markup=False, soft_wrap=True)
        return
    if source.embedded is None:
        raise UserError(f"'{name}' is here or at a server; only {', '.join(MODELS)} and hub ids are fetched")
    with stoppable() as cancel:
        out().print(str(pulled(source.embedded, cancel)), markup=False, soft_wrap=True)
