"""Comparing what a program printed with what it should have printed. Always outside the sandbox."""

from __future__ import annotations

_BLANKS = b" \t\r\f\v"
_SHOWN = 120


def same_output(expected: str, actual: bytes) -> bool:
    """Equal but for blanks at the end of lines (CR among them) and newlines at the end of the text."""
    return _lines(expected.encode("utf-8", "surrogatepass")) == _lines(actual)


def first_difference(expected: str, actual: bytes) -> str:
    """One sentence about the first line that differs, for a reader."""
    wanted, given = _lines(expected.encode("utf-8", "surrogatepass")), _lines(actual)
    for number, (want, got) in enumerate(zip(wanted, given, strict=False), 1):
        if want != got:
            return f"line {number}: expected {_show(want)}, got {_show(got)}"
    if not given:
        return f"expected {len(wanted)} lines, got no output"
    return f"expected {len(wanted)} lines, got {len(given)}"


def _lines(text: bytes) -> list[bytes]:
    lines = [line.rstrip(_BLANKS) for line in text.split(b"\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _show(line: bytes) -> str:
    text = line.decode(errors="replace")
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")
