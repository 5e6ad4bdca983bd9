"""TypeScript, with tsc, and node for what it makes. An error of types is a compile error."""

from halo_forge.types import Language
from halo_forge.verifiers.description import CompiledLanguage, always
from halo_forge.verifiers.languages.javascript import NODE_BESIDE_HEAP_MB, NODE_ENV, NODE_RUN
from halo_forge.verifiers.toolchain import Tool, real_path

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
    compile_env=NODE_ENV | {"GOMAXPROCS": "2"},
    run_env=NODE_ENV,
    address_space=False,
    beside_heap_mb=NODE_BESIDE_HEAP_MB,
)  # fmt: skip
