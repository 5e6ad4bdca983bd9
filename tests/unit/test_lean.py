"""Programs that are linked with fewer names: the linker's order, and what a source or a program may not have."""

from __future__ import annotations

import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from halo_forge.verifiers.languages import gnu
from halo_forge.verifiers.lean import LeanLink, hash_of, linked_names
from precompiled import name_in_bucket_of

pytestmark = pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")

FEWER_NAMES = Path(gnu.__file__).with_name("fewer_names.c")
LINK = LeanLink((), frozenset({b"sqrt", b"regcomp", b"y1", b"signbit"}), 16381, 500)
PROGRAM = """
#include <stdio.h>
#include <stdlib.h>
int values[4], other = 3;
int NAME(int x) { return x; }
#define HIDDEN __attribute__((visibility("hidden"), noinline))
HIDDEN int hidden(int x) { return x * 3; }
MORE
int main(void)
{
    puts(getenv("HOME")), fputs("", stderr), qsort(values, 4, 4, (void *)abs);
    return NAME(hidden(other));
}
"""


def _compiled(directory: Path, name: str = "called", *flags: str) -> bytes:
    made = directory / "made"
    command = ["gcc", "-w", "-x", "c", "-", "-o", str(made), "-DMORE=", *flags]
    subprocess.run(command, input=PROGRAM.replace("NAME", name), text=True, check=True)
    return made.read_bytes()


