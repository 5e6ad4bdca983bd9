"""Which sources are linked without the mathematical library."""

from __future__ import annotations

import pytest

from halo_forge.verifiers.languages.gnu import is_lean


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
