"""Which includes a source begins with, when a block may be used, and the cache of blocks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from halo_forge.errors import Cancelled
from halo_forge.sandbox.base import Command, ResourceLimits
from halo_forge.types import Execution
from halo_forge.verifiers import blocks as blocks_module
from halo_forge.verifiers.blocks import KIND, Blocks, keep_within
from halo_forge.verifiers.headers import Headers, Making, changes_nothing, is_whole
from halo_forge.verifiers.includes import is_about, leading_includes
from halo_forge.verifiers.languages.c import GCC
from halo_forge.verifiers.precompiling import speaks_to_linker

LIMITS = ResourceLimits(cpu_s=1, memory_mb=64, output_bytes=1024, file_mb=1, tmp_mb=1, processes=8)
EXPANDED = b"#define A 1\n#define __need___va_list\nint a;\nhalo_forge_second_time 0\nhalo_forge_end 1\n"
BLOCK = b"#include <a>\n"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("#include <a>\n#include <b.h>\nint x;\n#include <c>\n", ["a", "b.h"]),
        ("// why?\n\n/* two\nlines */\n  #  include  <sys/types.h>  // for x\r\n#include<a>", ["sys/types.h", "a"]),
        ("#include <a> /* it */ // this\n#include <b> /* on\n */\n", ["a"]),
        ("#define X\n#include <a>\n", []),
        ("#include <a>\n#pragma once\n#include <b>\n", ["a"]),
        ("#include <a>\n#if 1\n#include <b>\n", ["a"]),
        ('#include <a>\n#include "b"\n#include <c>\n', ["a"]),
        ("#include <a> x\n", []),
        ("#include <a>, <b>\n", []),
        ("// on \\\n#include <a>\n", []),
        ("// on ??/\n#include <a>\n", []),
        ("// ok ???\n#include <a>\n", ["a"]),
        ("/* *\\\n/ */\n#include <a>\n", []),
        ("/* open\n#include <a>\n", []),
        ("/* a */ #include <a>\n", []),
        ("#include \\\n<a>\n", []),
        ("%:include <a>\n", []),
        ("#include </etc/passwd>\n", []),
        ("#include <../a>\n", []),
        ("#include <a\n>", []),
        ("\ufeff#include <a>\n", []),
        ("#include <a>\r#include <b>\n", []),
        ("// \0\n#include <a>\n", []),
        ("import a;\n#include <a>\n", []),
    ],
)
def test_leading_includes(source: str, names: list[str]) -> None:
    assert leading_includes(source.encode()) == "".join(f"#include <{name}>\n" for name in names).encode()


@pytest.mark.parametrize("source", [b"/*" * 500_000, b"// ?" * 500_000, b"#include <" * 200_000, b"\n" * 2_000_000])
def test_leading_includes_take_linear_time(source: bytes) -> None:
    assert leading_includes(source) == b""


@pytest.mark.parametrize(
    ("complaint", "about"),
    [
        ("main.cpp: In function ‘int main()’:\nmain.cpp:3:5: error: no\n    3 |     no\n      |     ^~\n", True),
        ("main.cpp:3:1: note: did you\n    2 | #include <a>\n  +++ |+#include <b>\n    3 | int\n", False),
        ("main.cpp:1:10: fatal error: a: No such file or directory\ncompilation terminated.\n", True),
        ("In file included from main.cpp:1:\n/usr/include/a:1:1: error: no\n", False),
        ("main.cpp:3:5: error: no\n/usr/include/c++/12/ostream:1:1: note: candidate\n", False),
        ("main.cpp:3:5: error: no\ncc1plus: all warnings being treated as errors\n", False),
        ("/usr/bin/ld: /tmp/ccx.o: undefined reference to `f()'\ncollect2: error: ld returned 1\n", False),
        ("g++: fatal error: Killed signal terminated program cc1plus\ncompilation terminated.\n", False),
        ("", False),
    ],
)
def test_a_complaint_about_the_source_alone(complaint: str, about: bool) -> None:
    assert is_about("main.cpp", complaint.encode()) is about


@pytest.mark.parametrize(
    ("second", "nothing"),
    [
        (b"", True),
        (b"   \n#undef A\n#define A 1\n#undef NEVER\n", True),
        (b"#undef A\n", False),
        (b"#undef __need___va_list\n", True),
        (b"#define A 2\n", False),
        (b"#define B\n", False),
        (b"int b;\n", False),
        (b"#pragma pack(1)\n", False),
    ],
)
def test_what_a_second_time_may_leave(second: bytes, nothing: bool) -> None:
    assert changes_nothing(EXPANDED.replace(b"halo_forge_end", second + b"halo_forge_end")) is nothing


def test_a_header_that_counts_makes_a_difference() -> None:
    assert not changes_nothing(EXPANDED.replace(b"time 0", b"time 1").replace(b"end 1", b"end 2"))
    assert not changes_nothing(EXPANDED.replace(b"end 1", b"end 2"))


class TestBlocks:
    """The cache."""

    @pytest.fixture(autouse=True)
    def _cache(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        (tmp_path / "header").write_text("int a;")
        self.header = tmp_path / "header"
        self.calls: list[Command] = []

    def _run(self, command: Command) -> Execution:
        self.calls.append(command)
        if "-E" in command.argv:
            rule = f"twice.h: twice.h \\\n {self.header}\n".encode()
            return Execution(0, None, rule, b"", 0.0, 0.0, result=EXPANDED)
        return Execution(0, None, b"", b"", 0.0, 0.0, result=b"gpch and more")

    def _blocks(
        self, run: Callable[[Command], Execution] | None = None, identity: str = "12.1", eager: int = 8, after: int = 3
    ) -> Blocks:
        making = Making(Command(argv=("compiler",), limits=LIMITS), ("cc", "-E"), ("cc",), run or self._run)
        return Blocks(making, identity, "cc", (), (), Headers("", (), (), eager=eager, after=after))

    def test_made_when_first_needed_then_from_the_cache(self) -> None:
        blocks = self._blocks()
        place = _look(blocks)
        assert place is not None
        assert _look(blocks) == place
        assert (place / "block.h").read_bytes() == BLOCK
        assert place.stat().st_mode & 0o777 == 0o755
        assert _look(self._blocks()) == place  # of another run
        assert len(self.calls) == 2

    def test_another_compiler_makes_its_own(self) -> None:
        first = _made(self._blocks())
        assert _made(self._blocks(identity="13.1")) != first

    @pytest.mark.parametrize("damage", ["truncated", "no notes", "header changed", "header gone"])
    def test_what_is_not_as_it_was_is_made_again(self, damage: str) -> None:
        place = _made(self._blocks())
        if damage == "truncated":
            (place / "block.h.gch").write_bytes(b"gpch")
        elif damage == "no notes":
            (place / "read.json").write_text("{")
        elif damage == "header changed":
            self.header.write_text("int a, b;")
        else:
            self.header.rename(self.header.with_name("elsewhere"))
        assert not is_whole(place)
        if damage == "header gone":
            assert _look(self._blocks()) is None
            self.header.write_text("int a;")
        assert is_whole(_made(self._blocks()))

    @pytest.mark.parametrize(
        "answer",
        [
            Execution(1, None, b"", b"twice.h:1:10: fatal error: a: No such file\n", 0.0, 0.0),
            Execution(0, None, b"", b"", 0.0, 0.0, result=EXPANDED.replace(b"end 1", b"end 2")),
            Execution(0, None, b"twice.h: /a\\ b\n", b"", 0.0, 0.0, result=EXPANDED),
            Execution(0, None, b"", b"", 0.0, 0.0, result=b""),
        ],
    )
    def test_what_can_not_be_made_is_tried_once(self, answer: Execution) -> None:
        blocks = self._blocks(lambda command: self.calls.append(command) or answer)
        for _ in range(5):
            assert _look(blocks) is None
        assert len(self.calls) == 1
        assert not any((blocks_module.place_of(KIND, 0).parent).iterdir())

    def test_no_room_is_no_fault(self, tmp_path: Path) -> None:
        (tmp_path / "cache").write_text("a file in the way")
        blocks = self._blocks()
        assert _look(blocks) is None
        assert _look(blocks) is None

    def test_a_run_that_is_stopped_makes_no_more(self) -> None:
        def run(command: Command) -> Execution:
            raise Cancelled("stopped")

        with pytest.raises(Cancelled):
            _look(self._blocks(run))

    def test_after_the_first_few_only_what_comes_again(self) -> None:
        blocks = self._blocks()
        for _ in range(2):
            made = [number for number in range(20) if _look(blocks, b"#include <a%d>\n" % number)]
            assert made == list(range(8))
        assert _look(blocks, b"#include <a19>\n") is not None  # the third time

    def test_where_making_takes_long_only_what_comes_often(self) -> None:
        blocks = self._blocks(eager=0, after=30)
        assert [_look(blocks) is not None for _ in range(31)] == [False] * 29 + [True] * 2
        assert GCC.headers is not None
        assert (GCC.headers.eager, GCC.headers.after) == (0, 30)

    def test_nobody_else_waits_for_what_is_being_made(self) -> None:
        begun, go_on = threading.Event(), threading.Event()

        def run(command: Command) -> Execution:
            begun.set()
            go_on.wait()
            return self._run(command)

        blocks = self._blocks(run)
        with ThreadPoolExecutor(1) as pool:
            making = pool.submit(_look, blocks)
            begun.wait()
            assert _look(blocks) is None
            go_on.set()
            assert making.result() is not None
        assert _look(blocks) == making.result()

    def test_the_oldest_goes_first_but_never_what_is_lent(self) -> None:
        blocks = self._blocks()
        names = [b"#include <a%d>\n" % number for number in range(4)]
        places = [_made(blocks, name) for name in names]
        for age, place in enumerate(reversed(places)):
            os.utime(place, (1_000_000 - age, 1_000_000 - age))
        size = sum(file.stat().st_size for file in places[0].iterdir())
        with blocks.lent(names[0]) as held:
            os.utime(places[0], (1, 1))
            keep_within(2 * size, places[3])
            assert held == places[0]
            assert [place.exists() for place in places] == [True, False, False, True]
        keep_within(size, places[3])
        assert [place.exists() for place in places] == [False, False, False, True]

    def test_what_was_left_half_made_is_swept_up(self) -> None:
        place = _made(self._blocks())
        old, new = place.with_name("making-old"), place.with_name("making-new")
        old.mkdir()
        new.mkdir()
        long_ago = time.time() - 3 * 24 * 3600
        os.utime(old, (long_ago, long_ago))
        keep_within(1 << 30, place)
        assert (old.exists(), new.exists(), place.exists()) == (False, True, True)

    def test_another_process_keeps_what_it_uses(self) -> None:
        place = _made(self._blocks())
        holder = subprocess.Popen(
            [sys.executable, "-c", "import fcntl, os, sys; d = os.open(sys.argv[1], os.O_RDONLY); "
             "fcntl.flock(d, fcntl.LOCK_SH); print(flush=True); sys.stdin.read()", place],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        with holder:
            assert holder.stdout is not None
            assert holder.stdin is not None
            holder.stdout.readline()
            newest = _made(self._blocks(), b"#include <b>\n")
            keep_within(0, newest)
            assert place.exists()
            assert _look(self._blocks()) == place  # two may use it
            holder.stdin.close()
        keep_within(0, newest)
        assert not place.exists()

    def test_two_processes_make_the_same_one(self) -> None:
        slow = threading.Barrier(2)

        def run(command: Command) -> Execution:
            slow.wait()
            return self._run(command)

        with ThreadPoolExecutor(2) as pool:
            first, second = pool.map(_look, [self._blocks(run), self._blocks(run)])
        assert first == second
        assert first is not None
        assert is_whole(first)
        assert [path.name for path in first.parent.iterdir()] == [first.name]
        assert json.loads((first / "read.json").read_text())["size"] == len(b"gpch and more")


def _look(blocks: Blocks, block: bytes = BLOCK) -> Path | None:
    with blocks.lent(block) as place:
        return place


def _made(blocks: Blocks, block: bytes = BLOCK) -> Path:
    place = _look(blocks, block)
    assert place is not None
    return place


@pytest.mark.parametrize(
    "text",
    [
        b'__asm__(".globl x");', b'__attribute__((section("x"))) int y;', b"__section__", b"#define A(x) x##m",
        b"__CONCAT(as, m)", b"a\\\nsm", b"a\\\n\\ \nsm", b"a\\\0\nsm", b"a?" b"?/\r\nsm", b"%:%:",
        b"-DX=__asm__", b".gnu.warning.x",
    ],
)  # fmt: skip
def test_what_may_speak_to_the_linker(text: bytes) -> None:
    assert speaks_to_linker(text)


@pytest.mark.parametrize(
    "text", [b"int intersection; // sections", b"#define A \\\n  1\n", b"// # heading", b"-DX=1", b""]
)
def test_what_does_not(text: bytes) -> None:
    assert not speaks_to_linker(text)
