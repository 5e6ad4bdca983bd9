"""Which verifiers there are. A new one is a line here, or an entry point in the group ``halo_forge.verifiers``."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, entry_points

from halo_forge.errors import ToolchainError
from halo_forge.types import Language
from halo_forge.verifiers import custom
from halo_forge.verifiers.auto import AutoVerifier
from halo_forge.verifiers.base import Verifier, Workshop
from halo_forge.verifiers.compiled import CompiledVerifier
from halo_forge.verifiers.custom import CustomVerifier
from halo_forge.verifiers.description import CompiledLanguage
from halo_forge.verifiers.languages import bash, c, cpp, csharp, go, java, javascript, rust, typescript
from halo_forge.verifiers.plugged import PluggedVerifier
from halo_forge.verifiers.python import PythonVerifier

Factory = Callable[[Workshop], Verifier]

ENTRY_POINTS = "halo_forge.verifiers"
AUTO, CUSTOM = "auto", custom.NAME


TOOLCHAINS: Mapping[str, tuple[CompiledLanguage, ...]] = {
    "gcc": (c.GCC, cpp.GCC),
    "clang": (c.CLANG, cpp.CLANG),
    "mingw": (c.MINGW, cpp.MINGW),
    "rustc": (rust.RUSTC,),
    "cargo": (rust.CARGO,),
    "go": (go.GO,),
    "java": (java.JAVA,),
    "node": (javascript.NODE,),
    "typescript": (typescript.TSC,),
    "mono": (csharp.MONO,),
    "bash": (bash.BASH,),
}


def _toolchain(name: str, workshop: Workshop) -> Verifier:
    return CompiledVerifier(name, {spec.language: spec for spec in TOOLCHAINS[name]}, workshop)


def _auto(workshop: Workshop) -> AutoVerifier:
    """Where two know a language, the first one gets it."""
    by_language = (PythonVerifier(workshop), *(_toolchain(name, workshop) for name in TOOLCHAINS))
    return AutoVerifier(CustomVerifier(workshop), *by_language)


VERIFIERS: Mapping[str, Factory] = {
    AUTO: _auto,
    CUSTOM: CustomVerifier,
    "python": PythonVerifier,
    **{name: functools.partial(_toolchain, name) for name in TOOLCHAINS},
}


def default_judges(workshop: Workshop) -> dict[Language, str]:
    """Which verifier ``auto`` sends each language to."""
    auto = _auto(workshop)
    return {language: auto.judge_of(language) for language in auto.languages}


def compiles_only(name: str) -> bool:
    """Whether the verifier called `name` can't start what it compiled, so that all it can say is that it compiles."""
    return name in TOOLCHAINS and not any(spec.run for spec in TOOLCHAINS[name])


def judges_by_program(verifier: Verifier) -> bool:
    """Whether the same program gets the same verdict. A plug-in may go by anything, unless it says that it does not."""
    return verifier.by_program if isinstance(verifier, PluggedVerifier) else True


def verifier_names() -> list[str]:
    """All there are, plug-ins included."""
    return sorted({*VERIFIERS, *_plugged()})


def open_verifier(name: str, workshop: Workshop) -> Verifier:
    """The verifier called `name`.

    Raises:
        ToolchainError: there is none, or it is a plug-in that cannot be loaded.
    """
    if name in VERIFIERS:
        return VERIFIERS[name](workshop)
    if name in (plugged := _plugged()):
        return PluggedVerifier(plugged[name], workshop)
    near = difflib.get_close_matches(name, verifier_names(), n=1)
    hint = f"did you mean '{near[0]}'? " if near else ""
    raise ToolchainError(f"unknown verifier '{name}': {hint}there are {', '.join(verifier_names())}")


def _plugged() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=ENTRY_POINTS)}
