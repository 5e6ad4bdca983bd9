"""What C and C++ have in common where the compiler and the linker are GNU's: how they are made quick.

A program that is compiled quickly is the same byte for byte. Where that is not sure no quick compile is made, and where
one does not succeed a plain one follows: see `CompiledVerifier`.
"""

import re

from halo_forge.verifiers.warm import Warm

# Of the C library (those without it take no notice): fewer and larger pages, which a linker asks for by the thousand,
# and 8 MiB at once rather than 128 KiB.
LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1", "MALLOC_TOP_PAD_": str(8 << 20)}
# What is known to be the same when compiled quickly. Before C99, // was no comment; -g writes down all other flags.
# -lmcheck notes the name that a program was first written under.
KNOWN_FLAGS = (
    r"-w|-W(?![apl],)[\w=+-]*|-O\w*|-pedantic(-errors)?|-pthread|-D\w+(=.*)?|-U\w+|-l(?!gcc|mcheck)\w+"
    r"|-m(arch|tune)=[\w-]+"
)
# The linker's plugin is for link-time optimisation, and takes time to load.
QUICK_LINK = ("-fno-use-linker-plugin", "-B{warm}/")
LEAN_LINK = ("-fno-use-linker-plugin", "-B{warm}/lean/")  # where no function of the mathematical library is used

_PLACE = "linking/"
# The functions of the mathematical library that a source may name. One that is not seen is found to be missing, or is
# one of those that the C library has too.
_FUNCTIONS = b"""
    acos acosh asin asinh atan atan2 atanh cabs cacos cacosh canonicalize carg casin casinh catan catanh cbrt ccos ccosh
    ceil cexp cimag clog clog10 conj copysign cos cosh cpow cproj creal csin csinh csqrt ctan ctanh drem erf erfc exp
    exp10 exp2 expm1 fabs fdim feclearexcept fedisableexcept feenableexcept fegetenv fegetexcept fegetexceptflag
    fegetmode fegetround feholdexcept feraiseexcept fesetenv fesetexcept fesetexceptflag fesetmode fesetround
    fetestexcept fetestexceptflag feupdateenv finite floor fma fmax fmaxmag fmin fminmag fmod fpclassify frexp fromfp
    fromfpx gamma getpayload hypot ilogb isfinite isinf isnan isnormal issignaling j0 j1 jn ldexp lgamma llogb llrint
    llround log log10 log1p log2 logb lrint lround matherr modf nan nearbyint nextafter nextdown nexttoward nextup pow
    pow10 remainder remquo rint round roundeven scalb scalbln scalbn setpayload setpayloadsig signbit signgam
    significand sin sincos sinh sqrt tan tanh tgamma totalorder totalordermag trunc ufromfp ufromfpx y0 y1 yn
""".split()
_TYPES = b"", b"f", b"l", b"f32", b"f32x", b"f64", b"f64x", b"f128"  # at the end of a function's name
_MATHEMATICAL = frozenset(name + kind for name in _FUNCTIONS for kind in _TYPES)
_WORD = re.compile(rb"[A-Za-z0-9]+")  # as in __builtin_sqrt
_UNSEEN = b"##", b"weak"  # what may name one without a word, or without need
_IN_BOTH = b"copysign", b"finite", b"frexp", b"ldexp", b"modf", b"scalbn", b"signbit"  # the C library has them too
_PREPARE = """\
fail='echo "$0" >&2; exit 1'  # a function would need braces, which are marks here
compiler=$0 source=$1; shift; umask 022
ld=$(command -v "$("$compiler" -print-prog-name=ld)")
"$compiler" -v 2>&1 | grep -q '^gcc version' || exec sh -c "$fail" 'it is not GNU C'
"$ld" --version | grep -q '^GNU ld ' || exec sh -c "$fail" 'its linker is not GNU ld'
case "$("$compiler" -print-sysroot)$("$ld" --print-sysroot)" in
    '' | / | //) ;;
    *) exec sh -c "$fail" 'it has a system of its own' ;;
esac
mkdir linking
for name in libc.so libm.so; do
    found=$("$compiler" -print-file-name=$name)
    grep -q '^/[*] GNU ld script' "$found" || continue
    sed -E 's/AS_NEEDED *[(][^)]*[)]//g' "$found" >linking/$name
done
for name; do echo '/* GNU ld script: nothing */' >linking/$name.so; done
ln -s "$ld" linking/collect2
mkdir linking/lean
ln -s "$ld" linking/lean/collect2
for script in linking/*.so; do cp "$script" linking/lean; done
"$compiler" -o plain "$source" -lm && "$compiler" -fno-use-linker-plugin "-B$PWD/linking/" -o quick "$source" -lm &&
    [ "$(cksum <plain)" = "$(cksum <quick)" ] || exec sh -c "$fail" 'it links in another way'
# Not every compiler has libraries left out that are not needed.
echo '/* GNU ld script: nothing */' >linking/lean/libm.so
"$compiler" -fno-use-linker-plugin "-B$PWD/linking/lean/" -o quick "$source" -lm &&
    [ "$(cksum <plain)" = "$(cksum <quick)" ] || cp linking/libm.so linking/lean || rm linking/lean/libm.so
"""


def linking(compiler: str, source: str, *without: str) -> Warm:
    """A directory in which the compiler looks first for what it links with.

    It has the usual libraries without others that are only there in case they are needed: for each of those the linker
    copies all symbols that it has so far, so as to be able to take the library back. Hardly any program needs one, and
    for one that does a symbol is missing. And it has the linker itself in place of the program that calls it, which has
    more to do for old systems and link-time optimisation alone. Below it is another one, which has no mathematical
    library where that makes no difference to a program that does not need it.

    Args:
        source: a program, which has to become the same both ways.
        without: libraries that are left out as a whole.
    """
    return Warm(source, compile=("/bin/sh", "-c", _PREPARE, compiler, "{source}", *without), product=_PLACE)


def is_lean(text: bytes) -> bool:
    """Whether a source, or a compiler's flag, names nothing of the mathematical library as far as one can see."""
    return _MATHEMATICAL.isdisjoint(_WORD.findall(text)) and not any(sign in text for sign in _UNSEEN)


def is_lean_product(program: bytes) -> bool:
    """Whether a program that was linked without the mathematical library has no name that could be from there."""
    return not any(name in program for name in _IN_BOTH)
