"""C, with gcc."""

from halo_forge.types import Language
from halo_forge.verifiers.compiled import CompiledLanguage

GCC = CompiledLanguage(
    language=Language.C,
    source_name="main.c",
    compiler="gcc",
    package="gcc",
    flags=("-w", "-O2"),
    libraries=("-lm",),
    self_test='#include <stdio.h>\nint main(void) { puts("ready"); return 0; }\n',
)
