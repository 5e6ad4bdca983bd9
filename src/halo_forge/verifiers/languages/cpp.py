"""C++, with g++, clang++, and g++ for Windows."""

import re
from dataclasses import replace

from halo_forge.types import Language
from halo_forge.verifiers.description import CompiledLanguage, always
from halo_forge.verifiers.headers import BLOCK, TWICE, Headers
from halo_forge.verifiers.joining.c_family import FAILED_ASSERTION, joined
from halo_forge.verifiers.joining.pieces import Names, Pieces, Program, TestProgram
from halo_forge.verifiers.languages.gnu import KNOWN_FLAGS, LARGE_PAGES, QUICK_LINK, linking
from halo_forge.verifiers.toolchain import Tool


def _join(pieces: Pieces) -> Program:
    return Program(joined(pieces), Names("main.cpp"))


GCC = CompiledLanguage(
    language=Language.CPP,
    names=always("main.cpp"),
    tools=(Tool("g++", "apt install g++"),),
    compile=("{g++}", "{flags}", "-o", "program", "{source}", "-pthread"),
    flags=("-w", "-O2", "-std=gnu++17"),
    compile_env=LARGE_PAGES,
    headers=Headers(
        flags=rf"{KNOWN_FLAGS}|-std=(c|gnu)\+\+\w\w",
        expand=("{g++}", "{flags}", "-pthread", "-E", "-dD", "-P", "-x", "c++", TWICE),
        precompile=("{g++}", "{flags}", "-pthread", "-x", "c++-header", BLOCK),
        quicker=QUICK_LINK,
    ),
    warm=linking("{g++}", "int main() { try { throw 1; } catch (int) { return 0; } }\n"),
    self_test='#include <iostream>\nint main() { std::cout << "ready\\n"; }\n',
    tests=TestProgram(_join, re.compile(FAILED_ASSERTION)),
)
CLANG = replace(
    GCC,
    tools=(Tool("clang++", "apt install clang"),),
    compile=("{clang++}", "{flags}", "-o", "program", "{source}", "-pthread"),
    headers=None,
    warm=None,
)
MINGW = replace(
    GCC,
    tools=(Tool("x86_64-w64-mingw32-g++", "apt install g++-mingw-w64-x86-64"),),
    compile=("{x86_64-w64-mingw32-g++}", "{flags}", "-static", "-o", "program.exe", "{source}"),
    headers=None,
    warm=None,
    product="",
    run=(),
)
