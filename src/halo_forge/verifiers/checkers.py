"""Comparing what a program printed with what it should have printed. Always outside the sandbox."""

from __future__ import annotations

import decimal
import re

from halo_forge.types import Comparison, Match

_BLANKS = b" \t\r\f\v"
_SHOWN = 120
_NUMBER = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?", re.ASCII)
_LONGEST_NUMBER = 1000  # characters; longer ones are compared as words
# Wide enough that no difference of two numbers is rounded to 0; nothing raises.
_EXACTLY = decimal.Context(prec=12_000, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN, traps=[])


def difference(expected: str, actual: bytes, comparison: Comparison) -> str | None:
    """One sentence about the first difference, for a reader; ``None`` when there is none that counts."""
    wanted = expected.encode("utf-8", "surrogatepass")
    match comparison.match:
        case Match.EXACT:
            return None if wanted == actual else _of_exact(wanted, actual)
        case Match.LINES:
            return _of_parts("line", _lines(wanted), _lines(actual), 0, words=False)
        case Match.TOKENS:
            return _of_parts("word", wanted.split(), actual.split(), 0, words=False)
        case Match.NUMERIC:
            tolerance = decimal.Decimal(comparison.tolerance)
            return _of_parts("line", _lines(wanted), _lines(actual), tolerance, words=True)


def _of_exact(wanted: bytes, given: bytes) -> str:
    found = _of_parts("line", wanted.split(b"\n"), given.split(b"\n"), 0, words=False)
    return found if found is not None and given else f"expected {len(wanted)} bytes, got {len(given)}"


def _of_parts(
    what: str, wanted: list[bytes], given: list[bytes], tolerance: decimal.Decimal | int, *, words: bool
) -> str | None:
    for number, (want, got) in enumerate(zip(wanted, given, strict=False), 1):
        if want != got and not (words and _same_words(want.split(), got.split(), tolerance)):
            return f"{what} {number}: expected {_show(want)}, got {_show(got)}"
    if len(wanted) == len(given):
        return None
    if not given:
        return f"expected {len(wanted)} {what}s, got no output"
    return f"expected {len(wanted)} {what}s, got {len(given)}"


def _same_words(wanted: list[bytes], given: list[bytes], tolerance: decimal.Decimal | int) -> bool:
    return len(wanted) == len(given) and all(
        want == got or _near(want, got, tolerance) for want, got in zip(wanted, given, strict=True)
    )


def _near(wanted: bytes, given: bytes, tolerance: decimal.Decimal | int) -> bool:
    """Whether both are numbers, and differ by no more than `tolerance`, absolute or relative to what is wanted."""
    if not (_is_number(wanted) and _is_number(given)):
        return False
    want, got = decimal.Decimal(wanted.decode()), decimal.Decimal(given.decode())
    allowed = _EXACTLY.multiply(decimal.Decimal(tolerance), max(decimal.Decimal(1), want.copy_abs()))
    return _EXACTLY.subtract(want, got).copy_abs() <= allowed


def _is_number(word: bytes) -> bool:
    return len(word) <= _LONGEST_NUMBER and _NUMBER.fullmatch(word) is not None


def _lines(text: bytes) -> list[bytes]:
    lines = [line.rstrip(_BLANKS) for line in text.split(b"\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _show(line: bytes) -> str:
    text = line.decode(errors="replace")
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")
