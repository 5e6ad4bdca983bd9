"""Reading languages with braces, as far as it takes to find where a function ends.

Comments, strings and characters are skipped; what stands between them is not understood. Wrong where a language hides
braces in ways of its own: a regular expression literal of JavaScript at the start of a statement, say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_COMMENT = r"//[^\n]*|/\*.*?(?:\*/|\Z)"
_STRING = r'"(?:[^"\\\n]|\\.)*"?'
_CHARACTER = r"'(?:[^'\\\n]|\\.)*'?"
_NUMBER = r"(?<!\w)\d[\w.]*(?:'[\w.]+)*"  # with its digit separators
# What stands in a template's ``${}`` may have templates of its own.
_TEMPLATE = r"`(?>[^`\\]|\\.)*+`"
_SUBSTITUTION = r"""\$\{(?>[^`{}"']|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\{[^{}`"']*\}|%s)*+\}"""
_TEMPLATES = rf"`(?>[^`\\$]|\\.|{_SUBSTITUTION % _TEMPLATE}|\$)*+(?:`|\Z)"
# Where a value begins, a slash does not divide.
_REGEX = r"(?:(?<=[(,=:\[!&|?{;>])|(?<=\breturn))[ \t]*/(?![*/])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/"
_BRACE = r"(?P<brace>[{}])"


@dataclass(frozen=True, slots=True)
class Brace:
    """One of them.

    Attributes:
        at: where it stands.
        depth: how many are open before it, if it opens; after it, if it closes. Negative where more were closed.
    """

    at: int
    opens: bool
    depth: int


class Reader:
    """Finds the braces of a language."""

    def __init__(self, *skipped: str) -> None:
        """With patterns of what hides braces, in the order in which they are tried."""
        self._token = re.compile("|".join((*skipped, _BRACE)), re.S)

    def braces(self, text: str) -> Iterator[Brace]:
        """All that are code."""
        depth = 0
        for token in self._token.finditer(text):
            if token["brace"] is None:
                continue
            opens = token["brace"] == "{"
            depth -= not opens
            yield Brace(token.start(), opens, depth)
            depth += opens

    def depth(self, text: str) -> int:
        """How many braces are open at its end."""
        return sum(1 if brace.opens else -1 for brace in self.braces(text))

    def end_of_block(self, text: str, start: int, depth: int) -> int | None:
        """Where the first brace at or after `start` stands that leaves `depth` open; ``None`` if there is none."""
        found = (b.at for b in self.braces(text) if b.at >= start and not b.opens and b.depth == depth)
        return next(found, None)

    def body(self, text: str, header: re.Pattern[str]) -> tuple[int, int, int] | None:
        """The first function whose `header`, up to its brace, matches: where it begins, its ``{`` and its ``}``."""
        braces = {brace.at: brace for brace in self.braces(text)}
        for match in header.finditer(text):
            opening = braces.get(match.end() - 1)
            if opening is not None and opening.opens:
                end = self.end_of_block(text, opening.at, opening.depth)
                if end is not None:
                    return match.start(), opening.at, end
        return None

    def without(self, text: str, header: re.Pattern[str]) -> str:
        """`text` without its first function that has such a `header`."""
        found = self.body(text, header)
        return text if found is None else text[: found[0]] + text[found[2] + 1 :]


C_FAMILY = Reader(_COMMENT, r'\bR"([^()\\\s]{0,16})\(.*?(?:\)\1"|\Z)', _STRING, _NUMBER, _CHARACTER)
RUST = Reader(_COMMENT, r'\bb?r(#*)".*?(?:"\1|\Z)', _STRING, r"'(?:[^'\\\n]|\\[^\n]{1,9}?)'")
GO = Reader(_COMMENT, r"`[^`]*(?:`|\Z)", _STRING, _CHARACTER)
JAVA = Reader(_COMMENT, r'"""(?:[^\\]|\\.)*?(?:"""|\Z)', _STRING, _CHARACTER)
CSHARP = Reader(_COMMENT, r'\$?@\$?"(?:[^"]|"")*(?:"|\Z)', _STRING, _CHARACTER)
JAVASCRIPT = Reader(_COMMENT, _TEMPLATES, _REGEX, _STRING, _CHARACTER)
