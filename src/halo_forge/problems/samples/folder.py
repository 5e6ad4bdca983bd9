"""A folder of samples: EvalPlus's programs, one file each, or MultiPL-E's files, one a problem.

EvalPlus: a folder a problem, called as its id with ``_`` for ``/`` (``HumanEval_0``), and in it ``0.py``, ``1.py``, …,
which are whole programs; other languages have their own endings. They are read in the order of their numbers, and
what is not called so is ignored. MultiPL-E: files ``NAME.json`` or ``NAME.json.gz`` with completions; its
``NAME.results.json`` is ignored.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from halo_forge.digest import file_sha256
from halo_forge.errors import SampleFileError
from halo_forge.problems.base import ProblemSet
from halo_forge.problems.files import opened
from halo_forge.problems.lines import Source, as_record, read_items, read_text
from halo_forge.problems.samples.answer import Answer, bare
from halo_forge.problems.samples.file import format_of, read_file
from halo_forge.problems.samples.ids import ProblemIds
from halo_forge.problems.wording import shown
from halo_forge.types import Language, SampleForm

ENDINGS: dict[str, Language] = {
    "c": Language.C,
    "cc": Language.CPP,
    "cpp": Language.CPP,
    "cxx": Language.CPP,
    "cs": Language.CSHARP,
    "go": Language.GO,
    "java": Language.JAVA,
    "js": Language.JAVASCRIPT,
    "mjs": Language.JAVASCRIPT,
    "py": Language.PYTHON,
    "rs": Language.RUST,
    "sh": Language.BASH,
    "ts": Language.TYPESCRIPT,
}
_PROGRAM = re.compile(rf"(?P<number>[0-9]{{1,9}})\.(?P<ending>{'|'.join(ENDINGS)})(\.gz)?")
_COMPLETIONS = re.compile(r"(?!.*\.results\.json)[^.].*\.json(\.gz)?")


def read_folder(path: str, source: Source, problem_set: ProblemSet) -> Iterator[Answer]:
    """The answers in a folder.

    Raises:
        SampleFileError: there are none in it, or of two formats, or one cannot be read.
    """
    programs, completions = _programs(path, source), _completions(path, source)
    if programs and completions:
        what = f"it holds programs ({_inside(path, programs[0])}) and completions ({_inside(path, completions[0])})"
        raise source.bad(f"{what}; keep them apart")
    if not programs and not completions:
        with opened(path, source):  # says that it is a folder, and what to name instead
            return
    ids, languages = ProblemIds(problem_set), {problem.id: problem.language for problem in problem_set.problems}
    for program in programs:
        answer = _answer(program)
        _refuse_another_language(answer, program, languages.get(ids.find(answer)))
        yield answer
    for file in completions:
        yield from read_file(str(file), Source(str(file), SampleFileError), problem_set)


def fingerprint(path: str) -> str:
    """SHA-256 of a file, or of the names and contents of all that is read of a folder, in hexadecimal digits."""
    if not os.path.isdir(path):
        return file_sha256(Path(path))
    source = Source(path, SampleFileError)
    whole = hashlib.sha256()
    for file in [*_programs(path, source), *_completions(path, source)]:
        whole.update(f"{_inside(path, file)}\0{file_sha256(file)}\n".encode("utf-8", "surrogateescape"))
    return whole.hexdigest()


def _programs(path: str, source: Source) -> list[Path]:
    """Every ``PROBLEM/NUMBER.ending`` below a folder, by problem and number."""
    folders = [entry for entry in _entries(Path(path), source) if entry.is_dir() and not entry.name.startswith(".")]
    return [file for folder in folders for file in sorted(_numbered(folder, source), key=_number)]


def _numbered(folder: Path, source: Source) -> list[Path]:
    return [file for file in _entries(folder, source) if _PROGRAM.fullmatch(file.name) and file.is_file()]


def _number(file: Path) -> tuple[int, str]:
    return int(file.name.partition(".")[0]), file.name


def _completions(path: str, source: Source) -> list[Path]:
    """MultiPL-E's files of a folder, by name."""
    files = (file for file in _entries(Path(path), source) if _COMPLETIONS.fullmatch(file.name) and file.is_file())
    return [file for file in files if _is_multipl_e(file)]


def _is_multipl_e(file: Path) -> bool:
    source = Source(str(file), SampleFileError)
    try:
        with opened(str(file), source) as stream:
            first = next(read_items(stream, source), None)
        return first is not None and format_of(as_record(first, source), source) == "MultiPL-E"
    except SampleFileError:  # settings, results: whatever else lies there
        return False


def _entries(folder: Path, source: Source) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as fault:
        what = f"{shown(folder.name)} cannot be looked into: {fault.strerror}; check its permissions"
        raise source.bad(what) from None


def _answer(program: Path) -> Answer:
    source = Source(str(program), SampleFileError)
    with opened(str(program), source) as stream:
        text = read_text(stream, source)
    return bare(program.parent.name, text, SampleForm.SOLUTION, source)


def _refuse_another_language(answer: Answer, program: Path, language: Language | None) -> None:
    found = _PROGRAM.fullmatch(program.name)
    if found is None or language in (None, ENDINGS[found["ending"]]):
        return
    raise answer.bad(f"its ending is not that of {language}, which the problem asks for; name or choose it so")


def _inside(path: str, file: Path) -> str:
    return file.relative_to(path).as_posix()
