"""C and C++ sources, and two verifiers that have to agree about them: one precompiles headers, one never does."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from halo_forge.benchmark import judge
from halo_forge.sandbox.base import Command, Sandbox, Tier
from halo_forge.types import Execution, Language, Limits, Problem, Sample, SampleForm, Verdict
from halo_forge.verifiers.base import Workshop
from halo_forge.verifiers.blocks import Blocks
from halo_forge.verifiers.compiled import CompiledVerifier
from halo_forge.verifiers.lean import hash_of
from halo_forge.verifiers.registry import TOOLCHAINS

BLOCKS = {
    Language.CPP: (
        ("iostream",),
        ("iostream", "vector", "string", "algorithm"),
        ("cstdio", "cassert", "map"),
        ("assert.h", "cassert", "iostream", "assert.h", "complex.h", "math.h"),
        ("immintrin.h", "iostream"),
        ("assert.h", "bits/stdc++.h"),
        ("bits/stdc++.h",),
    ),
    Language.C: (
        ("stdio.h",),
        ("stdio.h", "stdlib.h", "string.h"),
        ("assert.h", "stdio.h", "math.h", "stdbool.h", "stddef.h", "limits.h", "assert.h", "tgmath.h", "complex.h"),
    ),
}
_BODIES = {
    Language.CPP: (
        'int main() { std::cout << "hello " << 6 * 7 << "\\n"; }',
        "int main() {\n    int a, b;\n    std::cin >> a >> b;\n    std::cout << a + b << std::endl;\n    return 0;\n}",
        "using namespace std;\nint main() {\n    vector<int> v{3, 1, 2};\n    sort(v.begin(), v.end());\n"
        "    for (int x : v) cout << x << ' ';\n    cout << v.size() << '\\n';\n}",
        "struct P { int x; };\nint main() {\n    P p{1};\n    std::cout << p << '\\n';\n}",
        'int main() {\n    std::map<std::string, int> m;\n    m["a"] = 1;\n    for (auto& [k, v] : m)'
        ' printf("%s %d\\n", k.c_str(), v);\n    assert(m.size() == 1);\n}',
        "template <class T> T twice(T x) { return x + x; }\nint missing();\n"
        "int main() { std::cout << twice(21) << twice(std::string(\"a\")) << '\\n'; return missing(); }",
        "int main() { int unused; char b[20]; std::cout << __LINE__ << __FILE__ << __COUNTER__ << '\\n'; tmpnam(b); }",
        'int main() { try { throw 42; } catch (int n) { std::cout << n << "\\n"; } }',
        'thread_local int kept = 42;\nint main() { std::cout << kept << "\\n"; }',
    ),
    Language.C: (
        'int main(void) { printf("%d\\n", 6 * 7); return 0; }',
        'int main(void) {\n    int a, b;\n    if (scanf("%d %d", &a, &b) != 2) return 1;\n'
        '    printf("%d\\n", a + b);\n}',
        'int main(void) {\n    char *s = malloc(9);\n    strcpy(s, "text");\n    puts(s);\n    free(s);\n}',
        "int main(void) { int k = 1; int add(int x) { return x + k; } int (*f)(int) = add;"
        ' printf("%d\\n", f(__LINE__)); }',
        'static int a[4];\nint main(void) { assert(sizeof a > 1); printf("%.3f %d\\n", sqrt(2.0), a[1]); }',
        "int main(void) { struct s v; gets(0); bool b = missing(3); return undeclared + b; }",
        # What the libraries have that are only linked in case they are needed, and what two of them have.
        "double frexp(double, int *), pow(double, double);\nint main(void) {\n    volatile double x = 8;\n    int e;\n"
        '    double m = frexp(x, &e);\n    printf("%f %d %f\\n", m, e, pow(x, 0.5));\n}',
        "int count(void *c, void *n) { ++*(int *) n; return 0; }\nint _Unwind_Backtrace();\n"
        'int main(void) { int n = 0; _Unwind_Backtrace(count, &n); printf("%d\\n", n > 0 ? 42 : 0); }',
        "typedef double two __attribute__((vector_size(16)));\ntwo _ZGVbN2v_sin(two);\n"
        'int main(void) { two a = {0, 0}; a = _ZGVbN2v_sin(a); printf("%f\\n", a[0]); }',
        "extern void *__libc_stack_end, *unknown __attribute__((weak));\n"
        'int main(void) { printf("%d\\n", __libc_stack_end && !&unknown ? 42 : 0); }',
        '__thread int kept = 3;\n__int128 big = 7;\nint main(void) { printf("%d\\n", (int) (big * 18 / kept)); }',
        # What a library has that the program has too, and names that a linker may take in another order.
        "int regcomp(int x) { return x; }\nint index[3], y1 = 4;\n"
        'int main(void) { printf("%d\\n", regcomp(y1) + index[1]); }',
        'void _IO_puts(char *text) { printf("%s!\\n", text); }\n'
        'int main(void) { puts("mine?"); return fputs("or", stdout) < 0; }',
        "extern char **environ, *optarg;\n"
        'int main(void) { fputs("", stderr); printf("%d\\n", environ && !optarg ? 42 : 0); }',
        '__attribute__((__CONCAT(visi,bility)("hidden"),noinline)) int dsbwd(int x) { return x * 3; }\n'
        '__attribute__((visi\\\n\\\nbility("hidden"),noinline)) int pqeuet(int x) { return x * 5; }\n'
        "int main(int c, char **v) { return dsbwd(c) + pqeuet(c) > 100; }",
        '__attribute__((used,section(".gnu_debuglink"))) static void f(double*x){*x=__builtin_cexpi(*x);}\n'
        'int main(void) { puts("42"); }',
        "int __libc_start_main(void) { return 0; }\nint main(void) { return 0; }",
        "extern int optind, daylight, sys_nerr;\n"
        'int main(void) { printf("%d\\n", optind + daylight + sys_nerr); fprintf(stdout, "!"); }',
        "extern int optind;\nextern char *program_invocation_name;\n"
        'int main(void) { optind += *program_invocation_name; printf("%d\\n", optind); }',
        "double pow(double a, double b) { return 42; }\n"
        'int main(void) { volatile double x = 3; printf("%.0f\\n", pow(x, x)); }',
    ),
}
_ODD_LINES = (
    "#include <no_such_header>", '#include "quoted.h"', "#include <set>", "#define NDEBUG", "#define int long",
    "#define main other", "#pragma once", "#if 0", "#endif", "#ifdef _GLIBCXX_IOSTREAM", "#else", "#error stopped",
    "#warning careful", "// a comment?", "/* a comment\nof two lines */", "/* never closed", "// goes on \\",
    "// trigraph ??/", "#include <cassert> // again", "#include_next <stdio.h>", "# include <iostream> /* spaced */",
    "%:include <vector>", '#pragma GCC optimize("O3")', '#pragma message("main.cpp:1:1: error: not one")',
    "#undef assert", "#include <../include/stdio.h>", '#line 7 "main.cpp"',
    'static_assert(sizeof(int) == 3, "four");', "int main(", "}", "std::string s = 3;", "\ufeff", "\x00", "\r", "é",
    "#pragma GCC poison printf", '__attribute__((constructor)) static void early(void) { __builtin_puts("early"); }',
    "#define assert(x) 1", "#include <assert.h>", "int values[2] = {1, 2, 3};", "return;",
    "template <class T> struct X { T::y z; }; X<int> x;",
)  # fmt: skip
_TEMPORARY = re.compile(r"/tmp/cc\w{6}")


def name_in_bucket_of(name: bytes, buckets: int) -> str:
    """Another one that GNU ld keeps in the same bucket."""
    taken = hash_of(name) % buckets
    return next(f"f{number}" for number in itertools.count() if hash_of(b"f%d" % number) % buckets == taken)


def sources(language: Language, seed: int) -> Iterator[str]:
    """Endless: a block of includes, a body, and up to three mutations of the two."""
    draw = random.Random(seed)
    while True:
        names = draw.choice(BLOCKS[language])
        lines = [f"#include <{name}>" for name in names] + draw.choice(_BODIES[language]).split("\n")
        for _ in range(draw.choice((0, 1, 1, 2, 3))):
            _mutate(lines, draw)
        lines += [f"int f{draw.randrange(10**6)};" for _ in range(draw.choice((0, 0, 0, 40)))]
        text = draw.choice(("\n", "\n", "\n", "\r\n")).join(lines)
        yield text if draw.random() < 0.1 else text + "\n"


def _mutate(lines: list[str], draw: random.Random) -> None:
    at = draw.randrange(len(lines))
    way = draw.randrange(6)
    if way == 0:
        del lines[at]
        lines[:] = lines or [""]
    elif way == 1:
        lines.insert(at, draw.choice(_ODD_LINES))
    elif way == 2:
        lines.insert(at, draw.choice(("", "  ", "// what is this", "/* */")))
    elif way == 3 and lines[at]:
        cut = draw.randrange(len(lines[at]))
        lines[at] = lines[at][:cut] + draw.choice(("", ";", "x", "<", '"', "(", " ")) + lines[at][cut + 1 :]
    elif way == 4:
        lines.insert(draw.randrange(len(lines)), lines.pop(at))
    else:
        lines[at] = draw.choice(("   ", "\t", "/* a */ ")) + lines[at]


class Recording:
    """A sandbox that remembers the last compile and what it handed out, and how many there were."""

    def __init__(self, inner: Sandbox) -> None:
        self._inner = inner
        self.made = b""
        self.argv: tuple[str, ...] = ()
        self.compiles = 0
        self.with_block = 0

    tier = Tier.STRICT
    description = "recording"

    def run(self, command: Command) -> Execution:
        execution = self._inner.run(command)
        if command.wants_result and "-dD" not in command.argv and "block.h" not in command.argv:
            self.made = execution.result
            self.argv = command.argv
            self.compiles += 1
            self.with_block += "-include" in command.argv
        return execution

    def close(self) -> None:
        """The inner one is somebody else's."""


