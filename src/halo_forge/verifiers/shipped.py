"""What of `halo_forge.verifiers.inside` is sent into a sandbox, and in which form."""

from __future__ import annotations

import functools
import importlib.util
import io
import marshal
import zipfile
from importlib import resources

_PACKAGE = "inside"
_SUITE_MODULES = (
    "__init__", "candidate", "channel", "failures", "peer", "remote", "source", "start", "suite", "tester", "wire",
)  # fmt: skip
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
def program_script() -> bytes:
    """The script that runs a program."""
    return _source("python_program.py")


def _source(name: str) -> bytes:
    return (resources.files(f"{__package__}.{_PACKAGE}") / name).read_bytes()
