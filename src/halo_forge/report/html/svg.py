"""SVG elements, and texts, that are safe in a page."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape


def element(name: str, *content: str, **attributes: str | float) -> Markup:
    """``<name …>content</name>``; content is escaped unless it is markup.

    Args:
        attributes: ``class_`` is ``class``, and other ``_`` are ``-``. Numbers get two decimals.
    """
    said = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _value(value)) for key, value in attributes.items()
    )
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), said, Markup("").join(map(_content, content)))


def printable(text: str) -> str:
    """With what cannot be seen, or turns around what is beside it, spelt out: a page's text is what it looks like."""
    return text if text.isprintable() else "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def text_lines(text: str) -> Markup:
    """A text of several lines for an element that keeps them: escaped, and `printable` line by line."""
    return Markup("\n").join(escape(printable(line)) for line in text.expandtabs(4).split("\n"))


def points(pairs: Iterable[tuple[float, float]]) -> str:
    """For a polyline or a polygon."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in pairs)


def _content(text: str) -> Markup:
    return text if isinstance(text, Markup) else escape(printable(text))


def _value(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
