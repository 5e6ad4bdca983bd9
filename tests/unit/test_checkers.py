"""Comparing output."""

from __future__ import annotations

import pytest

from halo_forge.types import Comparison, Match
from halo_forge.verifiers.checkers import difference

LINES = Comparison()


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ("", b""),
        ("", b"\n\n"),
        ("a", b"a"),
        ("a\n", b"a"),
        ("a", b"a\n\n\n"),
        ("a\nb\n", b"a  \r\nb\t\r\n"),
        ("a \nb", b"a\nb"),
        ("a\r\nb\r\n", b"a\nb\n"),
        ("\n\na", b"\n\na"),
        ("größe", "größe".encode()),
        ("\ud800", b"\xed\xa0\x80"),
    ],
)
def test_same(expected: str, actual: bytes) -> None:
    assert difference(expected, actual, LINES) is None


@pytest.mark.parametrize(
    ("expected", "actual", "words"),
    [
        ("a", b"", "expected 1 lines, got no output"),
        ("a", b" a", "line 1: expected 'a', got ' a'"),
        ("a b", b"a  b", "line 1: expected 'a b', got 'a  b'"),
        ("A", b"a", "line 1: expected 'A', got 'a'"),
        ("a\nb", b"a\n\nb", "line 2: expected 'b', got ''"),
        ("a\nb\nc", b"a", "expected 3 lines, got 1"),
        ("a", b"a\nb", "expected 1 lines, got 2"),
        ("", b"x", "expected 0 lines, got 1"),
        ("a", b"a\0", "line 1: expected 'a', got 'a\\x00'"),
        ("a", b"\xff", "line 1: expected 'a', got '�'"),
        ("1.0", b"1.00", "line 1: expected '1.0', got '1.00'"),
        ("x", b"y" * 1000, f"line 1: expected 'x', got '{'y' * 120}…'"),
    ],
)
def test_different(expected: str, actual: bytes, words: str) -> None:
    assert difference(expected, actual, LINES) == words


def test_equal_length_of_very_much_text() -> None:
    text = "line\n" * 200_000
    assert difference(text, text.encode(), LINES) is None
    assert difference(text, text.encode()[:-6], LINES) is not None


@pytest.mark.parametrize(
    ("match", "expected", "actual", "words"),
    [
        (Match.EXACT, "a\n", b"a\n", None),
        (Match.EXACT, "a\n", b"a", "expected 2 lines, got 1"),
        (Match.EXACT, "a", b"a ", "line 1: expected 'a', got 'a '"),
        (Match.EXACT, "a\n", b"", "expected 2 bytes, got 0"),
        (Match.TOKENS, "1 2\n3", b"1\n2   3\n\n", None),
        (Match.TOKENS, "", b" \n", None),
        (Match.TOKENS, "1 2 3", b"1 2", "expected 3 words, got 2"),
        (Match.TOKENS, "1 2 3", b"1 3 2", "word 2: expected '2', got '3'"),
        (Match.TOKENS, "1", b"1.0", "word 1: expected '1', got '1.0'"),
    ],
)
def test_other_ways(match: Match, expected: str, actual: bytes, words: str | None) -> None:
    assert difference(expected, actual, Comparison(match)) == words


@pytest.mark.parametrize(
    ("expected", "actual", "tolerance", "same"),
    [
        ("1", b"1.0", 0.0, True),
        ("1", b"1.0000001", 0.0, False),
        ("0.5", b".5", 0.0, True),
        ("-0", b"0", 0.0, True),
        ("1e3", b"1000", 0.0, True),
        ("3.14159", b"3.1415926", 1e-5, True),
        ("3.14159", b"3.15", 1e-5, False),
        ("1000000", b"1000009", 1e-5, True),  # relative to what is expected
        ("1000000", b"1000011", 1e-5, False),
        ("0", b"0.00001", 1e-5, True),  # 1e-5 the double is a little more than 0.00001
        ("0", b"0.00002", 1e-5, False),
        ("100000000000000000000000001", b"100000000000000000000000002", 0.0, False),
        ("1e999", b"1e998", 1e-5, False),
        ("1e999", b"1e9999", 0.5, False),
        ("x 1 y", b"x  1.0 y ", 0.0, True),
        ("x 1", b"y 1", 0.5, False),
        ("1 2", b"1\n2", 0.0, False),  # lines are kept
        ("1\n2\n", b"1.0\n2.0", 0.0, True),
        ("nan", b"nan", 0.0, True),
        ("nan", b"1", 0.5, False),
        ("1", b"nan", 0.5, False),
        ("1", b"inf", 0.5, False),
        ("10", b"1_0", 0.0, False),
        ("10", b"0x0a", 0.0, False),
        ("1", "\u0661".encode(), 0.0, False),  # a digit, but not one that a program prints for a number
        ("1", b"1" * 2000, 0.5, False),
        ("1 2", b"1 2 3", 0.5, False),
    ],
)
def test_numbers(expected: str, actual: bytes, tolerance: float, *, same: bool) -> None:
    assert (difference(expected, actual, Comparison(Match.NUMERIC, tolerance)) is None) is same
