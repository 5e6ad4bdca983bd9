"""A language whose tools were found on this machine, and its commands with every mark replaced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from halo_forge.sandbox.base import ResourceLimits
from halo_forge.verifiers.description import CompiledLanguage
from halo_forge.verifiers.joining.pieces import Names
from halo_forge.verifiers.toolchain import find_tool, home_of, version_of
from halo_forge.verifiers.warm import NOWHERE

_LEAST_HEAP_MB = 16


@dataclass(frozen=True, slots=True)
class Ready:
    """The language, and where its tools are.

    Attributes:
        read_only: what of the host they need to see.
        warm: what was made beforehand.
    """

    spec: CompiledLanguage
    tools: Mapping[str, Path]
    versions: Mapping[str, str]
    read_only: tuple[Path, ...]
    warm: Path = NOWHERE

    def for_tests(self) -> Ready:
        """The same language, for programs that have their tests in them."""
        spec, tests = self.spec, self.spec.tests
        return replace(self, spec=replace(spec, compile=tests.compile or spec.compile, run=tests.run or spec.run))

    def words(self, words: tuple[str, ...], names: Names, limits: ResourceLimits, flags: tuple[str, ...]) -> list[str]:
        """A command with every mark replaced."""
        return [word for mark in words for word in (flags if mark == "{flags}" else [self.word(mark, names, limits)])]

    def word(self, mark: str, names: Names, limits: ResourceLimits) -> str:
        """A word with every mark replaced."""
        tools = {name: str(path) for name, path in self.tools.items()}
        heap_mb = max(_LEAST_HEAP_MB, limits.memory_mb - self.spec.beside_heap_mb)
        return mark.format(**tools, source=names.source, main=names.main, heap_mb=heap_mb, warm=self.warm)

    def env(self, env: Mapping[str, str], names: Names, limits: ResourceLimits) -> dict[str, str]:
        """Variables with every mark replaced."""
        return {name: self.word(value, names, limits) for name, value in env.items()}


def find(spec: CompiledLanguage) -> Ready:
    """Look for the tools of a language.

    Raises:
        ToolchainError: one is missing, or can't be shown to programs.
    """
    tools = {tool.name: find_tool(tool) for tool in spec.tools}
    versions = {tool.name: version_of(tool, tools[tool.name]) for tool in spec.tools}
    return Ready(spec, tools, versions, tuple(dict.fromkeys(_needed(spec, tools))))


def _needed(spec: CompiledLanguage, tools: Mapping[str, Path]) -> Iterator[Path]:
    for path in tools.values():
        yield from home_of(path)
    for pattern in spec.read_only:
        yield from sorted(path for path in Path("/etc").glob(pattern) if path.is_dir())
