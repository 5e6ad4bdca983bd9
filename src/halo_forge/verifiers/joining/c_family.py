"""C and C++: macros of an answer end where the tests begin, and ``assert`` is the library's there."""

from __future__ import annotations

import re

from halo_forge.errors import JudgeError
from halo_forge.verifiers.joining.braces import C_FAMILY
from halo_forge.verifiers.joining.fitting import continued, preamble, split_tests
from halo_forge.verifiers.joining.pieces import Pieces

FAILED_ASSERTION = rb"Assertion [`'].* failed"
_MAIN = re.compile(r"\bmain\s*\([^)]*\)\s*\{")
_CONTINUED_LINE = re.compile(r"\\[ \t]*\r?\n")
_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_DEFINITION = re.compile(r"^[ \t]*(?:#|%:|\?\?=)[ \t]*define[ \t]+(\w+)", re.M)


def joined(pieces: Pieces, end: str, mark: str) -> str:
    """The whole program.

    Args:
        end: declares what says the word.
        mark: the first statement of ``main``, which makes that happen when it returns.

    Raises:
        JudgeError: the tests have no ``main``.
    """
    _, tests = split_tests(pieces.tests)
    body = C_FAMILY.body(tests, _MAIN)
    if body is None:
        raise JudgeError("the tests have no main function")
    tests = tests[: body[1] + 1] + mark + tests[body[1] + 1 :]
    return f"{_answer(pieces)}\n{_barrier(pieces.answer)}{end}{tests}"


def _answer(pieces: Pieces) -> str:
    if pieces.continues:
        return continued(pieces, C_FAMILY)
    head = preamble(pieces.prompt, pieces.answer, ("#include", "using "))
    return f"{head}#define main halo_forge_other_main\n{pieces.answer}"


def _barrier(answer: str) -> str:
    plain = _COMMENT.sub(" ", _CONTINUED_LINE.sub("", answer))
    macros = dict.fromkeys(("main", "NDEBUG", *_DEFINITION.findall(plain)))
    return "".join(f"#undef {name}\n" for name in macros) + "#include <assert.h>\n"
