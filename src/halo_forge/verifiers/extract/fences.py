"""Fences: which lines are some, what their info strings say, and which of them ends a block."""

import re
from itertools import islice
from typing import NamedTuple

from halo_forge.verifiers.extract.lines import START
from halo_forge.verifiers.extract.literals import open_literal
from halo_forge.verifiers.extract.tags import TAGS, TEXT_TAGS, family_of

_MAX_FENCES = 20_000  # bounds memory on absurd input
_REACH = 20
_FENCE = re.compile(r"^([^\n`~]*+)(`{3,}|~{3,})([^\n]*)$", re.M)
_LIST_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+")


class Fence(NamedTuple):
    """A line with a fence: where it starts and ends, and what stands before and behind the mark."""

    start: int
    end: int
    prefix: str
    mark: str
    info: str


def find_fences(text: str) -> list[Fence]:
    """Every line that looks like a fence, in order."""
    return [Fence(m.start(), m.end(), *m.groups()) for m in islice(_FENCE.finditer(text), _MAX_FENCES)]


def has_known_tag(fence: Fence) -> bool:
    """Such a fence opens a block; "```" and "``` Now compile it." may close one."""
    return _tag(fence.info) in TAGS or _tag(fence.info) in TEXT_TAGS


def _tag(info: str) -> str:
    words = info.split(None, 1)
    word = re.split(r"[:,({]", words[0].strip("{}.").lower(), maxsplit=1)[0] if words else ""
    word = word.removeprefix("language-").removeprefix("lang-")
    return word if word in TAGS else word.rpartition(".")[2]


def read_info(fence: Fence, language: str) -> tuple[str | None, str]:
    """Tag of a block, and code that stands on the fence's own line."""
    info = fence.info.strip()
    start = START[family_of(language)]
    if not info or start.match(info):
        return None, info
    tag = _tag(info)
    rest = info.partition(" ")[2]
    known = TAGS.get(tag) or (tag if tag in TEXT_TAGS else None)
    return known, rest if start.match(rest) or rest.endswith(fence.mark) else ""


def margin_of(fence: Fence) -> str | None:
    """Indentation of a fence that opens a block; None if it opens none."""
    if not fence.prefix.strip():
        return fence.prefix
    if _LIST_ITEM.fullmatch(fence.prefix):
        return " " * len(fence.prefix)
    # "Here it is: ```cpp" at the end of a line of prose, not "put it between ```cpp and ```".
    words = len(fence.info.split())
    opens = (words == 1 and has_known_tag(fence)) or (words == 0 and fence.prefix.rstrip().endswith(":"))
    return "" if opens else None


def only_closes(fences: list[Fence], i: int) -> bool:
    """Whether a fence after raw code closes it, judged by which way the bare fences pair up."""
    bare = 0
    while i + bare < len(fences) and not fences[i + bare].info.strip():
        bare += 1
    return bare % 2 == 1


def end_of_block(text: str, fences: list[Fence], i: int, start: int, language: str, mark: str) -> int | None:
    """Index of the fence that ends the code from ``start`` on; fences inside its strings do not count."""
    while i < len(fences):
        inside = None
        if not fences[i].prefix.strip() and fences[i].mark.startswith(mark):
            inside = _past_literal(text, fences, i, start, language)
            if inside is None:
                return i
        start, i = inside or (start, i + 1)
    return None


def _past_literal(text: str, fences: list[Fence], i: int, start: int, language: str) -> tuple[int, int] | None:
    """End of the literal that fence ``i`` stands in, and the next fence; None if it stands in none.

    A literal left open by mistake must not swallow the rest of the answer: it has to end, and the backtick
    fences in it have to be pairs. (Tildes also underline titles.)
    """
    rest = open_literal(text, start, fences[i].start, language)
    if rest is None:
        return None
    paired = True
    for k in range(i, min(i + _REACH, len(fences))):
        if fences[k].mark[0] == "`":
            paired = not paired
            if paired and fences[k].info.strip():
                return None
        stop = fences[k + 1].start if k + 1 < len(fences) else len(text)
        if end := rest.match(text, fences[k].end, stop):
            return (end.end(), k + 1) if paired else None
    return None
