"""What C and C++ have in common where the compiler and the linker are GNU's: how they are made quick.

A program that is compiled quickly is the same byte for byte. Where that is not sure no quick compile is made, and where
one does not succeed a plain one follows: see `CompiledVerifier`.
"""

from importlib import resources

from halo_forge.verifiers.lean import LEAN, LEFT_OUT, MADE_OF, PROGRAM
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

_PLACE = "linking/"
_PREPARE = """\
fail='echo "$0" >&2; exit 1'  # a function that ends all would need braces, which are marks here
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
"$compiler" -o plain "$source" -lm && "$compiler" -fno-use-linker-plugin "-B$PWD/linking/" -o quick "$source" -lm &&
    [ "$(cksum <plain)" = "$(cksum <quick)" ] || exec sh -c "$fail" 'it links in another way'
"""
# What is called "plain" here came of fewer_names.c. Where anything is not as usual there is no lean link.
_PREPARE_LEAN = f"""{_PREPARE}
library() ( sed -n 's/.*GROUP *( *\\([^ ]*\\).*/\\1/p' "linking/$1.so"; )
lean=linking/{LEAN}
mkdir $lean && ln -s "$ld" $lean/collect2 && cp linking/*.so $lean &&
    echo '/* GNU ld script: nothing */' >$lean/libm.so &&
    ./plain "$(library libc)" "$(library libm)" $lean/libc.so.6 >$lean/{LEFT_OUT} &&
    read buckets _ <$lean/{LEFT_OUT} &&
    stat -Lc '%s %Y %n' "$(library libc)" "$(library libm)" "$ld" >$lean/{MADE_OF} &&
    sed "s|$(library libc)|-l:libc.so.6|" linking/libc.so >$lean/libc.so &&
    "$compiler" -fno-use-linker-plugin "-B$PWD/$lean/" -Wl,--hash-size=$buckets -o $lean/{PROGRAM} "$source" -lm &&
    [ "$(cksum <plain)" = "$(cksum <$lean/{PROGRAM})" ] || rm -rf $lean
"""


def linking(compiler: str, source: str, *without: str) -> Warm:
    """A directory in which the compiler looks first for what it links with.

    It has the usual libraries without others that are only there in case they are needed: for each of those the linker
    copies all symbols that it has so far, so as to be able to take the library back. Hardly any program needs one, and
    for one that does a symbol is missing. And it has the linker itself in place of the program that calls it, which has
    more to do for old systems and link-time optimisation alone.

    Args:
        source: a program, which has to become the same both ways.
        without: libraries that are left out as a whole.
    """
    return Warm(source, compile=("/bin/sh", "-c", _PREPARE, compiler, "{source}", *without), product=_PLACE)


def lean_linking(compiler: str, *without: str) -> Warm:
    """The same for a compiler of C, and below it, where that can be had, what `LeanLink` needs."""
    source = resources.files(__package__).joinpath("fewer_names.c").read_text("utf-8")
    return Warm(source, compile=("/bin/sh", "-c", _PREPARE_LEAN, compiler, "{source}", *without), product=_PLACE)
