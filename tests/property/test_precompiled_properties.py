"""With and without precompiled headers: the same verdicts, the same complaints, and the same program byte for byte."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halo_forge.sandbox.base import Sandbox
from halo_forge.types import Case, Language, Problem
from halo_forge.verifiers.includes import is_about, leading_includes
from precompiled import BLOCKS, Side, made_of, name_in_bucket_of, sides, sources

WARNINGS = ("-Wall", "-Wextra", "-O1")


@pytest.mark.parametrize(
    ("language", "flags", "count"),
    [
        (Language.CPP, None, 24),
        (Language.C, None, 16),
        (Language.C, WARNINGS, 12),
        (Language.C, ("-Ofast",), 8),
        pytest.param(Language.CPP, None, 2000, marks=pytest.mark.nightly),
        pytest.param(Language.C, None, 2000, marks=pytest.mark.nightly),
        pytest.param(Language.CPP, WARNINGS, 500, marks=pytest.mark.nightly),
        pytest.param(Language.C, WARNINGS, 500, marks=pytest.mark.nightly),
    ],
)
@pytest.mark.timeout(7200)
def test_nothing_changes(language: Language, flags: tuple[str, ...] | None, count: int, sandbox: Sandbox) -> None:
    quick, plain = sides(sandbox, language, flags)
    make_blocks(quick, language)
    problem = Problem("p", "", language, cases=(Case("20 22\n", "42\n"),))
    for number, source in enumerate(itertools.islice(sources(language, seed=count), count)):
        found, wanted = quick.judged(problem, source), plain.judged(problem, source)
        if found != wanted and plain.judged(problem, source) != wanted:
            continue  # it is undefined, and differs from itself
        assert found == wanted, f"source {number}:\n{source}"
    assert quick.seen.with_block > count / 3  # else nothing was compared
    assert plain.seen.with_block == 0


@pytest.mark.parametrize("language", [Language.C, Language.CPP])
@pytest.mark.parametrize(("needs", "compiles"), [("printf", 1), ("__tls_get_addr", 2)])
def test_only_what_needs_a_rare_library_is_linked_twice(
    needs: str, compiles: int, language: Language, sandbox: Sandbox
) -> None:
    quick, _ = sides(sandbox, language)
    before = quick.seen.compiles
    external = "extern" if language is Language.C else 'extern "C"'
    source = f"{external} int {needs}(const char *, ...);\nint main() {{ return {needs}(0) < 0; }}\n"
    verdict, program = quick.judged(Problem("p", "", language), source)
    assert verdict.passed
    assert program
    assert quick.seen.compiles == before + compiles
    if compiles == 1:
        (place,) = (Path(word.removeprefix("-B")) for word in quick.seen.argv if word.startswith("-B"))
        assert b"AS_NEEDED" not in (place / "libc.so").read_bytes()
        assert (place / "collect2").resolve() == Path(shutil.which("ld") or "").resolve()


@pytest.mark.parametrize(
    ("declared", "compiles", "is_lean"),
    [
        ("", 1, True),
        ("int regcomp(int x) { return x; }", 1, False),  # the library has it, and it was left out
        ("int index(int x) { return x; }", 1, True),  # the library has it, also that with fewer names
        ("double y1;", 1, False),
        ("int in_one_bucket;", 2, False),
        ("int unknown(void) __attribute__((weak));", 1, False),
    ],
)
def test_c_is_linked_with_fewer_names_where_that_is_sure(
    declared: str, compiles: int, is_lean: bool, sandbox: Sandbox
) -> None:
    quick, plain = sides(sandbox, Language.C)
    before = quick.seen.compiles
    blocks = quick.verifier.blocks(Language.C)
    assert blocks is not None
    assert blocks.lean is not None
    declared = declared.replace("in_one_bucket", name_in_bucket_of(b"main", blocks.lean.buckets))
    source = f'#include <stdio.h>\n{declared}\nint main(void) {{ puts("42"); return 0; }}\n'
    problem = Problem("p", "", Language.C, cases=(Case("", "42\n"),))
    verdict, program = quick.judged(problem, source)
    assert quick.seen.compiles == before + compiles
    assert any("--hash-size" in word for word in quick.seen.argv) is is_lean
    assert verdict.passed
    assert (verdict, program) == plain.judged(problem, source)


def make_blocks(quick: Side, language: Language) -> None:
    """Have each block made."""
    blocks = quick.verifier.blocks(language)
    assert blocks is not None
    for names in BLOCKS[language]:
        assert made_of(blocks, b"".join(b"#include <%b>\n" % name.encode() for name in names)) is not None


@given(st.binary())
def test_any_bytes_have_a_block(source: bytes) -> None:
    found = leading_includes(source)
    assert leading_includes(found) == found
    assert leading_includes(b"// \n\n/* \n */" + source) in (found, b"")


@given(st.lists(st.sampled_from(("#include <a>", "#include <b/c.h>", "// d", "/* e */", "", "int x;", "\\"))))
def test_a_block_ends_at_the_first_other_thing(lines: list[str]) -> None:
    before = list(itertools.takewhile(lambda line: line not in ("int x;", "\\"), lines))
    expected = "".join(f"{line}\n" for line in before if line.startswith("#"))
    assert leading_includes("\n".join(lines).encode()) == expected.encode()


@given(st.binary())
def test_any_bytes_may_be_a_complaint(words: bytes) -> None:
    assert not is_about("main.c", words + b"\n/usr/include/stdio.h:1:1: note: declared here\n")
