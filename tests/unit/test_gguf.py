"""The header of a GGUF file: what is read, and what a broken file gets."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from halo_forge.errors import ModelError
from halo_forge.models.gguf import GGUFHeader, read_header


def string(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()


def gguf(*values: bytes, version: int = 3) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, 0, len(values)) + b"".join(values)


def text(name: str, value: str) -> bytes:
    return string(name) + struct.pack("<I", 8) + string(value)


def number(name: str, value: int) -> bytes:
    return string(name) + struct.pack("<II", 4, value)


def words(name: str, *values: str) -> bytes:
    return string(name) + struct.pack("<IIQ", 9, 8, len(values)) + b"".join(map(string, values))


def test_the_built_in_model(model_path: Path) -> None:
    assert read_header(model_path) == GGUFHeader("llama", 8192, True, 30 * 3 * 128 * 2)


def test_arrays_are_stepped_over(tmp_path: Path) -> None:
    path = tmp_path / "base.gguf"
    floats = string("scores") + struct.pack("<IIQ3f", 9, 6, 3, 1, 2, 3)
    path.write_bytes(
        gguf(
            text("general.architecture", "toy"), words("tokens", "a", "b"), floats, number("toy.block_count", 2),
            number("toy.embedding_length", 64), number("toy.attention.head_count", 4),
        )
    )  # fmt: skip
    assert read_header(path) == GGUFHeader("toy", None, False, 2 * 4 * 32 * 2)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 and so on",
        gguf(version=1),
        gguf(text("general.name", "no architecture")),
        gguf(text("general.architecture", "toy"))[:-2],
        gguf(string("general.architecture") + struct.pack("<IQ", 8, 1 << 60)),
        gguf(string("general.architecture") + struct.pack("<I", 77)),
    ],
)
def test_a_broken_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"broken\.gguf is no GGUF file") as caught:
        read_header(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="No such file"):
        read_header(tmp_path / "nothing.gguf")
