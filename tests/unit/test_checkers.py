"""Comparing output."""

from __future__ import annotations

import pytest

from halo_forge.verifiers.checkers import first_difference, same_output


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
    assert same_output(expected, actual)


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
    assert not same_output(expected, actual)
    assert first_difference(expected, actual) == words


def test_equal_length_of_very_much_text() -> None:
    text = "line\n" * 200_000
    assert same_output(text, text.encode())
    assert not same_output(text, text.encode()[:-6])
