"""The words in which a language is described: which tools, which commands, what goes from the compiler to the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from halo_forge.types import Language
from halo_forge.verifiers.headers import Headers
from halo_forge.verifiers.joining.pieces import Names, TestProgram
from halo_forge.verifiers.toolchain import Tool
from halo_forge.verifiers.warm import Warm


@dataclass(frozen=True, slots=True)
class CompiledLanguage:
    """How one toolchain judges one language.

    A command is a tuple of words. In each of them ``{NAME}`` stands for the path of that tool, ``{source}`` and
    ``{main}`` for what `names` found, ``{heap_mb}`` for what a heap may take, and ``{warm}`` for the directory that
    `warm` left. The word ``{flags}`` becomes several.

    Attributes:
        names: the names that a source asks for.
        tools: what has to be installed; the first one is the toolchain's name.
        compile: makes `product`, or only checks the source.
        product: what `compile` leaves for the run: a file, a directory (with ``/`` at its end), or the source itself
            (empty).
        run: starts the program. Empty: it can't be started here, and a problem is judged by compiling alone.
        self_test: a program that prints ``ready``.
        tests: how an answer and tests become one program.
        flags: defaults, replaced as a whole by --compile-flags.
        compile_env, run_env: variables; the same marks as in a command.
        warm: what is worth keeping from one compile to the next.
        headers: how the includes that sources begin with are precompiled, if they are.
        parsed_first: a program is parsed to its end before any of it runs, so that one that ends well is right. Then
            `compile`, which only checks it, is not needed.
        address_space: see `ResourceLimits`; for the tools and for the programs.
        beside_heap_mb: how much of the memory limit a runtime needs for itself.
        read_only: patterns of what the tools need below /etc.
    """

    language: Language
    names: Callable[[str], Names]
    tools: tuple[Tool, ...]
    compile: tuple[str, ...]
    self_test: str
    tests: TestProgram
    product: str = "program"
    run: tuple[str, ...] = ("./program",)
    flags: tuple[str, ...] = ()
    compile_env: Mapping[str, str] = field(default_factory=dict)
    run_env: Mapping[str, str] = field(default_factory=dict)
    warm: Warm | None = None
    headers: Headers | None = None
    parsed_first: bool = False
    address_space: bool = True
    beside_heap_mb: int = 0
    read_only: tuple[str, ...] = ()

    @property
    def compiler(self) -> str:
        """What the toolchain is called."""
        return self.tools[0].name


def always(source: str) -> Callable[[str], Names]:
    """For `CompiledLanguage.names`: one name for every source."""
    return lambda text: Names(source)
