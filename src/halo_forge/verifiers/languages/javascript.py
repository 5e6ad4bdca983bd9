"""JavaScript, with node: "compiled" means that its syntax is right."""

import re
from dataclasses import replace

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
_EXPORT = re.compile(
    r"^export\s+(?:default\s+)?(?=async\b|function\b|class\b|const\b|let\b|var\b)"
    r"|^export\s*(?:default\s+[\w$.]+|\{[^}]*\})[ \t]*;?[ \t]*$",
    re.M,
)
_IMPORT = re.compile(
    r"^import\s+(?:\*\s*as\s+)?(?P<what>[\w$]+|\{[^}\n]*\})\s+from\s+(?P<module>'[^'\n]+'|\"[^\"\n]+\")", re.M
)
# An answer can replace `require`, and what that finds: so the assertions are fetched, and frozen, before it is loaded,
# and handed on under a name that it does not know. (The braces are doubled for `str.format`.)
_START = """\
const [, name, file] = process.argv, load = require, assert = load('node:assert');
process.argv.splice(1, 2, load('node:path').resolve(file));
Object.freeze(assert);
Object.freeze(assert.strict);
const ours = (what) => what === 'assert' || what === 'node:assert' ? assert : load(what);
Object.defineProperty(globalThis, name, {{ value: ours }});
load(process.argv[1]);
"""


def run_tests(script: str) -> tuple[str, ...]:
    """The command that runs `script`, which `join_script` made."""
    return "{node}", *NODE_RUN, "-e", _START, "{main}", script


def handed(pieces: Pieces) -> str:
    """What the tests' own ``require`` is called in the script's surroundings."""
    return pieces.secret("halo_forge_handed")


def join_script(pieces: Pieces, declaration: str = "") -> str:
    """The whole script: the tests in a block of their own, where their names are not those of the answer.

    A constant holds what was handed on, because a variable of the surroundings can be hidden by ``eval``. It is on the
    answer's first line, which keeps its number.
    """
    answer = continued(pieces, JAVASCRIPT) if pieces.continues else _EXPORT.sub("", pieces.answer)
    _, tests = split_tests(pieces.tests)
    require = pieces.secret("halo_forge_require")
    begin = f"{declaration}const {require} = {handed(pieces)}; "
    end = f"process.stdout.write('{pieces.word}\\n');"
    return f"{begin}{answer}\n{{ const require = {require};\n{tests}\n;{end}\n}}\n"


def _required(found: re.Match[str]) -> str:
    what = re.sub(r"\s+as\s+", ": ", found["what"])
    return f"const {what} = require({found['module']})"


def _join(pieces: Pieces) -> Program:
    script = replace(pieces, answer=_IMPORT.sub(_required, pieces.answer))
    return Program(join_script(script), Names("main.js", handed(pieces)))


NODE = CompiledLanguage(
    language=Language.JAVASCRIPT,
    names=_names,
    tools=(Tool("node", "apt install nodejs"),),
    compile=("{node}", "--check", "{flags}", "{source}"),
    product="",
    run=("{node}", *NODE_RUN, "{source}"),
    self_test='console.log("ready");\n',
    tests=TestProgram(_join, FAILED_ASSERTION, run=run_tests("./main.js")),
    parsed_first=True,
    compile_env=NODE_ENV,
    run_env=NODE_ENV,
    address_space=False,
    beside_heap_mb=NODE_BESIDE_HEAP_MB,
)
