"""JavaScript, with node: "compiled" means that its syntax is right."""

import re

from halo_forge.types import Language
from halo_forge.verifiers.description import CompiledLanguage
from halo_forge.verifiers.joining.braces import JAVASCRIPT
from halo_forge.verifiers.joining.fitting import continued, split_tests
from halo_forge.verifiers.joining.pieces import Names, Pieces, Program, TestProgram
from halo_forge.verifiers.toolchain import Tool

NODE_RUN = ("--max-old-space-size={heap_mb}", "--v8-pool-size=1", "--single-threaded-gc")
NODE_BESIDE_HEAP_MB = 64
NODE_ENV = {"UV_THREADPOOL_SIZE": "1", "NO_COLOR": "1"}
_MODULE = re.compile(r"^(?:import\b[^(\n]*[\"'{*\w]|export\b)", re.M)


def _names(source: str) -> Names:
    """An ECMAScript module is known by its name's ending alone."""
    return Names("main.mjs" if _MODULE.search(source) else "main.js")


FAILED_ASSERTION = re.compile(rb"AssertionError|ERR_ASSERTION")
_EXPORT = re.compile(r"^export\s+(?:default\s+)?(?=async\b|function\b|class\b|const\b|let\b|var\b)", re.M)
# What an answer could do to the assertions, it can't do to frozen ones. On its first line, which keeps its number.
_FREEZE = "{ const assert = require('node:assert'); Object.freeze(assert); Object.freeze(assert.strict); } "


def join_script(pieces: Pieces) -> str:
    """The whole script: the tests in a block of their own, where their names are not those of the answer."""
    answer = continued(pieces, JAVASCRIPT) if pieces.continues else _EXPORT.sub("", pieces.answer)
    _, tests = split_tests(pieces.tests)
    return f"{_FREEZE}{answer}\n{{\n{tests}\n;process.stdout.write('{pieces.word}\\n');\n}}\n"


def _join(pieces: Pieces) -> Program:
    return Program(join_script(pieces), Names("main.js"))


NODE = CompiledLanguage(
    language=Language.JAVASCRIPT,
    names=_names,
    tools=(Tool("node", "apt install nodejs"),),
    compile=("{node}", "--check", "{flags}", "{source}"),
    product="",
    run=("{node}", *NODE_RUN, "{source}"),
    self_test='console.log("ready");\n',
    tests=TestProgram(_join, FAILED_ASSERTION),
    compile_env=NODE_ENV,
    run_env=NODE_ENV,
    address_space=False,
    beside_heap_mb=NODE_BESIDE_HEAP_MB,
)
