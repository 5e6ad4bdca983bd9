"""Bash: "compiled" means that its syntax is right."""

import re

from halo_forge.errors import JudgeError
from halo_forge.types import Language
from halo_forge.verifiers.description import CompiledLanguage, always
from halo_forge.verifiers.joining.fitting import split_tests
from halo_forge.verifiers.joining.pieces import Names, Pieces, Program, TestProgram
from halo_forge.verifiers.toolchain import Tool

_ANSWER, _TESTS = "answer.sh", "tests.sh"
_NAME = re.compile(r"[\w.:-]+")
# The answer is in a shell of its own for each call, so nothing that it defines (a function called `set`) is there when
# the tests look at what it printed.
_CALL = """{name}() {{ bash -c '. ./{answer} "${{@:2}}" >/dev/null </dev/null; "$@"' answer {name} "$@"; }}\n"""


def _join(pieces: Pieces) -> Program:
    closed_by_tests, tests = split_tests(pieces.tests)
    answer = pieces.prompt + pieces.answer if pieces.continues else pieces.answer
    if pieces.continues and closed_by_tests:
        answer = pieces.prompt + re.split(r"^}", pieces.answer, maxsplit=1, flags=re.M)[0] + "\n}\n"
    if pieces.name is None or not _NAME.fullmatch(pieces.name):
        raise JudgeError("tests for bash need an 'entry_point', the name of the function")
    call = _CALL.format(name=pieces.name, answer=_ANSWER)
    return Program(answer, Names(_ANSWER), {_TESTS: f"{call}{tests}\nprintf '%s\\n' {pieces.word}\n"})


BASH = CompiledLanguage(
    language=Language.BASH,
    names=always("main.sh"),
    tools=(Tool("bash", "apt install bash"),),
    compile=("{bash}", "-n", "{flags}", "{source}"),
    product="",
    run=("{bash}", "{source}"),
    self_test="echo ready\n",
    tests=TestProgram(_join, re.compile(rb""), run=("{bash}", _TESTS)),
)
