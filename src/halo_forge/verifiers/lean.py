"""C programs that are linked with fewer names: which may be, and whether what came of one is what it would have been.

GNU ld takes up every name of every library, thousands of them, and most programs need a dozen. So a copy of the C
library with fewer names stands in for it (see fewer_names.c), and nothing for the mathematical one. That makes no
difference as long as

- the program has no name that was left out, to use it or as its own: what it uses is found to be missing, except where
  it is weak; what it has of its own would be entered into its table of names, because the library has it too;
- the linker goes through all names in the same order. They lie in buckets, by a hash of each, and there are as many as
  the whole library asks for. Only two names in one bucket could change places, so there must be none.
"""

from __future__ import annotations

import functools
import os
import re
import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

LEAN = "lean"
"""The directory with what the linker finds first, in that of the quick link."""
LEFT_OUT = "left_out"
PROGRAM = "program"

_WORD = re.compile(rb"(?:__builtin_)?(\w+)")
_UNSEEN = b"##", b"weak", b"visibility"  # what may name one without a word, or without need, or out of the order
_LIBRARY = re.compile(r"-l.*|-pthread")
_MAGIC = b"\x7fELF\x02\x01"  # 64 bits, and the lowest byte first
_HEADER = struct.Struct("<40xQ10xHH2x")  # up to where sections are told, their size, and how many there are
_SECTION = struct.Struct("<4xI16xQQII16x")  # type, place, size, section of the texts, first name that is not local
_SYMBOL = struct.Struct("<I20x")  # where the name is
_SYMBOLS = 2  # the type of the section


@dataclass(frozen=True, slots=True)
class LeanLink:
    """How a compiler is told, and of which programs it holds.

    Attributes:
        words: for the compiler.
        left_out: the names of libraries that it does without.
        buckets: in which the linker keeps names.
        most_names: of a program; for more of them it makes more buckets.
    """

    words: tuple[str, ...]
    left_out: frozenset[bytes]
    buckets: int
    most_names: int

    @staticmethod
    def found(quick: Path) -> LeanLink | None:
        """The one that was made beside a quick link; ``None`` where there is none, or its linker orders otherwise."""
        place = quick / LEAN
        try:
            first, _, names = (place / LEFT_OUT).read_bytes().partition(b"\n")
            buckets, most_names = map(int, first.split())
            program = (place / PROGRAM).read_bytes()
        except (OSError, ValueError):
            return None
        words = ("-fno-use-linker-plugin", f"-B{place}/", f"-Wl,--hash-size={buckets}")
        link = LeanLink(words, frozenset(names.split()), buckets, most_names)
        return link if link.is_sure(program) else None

    def takes_flags(self, flags: tuple[str, ...]) -> bool:
        """Whether the compiler's flags leave it possible: other libraries may need any name."""
        return all(self.takes(os.fsencode(flag)) and not _LIBRARY.fullmatch(flag) for flag in flags)

    def takes(self, text: bytes) -> bool:
        """Whether a source, or a flag, has none of the names that were left out, as far as one can see."""
        return self.left_out.isdisjoint(_WORD.findall(text)) and not any(sign in text for sign in _UNSEEN)

    def is_sure(self, program: bytes) -> bool:
        """Whether a program that was linked like this is what it would have been."""
        try:
            names = global_names(program)
        except (struct.error, ValueError, IndexError):
            return False
        if not 0 < len(names) <= self.most_names:
            return False
        if not self.left_out.isdisjoint(name.partition(b"@")[0] for name in names):
            return False
        if not any(b"@" in name for name in names):
            return False  # nothing of the C library: the linker forgets it, and has few buckets
        return all(one < other for one, other in pairwise(hash_of(name) % self.buckets for name in names))


def global_names(program: bytes) -> list[bytes]:
    """The names of an ELF file that are not local, in its order, with their versions (``puts@GLIBC_2.2.5``).

    Raises:
        ValueError, struct.error, IndexError: it has no such table, or is no such file.
    """
    if not program.startswith(_MAGIC):
        raise ValueError("not an ELF file of 64 bits")
    place, size, count = _HEADER.unpack_from(program)
    sections = [_SECTION.unpack_from(program, place + size * number) for number in range(count)]
    for kind, place, size, texts, first in sections:
        if kind == _SYMBOLS:
            text = sections[texts][1]
            symbols = program[place + first * _SYMBOL.size : place + size]
            return [_text(program, text + at) for (at,) in _SYMBOL.iter_unpack(symbols)]
    raise ValueError("no table of names")


def _text(program: bytes, at: int) -> bytes:
    return program[at : program.index(b"\0", at)]


@functools.lru_cache(8192)
def hash_of(name: bytes) -> int:
    """What GNU ld finds a name by: `bfd_hash_hash` of binutils. One of a library has its version behind two signs."""
    bare, sign, version = name.partition(b"@")
    if sign:
        name = bare + b"@@" + version.lstrip(b"@")
    found = 0
    for number in (*name, len(name)):
        found = (found + number + (number << 17)) & 0xFFFFFFFFFFFFFFFF
        found ^= found >> 2
    return found
