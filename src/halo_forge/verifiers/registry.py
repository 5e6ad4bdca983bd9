"""Which verifiers there are. A new one is a line here, or an entry point in the group ``halo_forge.verifiers``."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, entry_points

from halo_forge.errors import ToolchainError
from halo_forge.types import Language
from halo_forge.verifiers.auto import AutoVerifier
from halo_forge.verifiers.base import Verifier, Workshop
from halo_forge.verifiers.compiled import CompiledVerifier
from halo_forge.verifiers.languages import c, cpp
from halo_forge.verifiers.python import PythonVerifier

Factory = Callable[[Workshop], Verifier]

ENTRY_POINTS = "halo_forge.verifiers"


def _gcc(workshop: Workshop) -> Verifier:
    return CompiledVerifier("gcc", {Language.C: c.GCC, Language.CPP: cpp.GCC}, workshop)


def _auto(workshop: Workshop) -> Verifier:
    return AutoVerifier(_gcc(workshop), PythonVerifier(workshop))


VERIFIERS: Mapping[str, Factory] = {"auto": _auto, "gcc": _gcc, "python": PythonVerifier}


def verifier_names() -> list[str]:
    """All there are, plug-ins included."""
    return sorted({*VERIFIERS, *_plugged()})


def open_verifier(name: str, workshop: Workshop) -> Verifier:
    """The verifier called `name`.

    Raises:
        ToolchainError: there is none.
    """
    if name in VERIFIERS:
        return VERIFIERS[name](workshop)
    if name in (plugged := _plugged()):
        factory: Factory = plugged[name].load()
        return factory(workshop)
    near = difflib.get_close_matches(name, verifier_names(), n=1)
    hint = f"did you mean '{near[0]}'? " if near else ""
    raise ToolchainError(f"unknown verifier '{name}': {hint}there are {', '.join(verifier_names())}")


def _plugged() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=ENTRY_POINTS)}
