"""What is sent into a sandbox so that a suite can be run there: our own program, and pytest where it is asked for.

pytest comes from the environment that runs halo-forge. It travels as bytecode and is never a file inside, where
installed packages are hidden and a solution could change what it can write.
"""

from __future__ import annotations

import functools
import importlib.util
import io
import marshal
import zipfile
from collections.abc import Iterator
from importlib import resources
from importlib.machinery import SourceFileLoader
from pathlib import Path, PurePath

_PACKAGE = "inside"
_SUITE_MODULES = (
    "__init__", "assertions", "candidate", "channel", "counting", "failures", "framework", "judging", "packages",
    "peer", "pytest_suite", "record", "remote", "source", "standins", "start", "suite", "tester", "unittest_suite",
    "wire",
)  # fmt: skip
_PYTEST_PACKAGES = ("pytest", "_pytest", "py", "pluggy", "iniconfig", "packaging", "pygments")
# Most of pygments is about languages that no test file is in.
_LEXERS, _NEEDED_LEXERS = PurePath("pygments", "lexers"), ("__init__", "_mapping", "diff", "python")
_NO_SOURCE = bytes(12)  # flags, time and size of a .pyc without a source beside it (PEP 552)

SUITE_START = (
    f"import sys; sys.path.insert(0, 'suite.zip'); from {_PACKAGE}.start import main; del sys.path[0]; "
    "main(*map(int, sys.argv[1:]))"
)
"""For ``python -c``, beside a ``suite.zip``; the arguments are the payload's and the result's descriptor."""


@functools.cache
def suite_archive() -> bytes:
    """The program that runs suites, as a zip file of bytecode for the Python that runs this.

    Compiling it in every sandbox would take longer than many a suite does.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in _SUITE_MODULES:
            path = f"{_PACKAGE}/{name}.py"
            code = compile(_source(f"{name}.py"), path, "exec", dont_inherit=True)
            archive.writestr(f"{path}c", importlib.util.MAGIC_NUMBER + _NO_SOURCE + marshal.dumps(code))
    return buffer.getvalue()


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


@functools.cache
def program_script() -> bytes:
    """The script that runs a program."""
    return _source("python_program.py")


def _source(name: str) -> bytes:
    return (resources.files(f"{__package__}.{_PACKAGE}") / name).read_bytes()
