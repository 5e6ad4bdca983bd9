"""The includes that a C or C++ source begins with, and whether a complaint can depend on how they were read.

Both are careful rather than clever: where a source is not plainly what it seems (a continued line, a trigraph, a name
in quotes, a macro), the block ends before it, and a complaint that is not about the source's own lines alone is taken
to depend on it. That costs time, never a verdict.
"""

from __future__ import annotations

import re

_BLANKS = re.compile(rb"(?:[ \t\n]|\r\n)*")
# A backslash or ??/ may go on with the comment in the next line, and NUL is what compilers differ about.
_PLAIN = rb"[^\n\\?\0\r]|\?(?!\?/)"
_LINE_END = rb"\r?(?:\n|\Z)"
_LINE_COMMENT = re.compile(rb"//(?:%b)*%b" % (_PLAIN, _LINE_END))
_COMMENT = re.compile(rb"/\*(?:%b|\r?\n)*?\*/" % _PLAIN)
_INCLUDE = re.compile(
    rb"#[ \t]*include[ \t]*<(\w[\w+./-]*)>[ \t]*(?:/\*(?:%b)*?\*/[ \t]*)?(?://(?:%b)*)?%b" % (_PLAIN, _PLAIN, _LINE_END)
)
# Of a compiler's complaint: a line about the source, or one that shows its text. Where it would put a missing include
# depends on which of the others it had to read.
_SHOWN = rb"[ ]*(?:\d+|\+\+\+(?! \|\+#include))? \|.*"
_CUT_SHORT = rb"compilation terminated\."


def leading_includes(source: bytes) -> bytes:
    """``#include <NAME>`` lines, one for each of those that come before anything but blanks and comments."""
    names: list[bytes] = []
    at, line_starts = 0, True
    while True:
        blanks = _BLANKS.match(source, at)
        end = at if blanks is None else blanks.end()
        line_starts = line_starts or b"\n" in source[at:end]
        at = end
        if line_starts and (include := _INCLUDE.match(source, at)):
            if b".." in include[1]:
                break
            names.append(include[1])
        elif not (include := _LINE_COMMENT.match(source, at) or _COMMENT.match(source, at)):
            break
        line_starts = include[0].endswith(b"\n")
        at = include.end()
    return b"".join(b"#include <%s>\n" % name for name in names)


def is_about(source: str, complaint: bytes) -> bool:
    """Whether a compiler complains about the lines of `source` alone: neither a header nor a linker is mentioned.

    Such a complaint is the same however the headers were read.
    """
    line = re.compile(rb"%s:.*|%s|%s" % (re.escape(source.encode()), _SHOWN, _CUT_SHORT))
    return bool(complaint) and all(line.fullmatch(words) for words in complaint.removesuffix(b"\n").split(b"\n"))
