"""What is read quickly is what Python's own module reads."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from halo_forge import quick_json

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
bits = st.sampled_from(
    [
     "{", "}", "[", "]", ",", ":", '"', "\\", "\\u", "d83d", "\\ude00", "e", "E", "+", "-", ".", "0", "01", "1", "999",
     "null", "true", "NaN", "Infinity", " ", "\n", "\f", "\ufeff", "\x00", "é"]
)  # fmt: skip


def agrees(raw: bytes) -> None:
    try:
        found = quick_json.parse(raw)
    except ValueError:
        return
    assert repr(json.loads(raw.decode())) == repr(found), "the types and the signs of zeros too"


@given(values, st.booleans())
def test_json(value: object, ascii_only: bool) -> None:
    agrees(json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass"))


@given(st.lists(bits, max_size=12).map("".join) | st.text(max_size=20))
def test_what_is_nearly_json(text: str) -> None:
    agrees(text.encode())


@given(st.binary(max_size=20))
def test_bytes(raw: bytes) -> None:
    agrees(raw)


def test_usual_lines_are_not_refused() -> None:
    line = b'{"task_id": "a/1", "solution": "x = 1\\n", "n": [1, 2.5, null, true, -0.0, 1e300]}'
    assert quick_json.parse(line) == json.loads(line)
