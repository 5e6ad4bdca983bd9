"""What is sent into a sandbox so that Python can be judged there: our own programs, and pytest where it is asked for.

pytest comes from the environment that runs halo-forge. It travels as bytecode and is never a file inside, where
installed packages are hidden and a solution could change what it can write.
"""

from __future__ import annotations

import functools
import importlib.util
import marshal
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from pathlib import Path, PurePath

from halo_forge.sandbox.zygote.archive import ZYGOTE, ZYGOTE_PACKAGE, bytecode, zipped

_PACKAGE = "inside"
_MODULES = (
    "__init__", "assertions", "candidate", "channel", "counting", "entry", "failures", "framework", "judging",
    "packages", "peer", "privacy", "pytest_suite", "python_program", "ready", "record", "rehearsal", "remote",
    "serving", "source", "standins", "start", "suite", "syntax", "tester", "unittest_suite", "usual", "wire",
)  # fmt: skip
_PYTEST_PACKAGES = ("pytest", "_pytest", "py", "pluggy", "iniconfig", "packaging", "pygments")
# Most of pygments is about languages that no test file is in.
_LEXERS, _NEEDED_LEXERS = PurePath("pygments", "lexers"), ("__init__", "_mapping", "diff", "python")

ARCHIVE = "inside.zip"
BIND_NOW = "LD_BIND_NOW"
"""In the zygote's environment, so that not every fork has to look up the same symbols; forks do not see it."""
START = (
    f"import sys; sys.path.insert(0, '{ARCHIVE}'); from {_PACKAGE}.entry import entry; del sys.path[0]; "
    "words = sys.argv[1:]; del sys.argv[1:]; entry(words[0])(words)"
)
"""For ``python -c``, beside the `archive`; behind it come the words for `inside.entry`."""
START_ZYGOTE = (  # which leaves no other names than the one before
    "import sys; __import__('gc').disable(); "  # until all is there: what little is of no use any more may stay
    f"sys.path.insert(0, '{ARCHIVE}'); __import__('{_PACKAGE}.usual'); "
    "__import__('zygote.packing').packing.fill_holes(); "  # so that the modules of which forks use most lie together
    f"from {_PACKAGE}.entry import entry; __import__('{_PACKAGE}.candidate'); __import__('zygote.forking'); "
    f"__import__('{_PACKAGE}.ready').ready.be_ready('{BIND_NOW}'); del sys.path[0]; "
    "words = sys.modules['zygote.forking']"
    f".wait_for_job(int(sys.argv.pop()), sys.modules['{_PACKAGE}.rehearsal'].once); entry(words[0])(words)"
)
"""The same for the zygote; behind it comes the number of its control socket."""


@functools.cache
def archive() -> bytes:
    """The programs that run inside, as a zip file of bytecode for the Python that runs this."""
    return zipped(bytecode(f"{__package__}.{_PACKAGE}", _MODULES) | bytecode(ZYGOTE_PACKAGE, ZYGOTE))


@functools.cache
def pytest_packages() -> bytes:
    """pytest and what it needs, for `inside.packages`: path and bytecode by the module's name, marshalled.

    Raises:
        ModuleNotFoundError: it is not installed.
    """
    if importlib.util.find_spec("pytest") is None:
        raise ModuleNotFoundError("no module named 'pytest'", name="pytest")
    modules = {}
    for package in _PYTEST_PACKAGES:
        for path, place in _sources(package):
            name = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
            code = SourceFileLoader(name, str(place)).get_code(name)
            modules[name] = (path.as_posix(), marshal.dumps(code))
    return marshal.dumps(modules)


def _sources(package: str) -> Iterator[tuple[PurePath, Path]]:
    """The modules of a package: where they are below the place of all packages, and really.

    None where it is not installed: not every version of pytest needs the same ones.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return
    origin = Path(spec.origin)
    if spec.submodule_search_locations is None:
        yield PurePath(origin.name), origin
        return
    for place in sorted(origin.parent.rglob("*.py")):
        path = place.relative_to(origin.parent.parent)
        if path.parent != _LEXERS or path.stem in _NEEDED_LEXERS:
            yield path, place
