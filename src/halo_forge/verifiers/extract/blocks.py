"""A block of code, and what is cut off around it."""

from typing import NamedTuple


class Block(NamedTuple):
    """A stretch of code, with what its fence and the line before it say of it."""

    code: str
    tag: str | None  # None: no tag
    intro: str = ""


def outdented(body: str, margin: str) -> str:
    """Remove the fence's indentation, unless the author did not indent the code with the fence."""
    lines = body.split("\n") if margin else []
    if not lines or not all(line.startswith(margin) or not line.strip() for line in lines):
        return body
    return "\n".join(line[len(margin) :] for line in lines)


def trimmed(code: str) -> str:
    """Without outer blank lines; indentation of the first line and end of the last one stay."""
    stripped = code.lstrip()
    begin = code.rfind("\n", 0, len(code) - len(stripped)) + 1
    newline = code.find("\n", len(code.rstrip()))
    return code[begin : newline + 1 if newline >= 0 else None] if stripped else ""
