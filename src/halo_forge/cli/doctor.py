"""``halo-forge doctor``: what works on this machine, and how to mend what does not."""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

import typer
from rich.table import Table

from halo_forge import __version__
from halo_forge.benchmark import default_workers
from halo_forge.cli.console import out
from halo_forge.cli.verifiers import trials
from halo_forge.errors import SandboxError
from halo_forge.models.embedded import MODELS, cache_directory, cached
from halo_forge.sandbox.base import Sandbox
from halo_forge.sandbox.registry import open_sandbox, sandbox_advice
from halo_forge.types import Limits
from halo_forge.verifiers.base import Workshop
from halo_forge.verifiers.registry import verifier_names

Row = tuple[str, str, str]


def doctor() -> None:
    """Say what works on this machine: sandbox, compilers, engines, models. Each is tried, not looked up."""
    rows: list[Row] = [("halo-forge", f"{__version__}, Python {platform.python_version()}", "")]
    rows.append(("processors", f"{default_workers()}", ""))
    advice: list[str] = []
    try:
        sandbox = open_sandbox()
    except SandboxError as error:
        rows.append(("sandbox", "[bold red]none[/]", str(error)))
        advice += sandbox_advice()
    else:
        with contextlib.closing(sandbox):
            rows.append(("sandbox", f"[green]{sandbox.tier.value}[/]", sandbox.description))
            rows += _toolchains(sandbox)
    rows += _engines()
    rows += _models()
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), show_header=False)
    for row in rows:
        table.add_row(*row)
    out().print(table)
    for line in advice:
        out().print(line, markup=False, soft_wrap=True)
    raise typer.Exit(1 if advice else 0)


def _toolchains(sandbox: Sandbox) -> Iterator[Row]:
    for name in verifier_names():
        if name == "auto":
            continue
        for language, works, tools in trials(name, Workshop(sandbox, Limits())):
            yield f"{language} ({name})", works, tools


def _engines() -> Iterator[Row]:
    try:
        yield "engine llamacpp", "[green]yes[/]", f"xllamacpp {version('xllamacpp')}"
    except PackageNotFoundError:
        yield "engine llamacpp", "[bold red]no[/]", "pip install xllamacpp"


def _models() -> Iterator[Row]:
    yield "model cache", str(cache_directory()), ""
    for name, model in MODELS.items():
        fetched = cached(model) is not None
        yield f"model {name}", "[green]there[/]" if fetched else "not fetched", f"halo-forge models pull {name}"
