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


def open_literal(text: str, start: int, stop: int, language: str) -> re.Pattern[str] | None:
    """What matches the rest of the comment or string that is open at ``stop``; None if none is."""
    pattern = LITERAL["rust" if language == "rust" else family_of(language)]
    while match := pattern.search(text, start, stop):
        start = match.end()
        if kind := match.lastgroup:
            rest = _rest_of_literal(kind, match[kind], language)
            end = rest.match(text, start, stop)
            if end is None:
                return rest
            start = end.end()
    return None


def _rest_of_literal(kind: str, word: str, language: str) -> re.Pattern[str]:
    word = re.escape(word)
    ends = {"block": r"\*/", "raw": rf'\){word}"', "hashes": f'"{word}', "here": rf"\n[ \t]*{word}\b", "verbatim": word}
    if kind in ends:
        return re.compile(f"(?s:.*?){ends[kind]}")
    if word == "`" and language == "go":
        return re.compile(f"(?s:.*?){word}")
    return re.compile(rf"(?s:[^\\]*?(?:\\.[^\\]*?)*?{word})")
