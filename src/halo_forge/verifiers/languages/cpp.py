"""C++, with g++."""

from halo_forge.types import Language
from halo_forge.verifiers.compiled import CompiledLanguage

GCC = CompiledLanguage(
    language=Language.CPP,
    source_name="main.cpp",
    compiler="g++",
    package="g++",
    flags=("-w", "-O2", "-std=gnu++17"),
    libraries=("-pthread",),
    self_test='#include <iostream>\nint main() { std::cout << "ready\\n"; }\n',
)
