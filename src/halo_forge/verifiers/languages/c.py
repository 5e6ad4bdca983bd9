"""C, with gcc, clang, and gcc for Windows."""

import re
from dataclasses import replace

from halo_forge.types import Language
from halo_forge.verifiers.description import CompiledLanguage, always
from halo_forge.verifiers.headers import BLOCK, TWICE, Headers
from halo_forge.verifiers.joining.c_family import FAILED_ASSERTION, joined
from halo_forge.verifiers.joining.pieces import Names, Pieces, Program, TestProgram
from halo_forge.verifiers.languages import gnu
from halo_forge.verifiers.lean import LeanLink
from halo_forge.verifiers.toolchain import Tool


def _join(pieces: Pieces) -> Program:
    return Program(joined(pieces), Names("main.c"))


_SELF_TEST = '#include <stdio.h>\nint main(void) { puts("ready"); return 0; }\n'

GCC = CompiledLanguage(
    language=Language.C,
    names=always("main.c"),
    tools=(Tool("gcc", "apt install gcc libc6-dev"),),
    compile=("{gcc}", "{flags}", "-o", "program", "{source}", "-lm"),
    flags=("-w", "-O2"),
    compile_env=gnu.LARGE_PAGES,
    headers=Headers(
        flags=rf"{gnu.KNOWN_FLAGS}|-std=(c|gnu)(99|11|17|18|2x|23)",
        expand=("{gcc}", "{flags}", "-E", "-dD", "-P", "-x", "c", TWICE),
        precompile=("{gcc}", "{flags}", "-x", "c-header", BLOCK),
        quicker=gnu.QUICK_LINK,
        lean=LeanLink.found,
        eager=0,
        after=30,
    ),
    warm=gnu.lean_linking("{gcc}", "libgcc_s"),
    self_test=_SELF_TEST,
    tests=TestProgram(_join, re.compile(FAILED_ASSERTION)),
)
CLANG = replace(
    GCC,
    tools=(Tool("clang", "apt install clang"),),
    compile=("{clang}", "{flags}", "-o", "program", "{source}", "-lm"),
    headers=None,
    warm=None,
)
MINGW = replace(
    GCC,
    tools=(Tool("x86_64-w64-mingw32-gcc", "apt install gcc-mingw-w64-x86-64"),),
    compile=("{x86_64-w64-mingw32-gcc}", "{flags}", "-o", "program.exe", "{source}", "-lm"),
    headers=None,
    warm=None,
    product="",
    run=(),
)