def _library(name: str) -> str:
    """Where the compiler finds it."""
    words = ["gcc", f"-print-file-name={name}"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def test_names_and_their_order(tmp_path: Path) -> None:
    made_local, names = linked_names(_compiled(tmp_path))
    listed = subprocess.run(["readelf", "-sW", tmp_path / "made"], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listed[listed.index(".symtab") :].splitlines()]
    assert [name.decode() for name in names] == [
        row[7] for row in rows if len(row) > 7 and row[4] in ("GLOBAL", "WEAK")
    ]
    assert {b"main", b"called", b"values"} <= set(names)
    assert {b"_DYNAMIC", b"_GLOBAL_OFFSET_TABLE_", b"hidden"} == set(made_local) - {b"__GNU_EH_FRAME_HDR"}
    for found in (made_local, names):
        assert all(one < other for one, other in pairwise(hash_of(name) % LINK.buckets for name in found))
    assert LINK.is_sure((tmp_path / "made").read_bytes())


def test_two_names_in_one_bucket(tmp_path: Path) -> None:
    assert not LINK.is_sure(_compiled(tmp_path, name_in_bucket_of(b"main", LINK.buckets)))


def test_two_hidden_names_in_one_bucket(tmp_path: Path) -> None:
    name = name_in_bucket_of(b"hidden", LINK.buckets)
    more = f"HIDDEN int {name}(int x) {{ return x + hidden(x); }} int one_more(int x) {{ return {name}(x); }}"
    program = _compiled(tmp_path, "called", f"-DMORE={more}")
    assert {b"hidden", name.encode()} <= set(linked_names(program)[0])
    assert not LINK.is_sure(program)


def test_long_names(tmp_path: Path) -> None:
    assert LINK.is_sure(_compiled(tmp_path, "x" * 200))
    assert not LINK.is_sure(_compiled(tmp_path, "x" * 300))


@pytest.mark.parametrize("name", ["regcomp", "y1"])
def test_a_program_with_a_name_that_was_left_out(name: str, tmp_path: Path) -> None:
    assert not LINK.is_sure(_compiled(tmp_path, name))


def test_a_program_that_needs_no_library(tmp_path: Path) -> None:
    source = "int __libc_start_main(void) { return 0; }\nint main(void) { return 0; }\n"
    subprocess.run(["gcc", "-x", "c", "-", "-o", tmp_path / "made"], input=source, text=True, check=True)
    assert b"main" in linked_names((tmp_path / "made").read_bytes())[1]
    assert not LINK.is_sure((tmp_path / "made").read_bytes())


def test_many_names(tmp_path: Path) -> None:
    (tmp_path / "many.h").write_text("\n".join(f"int g{number};" for number in range(600)))
    assert not LINK.is_sure(_compiled(tmp_path, "called", "-include", str(tmp_path / "many.h")))


def test_no_names(tmp_path: Path) -> None:
    assert not LINK.is_sure(_compiled(tmp_path, "called", "-s"))


@pytest.mark.parametrize("program", [b"", b"MZ", b"\x7fELF\x02\x01", b"\x7fELF\x01\x01" + bytes(99)])
def test_no_program(program: bytes) -> None:
    assert not LINK.is_sure(program)


def test_any_part_of_a_program(tmp_path: Path) -> None:
    program = _compiled(tmp_path)
    assert not any(LINK.is_sure(program[:end]) for end in range(0, len(program), 97))


@pytest.mark.parametrize(
    "text", [b"int main(void) { return 0; }", b"sqrts my_sqrt Y1 regcomp_", b"-O2", b"-DNAME=1", b""]
)
def test_has_nothing_of_it(text: bytes) -> None:
    assert LINK.takes(text)


@pytest.mark.parametrize(
    "text",
    [
        b"x = sqrt(2);", b"x=__builtin_sqrt(2)", b"int y1;", b"#pragma weak anything", b"-DF=regcomp",
        b"__attribute__((weak)) void f(void);", b"#include <x.h>\nsignbit(1.0)",
    ],
)  # fmt: skip
def test_may_have_something_of_it(text: bytes) -> None:
    assert not LINK.takes(text)


@pytest.mark.parametrize(
    ("flags", "takes"),
    [((), True), (("-w", "-O2"), True), (("-lm",), False), (("-O2", "-lncurses"), False), (("-DF=sqrt",), False)],
)
def test_flags(flags: tuple[str, ...], takes: bool) -> None:
    assert LINK.takes_flags(flags) is takes


def test_there_is_none(tmp_path: Path) -> None:
    assert LeanLink.found(tmp_path) is None
    (tmp_path / "lean").mkdir()
    (tmp_path / "lean" / "left_out").write_text("16381 500\nsqrt\nregcomp\n")
    assert LeanLink.found(tmp_path) is None
    (tmp_path / "lean" / "program").write_bytes(b"not one")
    (tmp_path / "lean" / "made_of").write_text(
        subprocess.check_output(["stat", "-Lc", "%s %Y %n", __file__], text=True)
    )
    assert LeanLink.found(tmp_path) is None
    (tmp_path / "lean" / "program").write_bytes(_compiled(tmp_path))
    found = LeanLink.found(tmp_path)
    assert found is not None
    assert (found.buckets, found.most_names) == (16381, 500)
    assert found.words[-1] == "-Wl,--hash-size=16381"
    (tmp_path / "lean" / "made_of").write_text(f"1 1 {__file__}\n")
    assert LeanLink.found(tmp_path) is None  # the library was updated
    assert found.left_out == {b"sqrt", b"regcomp"}


def test_what_makes_the_library_says_what_is_wrong(tmp_path: Path) -> None:
    subprocess.run(["gcc", "-Wall", "-Wextra", "-Werror", "-o", tmp_path / "made", FEWER_NAMES], check=True)
    libc = _library("libc.so.6")
    (tmp_path / "short").write_bytes(Path(libc).read_bytes()[:40])
    (tmp_path / "text").write_text("INPUT(libc.so.6)\n" * 20)
    for library in ("short", "text", "missing"):
        for words in ([tmp_path / library, libc], [libc, tmp_path / library]):
            done = subprocess.run([tmp_path / "made", *words, tmp_path / "copy"], capture_output=True, text=True)
            assert done.returncode == 1
            assert done.stderr == f"{tmp_path / library}: not a library that can be copied\n"
            assert not (tmp_path / "copy").exists()


def test_a_variable_with_two_names_is_left_out_by_both(tmp_path: Path) -> None:
    """Who has a copy of it in the program has to have it under all of its names."""
    subprocess.run(["gcc", "-o", tmp_path / "made", FEWER_NAMES], check=True)
    words = [tmp_path / "made", _library("libc.so.6"), _library("libm.so.6"), tmp_path / "copy"]
    left_out = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    assert {"environ", "__environ", "regcomp", "sqrt"} <= set(left_out)
    assert not {"puts", "stdout", "optind", "__libc_start_main", "qsort"} & set(left_out)
    kept = subprocess.run(["nm", "-D", tmp_path / "copy"], capture_output=True, text=True, check=True).stdout
    assert " puts@@" in kept
    assert " environ@@" not in kept
