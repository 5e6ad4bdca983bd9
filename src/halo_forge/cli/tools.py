"""What `doctor` and `verifiers list` do: try every tool on this machine."""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version

from rich.markup import escape

from halo_forge import __version__
from halo_forge.benchmark import default_workers
from halo_forge.cli.console import out, plain_table
from halo_forge.errors import SandboxError, ToolchainError
from halo_forge.models.embedded import MODELS, cache_directory, cached
from halo_forge.models.registry import EXTRAS, missing_for
from halo_forge.raft.trainer import PACKAGES, missing_packages
from halo_forge.sandbox.base import Sandbox
from halo_forge.sandbox.registry import open_sandbox, sandbox_advice
from halo_forge.types import Limits
from halo_forge.verifiers.base import Workshop
from halo_forge.verifiers.registry import AUTO, CUSTOM, default_judges, open_verifier, verifier_names

Row = tuple[str, str, str]


def list_verifiers() -> None:
    """A line for each verifier and language."""
    table = plain_table("verifier", "language", "works", "tools")
    with contextlib.closing(open_sandbox()) as sandbox:
        for name, row in _all_trials(sandbox):
            table.add_row(name, *row)
        judges = sorted(default_judges(Workshop(sandbox, Limits())).items())
        table.add_row(CUSTOM, "any", "", "the problem's own 'command' (docs/verdicts.md)")
        table.add_row(AUTO, "", "", ", ".join(f"{language}: {judge}" for language, judge in judges))
    out().print(table)


def trials(name: str, workshop: Workshop) -> list[Row]:
    """For each language of a verifier: (language, ``yes`` or ``no``, the tool's version or what is wrong)."""
    try:
        verifier = open_verifier(name, workshop)
    except ToolchainError as error:  # a plug-in
        return [("", "[bold red]no[/]", str(error))]
    rows = []
    for language in sorted(verifier.languages):
        try:
            tools = verifier.prepare(frozenset({language}))
        except ToolchainError as error:
            rows.append((language.value, "[bold red]no[/]", str(error)))
        else:
            rows.append((language.value, "[green]yes[/]", ", ".join(tools.values())))
    return rows


def examine() -> int:
    """Say what works, and how to mend what does not. Returns the exit status: 1 when there is no sandbox."""
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
    rows.append(_training())
    rows += _models()
    table = plain_table("", "", "")
    table.show_header = False
    for column in table.columns:
        column.overflow = "fold"
    for row in rows:
        table.add_row(*row)
    out().print(table)
    for line in advice:
        out().print(line, markup=False, soft_wrap=True)
    return 1 if advice else 0


def _toolchains(sandbox: Sandbox) -> Iterator[Row]:
    for name, (language, works, tools) in _all_trials(sandbox):
        yield f"{language} ({name})", works, tools


def _all_trials(sandbox: Sandbox) -> Iterator[tuple[str, Row]]:
    """The name of each verifier with each of its trials; some only pass on to others or to the user's commands."""
    names = [name for name in verifier_names() if name not in (AUTO, CUSTOM)]
    with ThreadPoolExecutor(default_workers()) as pool:
        answers = pool.map(lambda name: trials(name, Workshop(sandbox, Limits())), names)
        for name, rows in zip(names, answers, strict=True):
            yield from ((name, row) for row in rows)


def _engines() -> Iterator[Row]:
    """llama.cpp, with the processors that its build can use, and what was installed beside it."""
    try:
        import xllamacpp
    except ImportError as error:
        yield "engine llamacpp", "[bold red]no[/]", f"{error}; pip install xllamacpp"
    else:
        devices = ", ".join(f"{device['name']} ({device['description']})" for device in xllamacpp.get_device_info())
        yield "engine llamacpp", "[green]yes[/]", f"xllamacpp {version('xllamacpp')} on {devices}"
    for engine, packages in EXTRAS.items():
        if missing := missing_for(engine):
            yield f"engine {engine}", "no", escape(f"pip install 'halo-forge[{engine}]' ({', '.join(missing)} missing)")
        else:
            yield f"engine {engine}", "[green]yes[/]", ", ".join(f"{name} {_version(name)}" for name in packages)


def _training() -> Row:
    if missing := missing_packages():
        return "training", "no", escape(f"pip install 'halo-forge[train]' ({', '.join(missing)} missing)")
    return "training", "[green]yes[/]", ", ".join(f"{name} {_version(name)}" for name in PACKAGES)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # imported under another name than it is installed under
        return ""


def _models() -> Iterator[Row]:
    yield "model cache", str(cache_directory()), ""
    for name, model in MODELS.items():
        fetched = cached(model) is not None
        advice = "" if fetched else f"halo-forge models pull {name}"
        yield f"model {name}", "[green]there[/]" if fetched else "not fetched", advice
