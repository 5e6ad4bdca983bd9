"""C programs that are linked with fewer names: which may be, and whether what came of one is what it would have been.

GNU ld takes up every name of every library, thousands of them, and most programs need a dozen. So a copy of the C
library with fewer names stands in for it (see fewer_names.c), and nothing for the mathematical one. That makes no
difference as long as

- the program has no name that was left out, to use it or as its own: what it uses is found to be missing, except where
  it is weak; what it has of its own would be entered into its table of names, because the library has it too. Only what
  is thrown away asks for names and leaves no trace: sections of a source's own (`speaks_to_linker`);
- the linker goes through all names in the same order, also through those that it made local. They lie in buckets, by a
  hash of each, and there are as many as the whole library asks for. Only two names in one bucket could change places,
  so there must be none.
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
MADE_OF = "made_of"

_WORD = re.compile(rb"(?:__builtin_)?(\w+)")
_WEAK = b"weak"  # what may name one without need
_LIBRARY = re.compile(r"-l.*|-pthread")
_MAGIC = b"\x7fELF\x02\x01"  # 64 bits, and the lowest byte first
_HEADER = struct.Struct("<40xQ10xHH2x")  # up to where sections are told, their size, and how many there are
_SECTION = struct.Struct("<4xI16xQQII16x")  # type, place, size, section of the texts, first name that is not local
_SYMBOL = struct.Struct("<IB19x")  # where the name is, type of the symbol
_SYMBOLS, _FILE = 2, 4  # types of a section, of a symbol
_LONGEST_NAME, _MOST_TEXT = 256, 64 * 1024  # which are looked at, in bytes


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
            if not all(map(_is_as_it_was, (place / MADE_OF).read_text().splitlines())):
                return None
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
        return self.left_out.isdisjoint(_WORD.findall(text)) and _WEAK not in text

    def is_sure(self, program: bytes) -> bool:
        """Whether a program that was linked like this is what it would have been."""
        try:
            made_local, names = linked_names(program)
        except (struct.error, ValueError, IndexError):
            return False
        if len(made_local) + len(names) > self.most_names:
            return False
        if not self.left_out.isdisjoint(name.partition(b"@")[0] for name in names):
            return False
        if not any(b"@" in name for name in names):
            return False  # nothing of the C library: the linker forgets it, and has few buckets
        return self._is_ordered(made_local) and self._is_ordered(names)

    def _is_ordered(self, names: list[bytes]) -> bool:
        """Whether they come bucket by bucket, no two from the same; not so if there is too much to look at."""
        if sum(map(len, names)) > _MOST_TEXT or any(len(name) > _LONGEST_NAME for name in names):
            return False
        return all(one < other for one, other in pairwise(hash_of(name) % self.buckets for name in names))


def linked_names(program: bytes) -> tuple[list[bytes], list[bytes]]:
    """The names of an ELF file that were for more than one file, in its order: those made local since, and the others.

    Some of the others have a version (``puts@GLIBC_2.2.5``). The former come last of all local ones, behind those of
    files.

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
            symbols = list(_SYMBOL.iter_unpack(program[place : place + size]))
            begin = max((at for at in range(first) if symbols[at][1] & 0xF == _FILE), default=0) + 1
            names = [_text(program, text + at) for at, _ in symbols[begin:]]
            return names[: first - begin], names[first - begin :]
    raise ValueError("no table of names")


def _is_as_it_was(noted: str) -> bool:
    size, changed, path = noted.split(" ", 2)
    status = os.stat(path)
    return (status.st_size, int(status.st_mtime)) == (int(size), int(changed))


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
