"""Comments and strings: whether one is open at a place, and what ends it.

A scanner, no lexer: it knows what opens and closes a literal in a family of languages, and nothing else.
"""

import re

from halo_forge.verifiers.extract.tags import family_of

# Comments and strings. A named group is a literal that may span lines; the others end with their line.
# Unrolled, for Python before 3.11.5 matches a possessive repetition of alternatives wrongly.
_STRINGS = r""""[^"\\\n]*+(?:\\.[^"\\\n]*+)*"?|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*'?"""
LITERAL = {
    "brace": re.compile(
        r'//[^\n]*|(?P<block>/\*)|R"(?P<raw>[^\s()\\"]{0,16})\(|(?P<same>"""|`)|@(?P<verbatim>")|' + _STRINGS
    ),
    # A quote also starts a lifetime, and every string may span lines.
    "rust": re.compile(r"//[^\n]*|(?P<block>/\*)|r(?P<hashes>#{1,8})\"|(?P<same>\")|'(?:\\[^\n']{1,10}|[^'\\\n])'"),
    "python": re.compile(rf"#[^\n]*|(?P<same>\"\"\"|''')|{_STRINGS}"),
    "bash": re.compile(r"(?<!\S)#[^\n]*|\\.|<<-?[ \t]*[\"']?(?P<here>[A-Za-z_]\w*)|(?P<same>\")|(?P<verbatim>')"),
}
_FIRST_WORD = re.compile(r"\n[ \t]*+(\w++)")


def open_literal(text: str, start: int, stop: int, language: str) -> re.Pattern[str] | None:
    """What matches the rest of the comment or string that is open at ``stop``; None if none is."""
    pattern = LITERAL["rust" if language == "rust" else family_of(language)]
    while match := pattern.search(text, start, stop):
        start = match.end()
        if kind := match.lastgroup:
            end = _end_of_literal(text, start, stop, kind, match[kind], language)
            if end is None:
                return _rest_of_literal(kind, match[kind], language)
            start = end
    return None


def _end_of_literal(text: str, start: int, stop: int, kind: str, word: str, language: str) -> int | None:
    """Where a literal ends that is open at ``start``; no pattern is compiled for each of a million words."""
    if kind == "here":
        lines = _FIRST_WORD.finditer(text, start, stop)
        return next((line.end() for line in lines if line[1] == word), None)
    if kind in ("raw", "hashes"):
        ending = f'){word}"' if kind == "raw" else f'"{word}'
        at = text.find(ending, start, stop)
        return at + len(ending) if at >= 0 else None
    end = _rest_of_literal(kind, word, language).match(text, start, stop)
    return end.end() if end else None


def _rest_of_literal(kind: str, word: str, language: str) -> re.Pattern[str]:
    word = re.escape(word)
    ends = {"block": r"\*/", "raw": rf'\){word}"', "hashes": f'"{word}', "here": rf"\n[ \t]*{word}\b", "verbatim": word}
    if kind in ends:
        return re.compile(f"(?s:.*?){ends[kind]}")
    if word == "`" and language == "go":
        return re.compile(f"(?s:.*?){word}")
    return re.compile(rf"(?s:[^\\]*?(?:\\.[^\\]*?)*?{word})")
