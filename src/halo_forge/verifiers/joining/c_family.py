"""C and C++: macros of an answer end where the tests begin, and ``assert`` is the library's there."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from halo_forge.errors import JudgeError
from halo_forge.verifiers.joining.braces import C_FAMILY
from halo_forge.verifiers.joining.fitting import continued, preamble, split_tests
from halo_forge.verifiers.joining.pieces import Pieces

FAILED_ASSERTION = rb"Assertion [`'].* failed"
_MAIN = re.compile(r"\bmain\s*\(([^)]*)\)\s*\{")
_CONTINUED_LINE = re.compile(r"(?:\\|\?\?/)[ \t\f\v]*\r?\n")
_DIRECTIVE = re.compile(r"#|%:|\?\?=")
_BLANKS = re.compile(r"[\s\0]*")
_NAME = re.compile(r"\w+")
# A function that says the word when it returns could be left by unwinding it; this comes behind its return.
_END = """
int main(int count, char **words) {{
    (void)count; (void)words;
    int status = {tests}({arguments});
    if (status == 0) __builtin_printf("%s\\n", "{word}");
    return status;
}}
"""


def joined(pieces: Pieces) -> str:
    """The whole program: the ``main`` of the tests is called by ours.

    Raises:
        JudgeError: the tests have no ``main``.
    """
    _, tests = split_tests(pieces.tests)
    body = C_FAMILY.body(tests, _MAIN)
    if body is None:
        raise JudgeError("the tests have no main function")
    name, header = pieces.secret("halo_forge_tests"), _MAIN.match(tests, body[0])
    takes = "" if header is None or header[1].strip() in ("", "void") else "count, words"
    renamed = name + tests[body[0] + len("main") : body[2]] + "\nreturn 0;\n" + tests[body[2] :]
    end = _END.format(tests=name, arguments=takes, word=pieces.word)
    return f"{_answer(pieces)}\n{_barrier(pieces.answer)}{tests[: body[0]]}{renamed}{end}"


def _answer(pieces: Pieces) -> str:
    if pieces.continues:
        return continued(pieces, C_FAMILY)
    head = preamble(pieces.prompt, pieces.answer, ("#include", "using "))
    return f"{head}#define main halo_forge_other_main\n{pieces.answer}"


def _barrier(answer: str) -> str:
    macros = dict.fromkeys(("main", "NDEBUG", "assert", *_macros(_CONTINUED_LINE.sub("", answer))))
    return "".join(f"#undef {name}\n" for name in macros) + "#include <assert.h>\n"


def _macros(text: str) -> Iterator[str]:
    """Whatever may be a definition, in comments and strings too: where those end, an answer can be unclear about."""
    ends = [found.end() for found in re.finditer(r"\*/", text)]
    for directive in _DIRECTIVE.finditer(text):
        start = _past_blanks(text, directive.end(), ends)
        if text.startswith("define", start):
            name = _NAME.match(text, _past_blanks(text, start + len("define"), ends))
            if name is not None:
                yield name[0]


def _past_blanks(text: str, at: int, ends: list[int]) -> int:
    """Where blanks and comments end that begin there; `ends` has where comments may end."""
    while True:
        blanks = _BLANKS.match(text, at)
        at = at if blanks is None else blanks.end()
        if not text.startswith("/*", at):
            return at
        closing = bisect_left(ends, at + 4)
        if closing == len(ends):
            return at
        at = ends[closing]
