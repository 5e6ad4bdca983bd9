"""What C and C++ have in common where the compiler and the linker are GNU's: how they are made quick.

All of it changes nothing but the time. What could is left to the compile that is made where a quick one does not
succeed: see `CompiledVerifier`.
"""

from halo_forge.verifiers.warm import Warm

# Of the C library (those without it take no notice): fewer and larger pages, which a linker asks for by the thousand,
# and 8 MiB at once rather than 128 KiB.
LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1", "MALLOC_TOP_PAD_": str(8 << 20)}
# What is known to be the same when compiled quickly. Before C99, // was no comment.
KNOWN_FLAGS = (
    r"-w|-W(?![apl],)[\w=+-]*|-O\w*|-g[0-3]?|-pedantic(-errors)?|-pthread|-D\w+(=.*)?|-U\w+|-l\w+|-m(arch|tune)=[\w-]+"
)
# The linker's plugin is for link-time optimisation, and takes time to load.
QUICK_LINK = ("-fno-use-linker-plugin", "-B{warm}/")

_PLACE = "linking/"
_PREPARE = f"""\
compiler=$0; mkdir {_PLACE}
for name in libc.so libm.so; do
    found=$("$compiler" -print-file-name=$name)
    grep -q "^/[*] GNU ld script" "$found" || continue
    sed -E "s/AS_NEEDED *[(][^)]*[)]//g" "$found" >{_PLACE}$name
done
for name; do echo "/* GNU ld script: nothing */" >{_PLACE}$name.so; done
ln -s "$(command -v "$("$compiler" -print-prog-name=ld)")" {_PLACE}collect2
"""


def linking(compiler: str, *without: str) -> Warm:
    """A directory in which the compiler looks first for what it links with.

    It has the usual libraries without others that are only there in case they are needed: for each of those the linker
    copies all symbols that it has so far, so as to be able to take the library back. Hardly any program needs one, and
    one that does finds a symbol missing. And it has the linker itself in place of the program that calls it, which has
    more to do for old systems and link-time optimisation alone.

    Args:
        without: libraries that are left out as a whole.
    """
    return Warm(source="", compile=("/bin/sh", "-c", _PREPARE, compiler, *without), product=_PLACE)
