"""Go: one test file, with one package clause and every import once."""

from __future__ import annotations

import re

from halo_forge.errors import JudgeError
from halo_forge.verifiers.joining.braces import GO
from halo_forge.verifiers.joining.fitting import continued, split_tests
from halo_forge.verifiers.joining.pieces import Names, Pieces, Program

_PACKAGE = re.compile(r"^[ \t]*package[ \t]+(\w+)[ \t;]*$", re.M)
_IMPORTS = re.compile(r'^[ \t]*import\s*(?:\(([^)]*)\)|((?:[\w.]+[ \t]+)?"[^"\n]+"))', re.M)
_SPEC = re.compile(r'(?:[\w.]+[ \t]+)?"[^"\n]+"')
_TEST = re.compile(r"\bfunc\s+(Test\w*)\s*\(\s*(\w+)\s+\*testing\.T\s*\)\s*\{")
# Says the word when every test has passed and returned: a panic, and `runtime.Goexit`, do not come to it.
_END = """
var {left} = {tests}

func {end}(t *haloForgeTesting.T) {{
	if !t.Failed() && !t.Skipped() {{
		{left}--
	}}
	if {left} == 0 {{
		haloForgeOS.Stdout.WriteString("{word}\\n")
	}}
}}
"""


def joined(pieces: Pieces) -> Program:
    """The whole file.

    Raises:
        JudgeError: the tests have no test function.
    """
    _, tests = split_tests(pieces.tests)
    count = len(_TEST.findall(tests))
    if not count:
        raise JudgeError("the tests have no func Test…(t *testing.T)")
    end, inner = pieces.secret("haloForgeEnd"), pieces.secret("haloForge")
    tests_body = _TEST.sub(lambda found: _wrapped(found, inner, end), _body(tests))
    answer = continued(pieces, GO) if pieces.continues else pieces.answer
    word_said = _END.format(tests=count, word=pieces.word, end=end, left=pieces.secret("haloForgeLeft"))
    body = f"{_body(answer)}\n{tests_body}{word_said}"
    specs = [*_imports(tests), *_imports(answer)]
    if not pieces.continues:  # an import that only the prompt has is needed only where it is used
        specs += [spec for spec in _imports(pieces.prompt) if re.search(rf"\b{_name(spec)}\.", body)]
    head = [f"package {_package(tests, pieces.prompt)}\n", "import (", *dict.fromkeys(specs)]
    head += ['haloForgeOS "os"', 'haloForgeTesting "testing"', ")\n"]
    return Program("\n".join(head) + body, Names("solution_test.go"))


def _wrapped(found: re.Match[str], inner: str, end: str) -> str:
    """The header of a test, behind a test of that name that calls it."""
    name, t = found[1], found[2]
    call = f"func {name}({t} *testing.T) {{ {inner}{name}({t}); {end}({t}) }}; "
    return f"{call}func {inner}{name}({t} *testing.T) {{"


def _package(*texts: str) -> str:
    found = (match[1] for match in map(_PACKAGE.search, texts) if match is not None)
    return next(found, "solution")


def _imports(text: str) -> list[str]:
    return [spec[0] for found in _IMPORTS.finditer(text) for spec in _SPEC.finditer(found[1] or found[2])]


def _name(spec: str) -> str:
    """What the code calls a package."""
    parts = spec.split()
    return re.escape(parts[0] if len(parts) > 1 else spec.strip('"').rpartition("/")[2])


def _body(text: str) -> str:
    return _IMPORTS.sub("", _PACKAGE.sub("", text, count=1))
