"""C, with gcc, clang, and gcc for Windows."""

from dataclasses import replace

from halo_forge.types import Language
from halo_forge.verifiers.description import CompiledLanguage, always
from halo_forge.verifiers.toolchain import Tool

GCC = CompiledLanguage(
    language=Language.C,
    names=always("main.c"),
    tools=(Tool("gcc", "apt install gcc libc6-dev"),),
    compile=("{gcc}", "{flags}", "-o", "program", "{source}", "-lm"),
    flags=("-w", "-O2"),
    self_test='#include <stdio.h>\nint main(void) { puts("ready"); return 0; }\n',
)
CLANG = replace(
    GCC,
    tools=(Tool("clang", "apt install clang"),),
    compile=("{clang}", "{flags}", "-o", "program", "{source}", "-lm"),
)
MINGW = replace(
    GCC,
    tools=(Tool("x86_64-w64-mingw32-gcc", "apt install gcc-mingw-w64-x86-64"),),
    compile=("{x86_64-w64-mingw32-gcc}", "{flags}", "-o", "program.exe", "{source}", "-lm"),
    product="",
    run=(),
)
