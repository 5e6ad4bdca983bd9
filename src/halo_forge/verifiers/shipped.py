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
from importlib import metadata, resources
from importlib.machinery import SourceFileLoader
from pathlib import PurePath

_PACKAGE = "inside"
_SUITE_MODULES = (
    "__init__", "assertions", "candidate", "channel", "counting", "failures", "framework", "judging", "packages",
    "peer", "pytest_suite", "record", "remote", "source", "standins", "start", "suite", "tester", "unittest_suite",
    "wire",
)  # fmt: skip
_PYTEST_PROJECTS = ("pytest", "pluggy", "iniconfig", "packaging", "pygments")
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
        importlib.metadata.PackageNotFoundError: it is not installed.
    """
    modules = {}
    for project in _PYTEST_PROJECTS:
        for path, place in _sources(project):
            name = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
            code = SourceFileLoader(name, place).get_code(name)
            modules[name] = (path.as_posix(), marshal.dumps(code))
    return marshal.dumps(modules)


def _sources(project: str) -> Iterator[tuple[PurePath, str]]:
    """The modules of an installed project: their paths below the place where it is installed, and their real ones."""
    for file in metadata.files(project) or ():
        is_module = file.suffix == ".py" and ".." not in file.parts
        if is_module and (not file.is_relative_to(_LEXERS) or file.stem in _NEEDED_LEXERS):
            yield PurePath(file), str(file.locate())


@functools.cache
def program_script() -> bytes:
    """The script that runs a program."""
    return _source("python_program.py")


def _source(name: str) -> bytes:
    return (resources.files(f"{__package__}.{_PACKAGE}") / name).read_bytes()