@dataclass(frozen=True)
class Side:
    """One of the two verifiers, with all that can be seen of what it does."""

    verifier: CompiledVerifier
    seen: Recording

    def judged(self, problem: Problem, source: str) -> tuple[Verdict, bytes]:
        """The verdict, without what differs from run to run, and the program."""
        self.seen.made = b""
        verdict = judge(self.verifier, problem, Sample(problem.id, 0, source, SampleForm.COMPLETION))
        detail = _TEMPORARY.sub("/tmp/cc", verdict.detail)
        return replace(verdict, detail=detail, cpu_s=None, wall_s=0.0), self.seen.made


def made_of(blocks: Blocks, block: bytes) -> Path | None:
    """The place of a block that was looked at until it had to be made; ``None`` if it can't be."""
    for _ in range(blocks.headers.after):
        with blocks.lent(block):
            pass
    with blocks.lent(block) as place:
        return place


def sides(sandbox: Sandbox, language: Language, flags: tuple[str, ...] | None = None) -> tuple[Side, Side]:
    """The one that precompiles, and the plain one."""
    made = []
    for headers in (True, False):
        seen = Recording(sandbox)
        specs = {
            s.language: s if headers else replace(s, headers=None) for s in TOOLCHAINS["gcc"] if s.language is language
        }
        verifier = CompiledVerifier("gcc", specs, Workshop(seen, Limits(), flags))
        verifier.prepare(frozenset({language}))
        made.append(Side(verifier, seen))
    return made[0], made[1]
