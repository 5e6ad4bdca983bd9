"""C, with gcc, clang, and gcc for Windows."""

import re
from dataclasses import replace

from halo_forge.types import Language
from halo_forge.verifiers.description import CompiledLanguage, always
from halo_forge.verifiers.headers import BLOCK, TWICE, Headers
from halo_forge.verifiers.joining.c_family import FAILED_ASSERTION, joined
from halo_forge.verifiers.joining.pieces import Names, Pieces, Program, TestProgram
from halo_forge.verifiers.toolchain import Tool


def _join(pieces: Pieces) -> Program:
    return Program(joined(pieces), Names("main.c"))


# Of the C library (those without it take no notice): fewer and larger pages, which a linker asks for by the thousand,
# and 8 MiB at once rather than 128 KiB.
LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1", "MALLOC_TOP_PAD_": str(8 << 20)}
# The linker's plugin is for link-time optimisation, and takes time to load.
WITHOUT_PLUGIN = ("-fno-use-linker-plugin",)
# What is known to be the same with precompiled headers. Before C99, // was no comment.
KNOWN_FLAGS = (
    r"-w|-W(?![apl],)[\w=+-]*|-O\w*|-g[0-3]?|-pedantic(-errors)?|-pthread|-D\w+(=.*)?|-U\w+|-l\w+|-m(arch|tune)=[\w-]+"
)

GCC = CompiledLanguage(
    language=Language.C,
    names=always("main.c"),
    tools=(Tool("gcc", "apt install gcc libc6-dev"),),
    compile=("{gcc}", "{flags}", "-o", "program", "{source}", "-lm"),
    flags=("-w", "-O2"),
    compile_env=LARGE_PAGES,
    headers=Headers(
        flags=rf"{KNOWN_FLAGS}|-std=(c|gnu)(99|11|17|18|2x|23)",
        expand=("{gcc}", "{flags}", "-E", "-dD", "-P", "-x", "c", TWICE),
        precompile=("{gcc}", "{flags}", "-x", "c-header", BLOCK),
        quicker=WITHOUT_PLUGIN,
    ),
    self_test='#include <stdio.h>\nint main(void) { puts("ready"); return 0; }\n',
    tests=TestProgram(_join, re.compile(FAILED_ASSERTION)),
)
CLANG = replace(
    GCC,
    tools=(Tool("clang", "apt install clang"),),
    compile=("{clang}", "{flags}", "-o", "program", "{source}", "-lm"),
    headers=None,
)
MINGW = replace(
    GCC,
    tools=(Tool("x86_64-w64-mingw32-gcc", "apt install gcc-mingw-w64-x86-64"),),
    compile=("{x86_64-w64-mingw32-gcc}", "{flags}", "-o", "program.exe", "{source}", "-lm"),
    headers=None,
    product="",
    run=(),
)
