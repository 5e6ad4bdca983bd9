"""The header of a GGUF file: what has to be known of a model before it is loaded.

Reads single values and steps over arrays, so that a large vocabulary costs nothing. The full reader of the ``gguf``
package takes seconds on the same file. Format, versions 2 and 3: docs/gguf.md in the repository ggml-org/ggml.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from halo_forge.errors import ModelError

_MAGIC = b"GGUF"
_STRING, _ARRAY = 8, 9
_FORMATS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_LONGEST_STRING = 64 * 1024 * 1024
_CACHE_BYTES = 2  # of one cached number: llama.cpp keeps keys and values as 16-bit floats


@dataclass(frozen=True, slots=True)
class GGUFHeader:
    """What matters of a model.

    Attributes:
        context_length: tokens that it was trained for, ``None`` when the file does not say.
        has_chat_template: it is made for conversations.
        cache_bytes_per_token: of keys and values, all layers together (an upper bound where layers differ).
    """

    architecture: str
    context_length: int | None
    has_chat_template: bool
    cache_bytes_per_token: int


def read_header(path: Path) -> GGUFHeader:
    """Read the header of `path`.

    Raises:
        ModelError: it cannot be read, or it is no GGUF file.
    """
    try:
        with path.open("rb") as file:
            return _header(_values(file))
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}") from error
    except (ValueError, KeyError, struct.error, EOFError) as error:
        raise ModelError(
            f"{path} is no GGUF file that can be read ({error}); give the path of a .gguf model"
        ) from error


def _header(values: dict[str, object]) -> GGUFHeader:
    architecture = str(values["general.architecture"])

    def number(name: str, default: int) -> int:
        value = values.get(f"{architecture}.{name}", default)
        return value if isinstance(value, int) else default

    heads = number("attention.head_count", 1)
    width = number("embedding_length", 0) // max(heads, 1)
    size = number("attention.key_length", width) + number("attention.value_length", width)
    context = number("context_length", 0)
    return GGUFHeader(
        architecture=architecture,
        context_length=context if context > 0 else None,
        has_chat_template="tokenizer.chat_template" in values,
        cache_bytes_per_token=number("block_count", 1) * number("attention.head_count_kv", heads) * size * _CACHE_BYTES,
    )


def _values(file: IO[bytes]) -> dict[str, object]:
    """Every value of the header that is not an array."""
    if file.read(4) != _MAGIC:
        raise ValueError("it does not begin with GGUF")
    version, _tensors, count = _unpack(file, "<I"), _unpack(file, "<Q"), _unpack(file, "<Q")
    if version not in (2, 3):
        raise ValueError(f"version {version}")
    values = {}
    for _ in range(int(count)):
        name = _string(file).decode("utf-8", "replace")
        value = _value(file, int(_unpack(file, "<I")))
        if value is not None:
            values[name] = value
    return values


def _value(file: IO[bytes], kind: int) -> object:
    if kind == _STRING:
        return _string(file).decode("utf-8", "replace")
    if kind != _ARRAY:
        return _unpack(file, _FORMATS[kind])
    item, length = int(_unpack(file, "<I")), int(_unpack(file, "<Q"))
    if item in _FORMATS:
        file.seek(length * struct.calcsize(_FORMATS[item]), 1)
        return None
    for _ in range(length):
        _value(file, item)
    return None


def _string(file: IO[bytes]) -> bytes:
    length = int(_unpack(file, "<Q"))
    if length > _LONGEST_STRING:
        raise ValueError(f"a string of {length} bytes")
    data = file.read(length)
    if len(data) < length:
        raise EOFError("it ends in the middle")
    return data


def _unpack(file: IO[bytes], form: str) -> int | float | bool:
    data = file.read(struct.calcsize(form))
    value: int | float | bool = struct.unpack(form, data)[0]
    return value
