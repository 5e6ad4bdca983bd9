"""Java and C#: functions are in classes, so tests go into the answer's class, and their ``main`` is called by ours."""

from __future__ import annotations

import re
from dataclasses import dataclass

from halo_forge.errors import JudgeError
from halo_forge.verifiers.joining.braces import Reader
from halo_forge.verifiers.joining.fitting import continued, preamble, split_tests
from halo_forge.verifiers.joining.pieces import Pieces

_TYPE = re.compile(r".*\b(?:class|interface|enum|record|struct)\s+(\w+)[^{};]*\Z", re.S)
_BLOCK = re.compile(r".*\b(?:class|interface|enum|record|struct|namespace)\s+([\w.]+)[^{};]*\Z", re.S)
_FUNCTION = r"(?<![\w.]){name}\s*\([^;{{}}]*\)[^;{{}}()]*(?:\{{|=>)"  # its definition, and no call of it
_LONGEST_HEADER = 1000
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)


@dataclass(frozen=True, slots=True)
class Tongue:
    """What the two languages say differently.

    Attributes:
        main: the header of the function that starts a program, up to its brace; its group is the name.
        imports: how lines begin that a function may need of the prompt.
    """

    reader: Reader
    main: re.Pattern[str]
    imports: tuple[str, ...]


def joined(pieces: Pieces, tongue: Tongue) -> tuple[str, str, str]:
    """The source with ``main`` renamed, what that is called from outside its class, and its header.

    Raises:
        JudgeError: the tests have no ``main``.
    """
    inside, tests = split_tests(pieces.tests)
    body = tongue.reader.body(tests, tongue.main)
    if body is None:
        raise JudgeError("the tests have no main function")
    header = tests[body[0] : body[1]]
    visible = header if re.search(r"\b(?:public|internal)\b", header) else f"public {header.replace('private', '')}"
    name = re.compile(rf"\b{tongue.main.search(header + '{')[1]}\b")  # type: ignore[index]
    renamed = pieces.secret("HaloForgeTests")
    tests = tests[: body[0]] + name.sub(renamed, visible, count=1) + tests[body[1] :]
    source = _with_tests(pieces, tongue, tests, inside=inside)
    return source, f"{_class_of(source, renamed, tongue.reader)}.{renamed}", header


def _with_tests(pieces: Pieces, tongue: Tongue, tests: str, *, inside: bool) -> str:
    if pieces.continues:
        return f"{continued(pieces, tongue.reader)}\n{tests}"
    answer = tongue.reader.without(pieces.answer, tongue.main)
    head = preamble(pieces.prompt, answer, tongue.imports)
    if not inside:
        return f"{head}{answer}\n{tests}"
    end = _end_of_class(answer, pieces.name, tongue.reader)
    if end is None:  # no class, only the function
        return f"{pieces.prompt[: pieces.prompt.find('{') + 1]}\n{answer}\n{tests}"
    return f"{head}{answer[:end]}\n{tests}{answer[end + 1 :]}"


def _end_of_class(text: str, name: str | None, reader: Reader) -> int | None:
    """Where the outermost class ends that has a function called `name`, or else the last class."""
    called = None if name is None else re.compile(_FUNCTION.format(name=re.escape(name)))
    around: list[tuple[int, bool]] = []  # where the open blocks begin, and whether they are classes
    end = None
    for brace in reader.braces(text):
        if brace.opens:
            around.append((brace.at, _header(_TYPE, text, brace.at) is not None))
            continue
        start, is_class = around.pop() if around else (0, False)
        if is_class and not any(outer for _, outer in around):
            end = brace.at
            if called is not None and called.search(text, start, end):
                return end
    return end


def _class_of(source: str, renamed: str, reader: Reader) -> str:
    """The full name of the class that holds the tests."""
    place = source.index(renamed)
    around: list[int] = []
    for brace in reader.braces(source):
        if brace.at > place:
            break
        if brace.opens:
            around.append(brace.at)
        elif around:
            around.pop()
    names = (_header(_BLOCK, source, at) for at in around)
    return ".".join(found[1] for found in names if found is not None)


def _header(kind: re.Pattern[str], text: str, at: int) -> re.Match[str] | None:
    """What a block is that begins at `at`: the last words before it that say so, and no comment's."""
    return kind.match(_COMMENT.sub(" ", text[max(0, at - _LONGEST_HEADER) : at]))
