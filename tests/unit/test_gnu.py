"""Which sources are linked without the mathematical library."""

from __future__ import annotations

import subprocess

import pytest

from halo_forge.verifiers.languages.gnu import is_lean, is_lean_product


@pytest.mark.parametrize(
    "text",
    [
        b"int main(void) { return 0; }",
        b'#include <math.h>\nint main(void) { puts("expression, instance, powder, login"); }',
        b"-O2",
        b"-DNAME=1",
        b"",
    ],
)
def test_names_nothing_of_it(text: bytes) -> None:
    assert is_lean(text)


@pytest.mark.parametrize(
    "text",
    [
        b"x = sqrt(2);", b"x = sqrtf(2);", b"x = sqrtl(2);", b"x = sqrtf32x(2);", b"x=__builtin_sqrt(2)",
        b"lgamma_r(x, &s)", b"int y1;", b"fesetround(FE_UPWARD)", b"isnan(x)", b"#define CALL(f) f##rt",
        b"#pragma weak anything", b"__attribute__((weak)) void f(void);", b"-DF=sin", b"#include <x.h>\nsignbit(1.0)",
    ],
)  # fmt: skip
def test_may_name_something_of_it(text: bytes) -> None:
    assert not is_lean(text)


def test_what_the_c_library_has_too_is_seen_in_the_program() -> None:
    both = _exported("libm.so.6") & _exported("libc.so.6")
    assert b"frexp" in both
    for name in both:
        assert not (is_lean(b"x = %s(y);" % name) and is_lean_product(b"\0puts\0%s\0" % name)), name
    assert is_lean_product(b"\0puts\0printf\0")


def _exported(library: str) -> set[bytes]:
    """The names that a library of this machine has for programs."""
    found = subprocess.run(["gcc", f"-print-file-name={library}"], capture_output=True, text=True, check=True)
    listed = subprocess.run(["nm", "-D", "--defined-only", found.stdout.strip()], capture_output=True, check=True)
    names = {line.split()[-1].partition(b"@")[0] for line in listed.stdout.splitlines()}
    return {name for name in names if not name.startswith(b"GLIBC")}
