"""JavaScript, with node: "compiled" means that its syntax is right."""

import re

from halo_forge.types import Language
from halo_forge.verifiers.description import CompiledLanguage, Names
from halo_forge.verifiers.toolchain import Tool

NODE_RUN = ("--max-old-space-size={heap_mb}", "--v8-pool-size=1", "--single-threaded-gc")
NODE_BESIDE_HEAP_MB = 64
NODE_ENV = {"UV_THREADPOOL_SIZE": "1", "NO_COLOR": "1"}
_MODULE = re.compile(r"^(?:import\b[^(\n]*[\"'{*\w]|export\b)", re.M)


def _names(source: str) -> Names:
    """An ECMAScript module is known by its name's ending alone."""
    return Names("main.mjs" if _MODULE.search(source) else "main.js")


NODE = CompiledLanguage(
    language=Language.JAVASCRIPT,
    names=_names,
    tools=(Tool("node", "apt install nodejs"),),
    compile=("{node}", "--check", "{flags}", "{source}"),
    product="",
    run=("{node}", *NODE_RUN, "{source}"),
    self_test='console.log("ready");\n',
    compile_env=NODE_ENV,
    run_env=NODE_ENV,
    address_space=False,
    beside_heap_mb=NODE_BESIDE_HEAP_MB,
)
