"""TypeScript, with tsc, and node for what it makes. An error of types is a compile error."""

import re
from dataclasses import replace

from halo_forge.types import Language
from halo_forge.verifiers.description import CompiledLanguage, always
from halo_forge.verifiers.joining.pieces import Names, Pieces, Program, TestProgram
from halo_forge.verifiers.languages.javascript import (
    FAILED_ASSERTION,
    NODE_BESIDE_HEAP_MB,
    NODE_ENV,
    NODE_RUN,
    handed,
    join_script,
    run_tests,
)
from halo_forge.verifiers.toolchain import Tool, real_path

# Tests that were written for a compiler without node's types declare this themselves, which can't be done twice.
_REQUIRE = re.compile(r"^\s*declare\s+(?:var|const|let|function)\s+require\b[^\n]*$", re.M)


def _join(pieces: Pieces) -> Program:
    bare = replace(pieces, tests=_REQUIRE.sub("", pieces.tests), answer=_REQUIRE.sub("", pieces.answer))
    return Program(join_script(bare, f"declare const {handed(pieces)}: any; "), Names("main.ts", handed(pieces)))


TSC = CompiledLanguage(
    language=Language.TYPESCRIPT,
    names=always("main.ts"),
    tools=(
        Tool("tsc", "npm install -g typescript @types/node", locate=real_path),
        Tool("node", "apt install nodejs"),
    ),
    compile=(
        "{node}", "{tsc}", "--pretty", "false", "--outDir", "made", "--noEmitOnError", "--moduleDetection", "force",
        "--typeRoots", "{tsc}/../../../@types", "--types", "node", "{flags}", "{source}",
    ),
    flags=("--target", "es2022", "--module", "commonjs", "--strict", "false", "--esModuleInterop", "--skipLibCheck"),
    product="made/main.js",
    run=("{node}", *NODE_RUN, "made/main.js"),
    self_test='import * as fs from "fs";\nconst word: string = "ready\\n";\nfs.writeSync(1, word);\n',
    tests=TestProgram(_join, FAILED_ASSERTION, run=run_tests("./made/main.js")),
    compile_env=NODE_ENV | {"GOMAXPROCS": "2"},
    run_env=NODE_ENV,
    address_space=False,
    beside_heap_mb=NODE_BESIDE_HEAP_MB,
)  # fmt: skip
