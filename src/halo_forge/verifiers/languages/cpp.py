"""C++, with g++, clang++, and g++ for Windows."""

from dataclasses import replace

from halo_forge.types import Language
from halo_forge.verifiers.description import CompiledLanguage, always
from halo_forge.verifiers.toolchain import Tool

GCC = CompiledLanguage(
    language=Language.CPP,
    names=always("main.cpp"),
    tools=(Tool("g++", "apt install g++"),),
    compile=("{g++}", "{flags}", "-o", "program", "{source}", "-pthread"),
    flags=("-w", "-O2", "-std=gnu++17"),
    self_test='#include <iostream>\nint main() { std::cout << "ready\\n"; }\n',
)
CLANG = replace(
    GCC,
    tools=(Tool("clang++", "apt install clang"),),
    compile=("{clang++}", "{flags}", "-o", "program", "{source}", "-pthread"),
)
MINGW = replace(
    GCC,
    tools=(Tool("x86_64-w64-mingw32-g++", "apt install g++-mingw-w64-x86-64"),),
    compile=("{x86_64-w64-mingw32-g++}", "{flags}", "-static", "-o", "program.exe", "{source}"),
    product="",
    run=(),
)
