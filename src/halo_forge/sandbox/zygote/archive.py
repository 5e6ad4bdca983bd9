"""Our own modules as something that can be sent into a sandbox."""

from __future__ import annotations

import importlib.util
import io
import marshal
import zipfile
from collections.abc import Mapping, Sequence
from importlib import resources

_NO_SOURCE = bytes(12)  # flags, time and size of a .pyc without a source beside it (PEP 552)


def bytecode(package: str, modules: Sequence[str]) -> dict[str, bytes]:
    """Path below the package's last name -> bytecode, for the Python that runs this."""
    found = {}
    for name in modules:
        path = f"{package.rpartition('.')[2]}/{name}.py"
        source = (resources.files(package) / f"{name}.py").read_bytes()
        code = compile(source, path, "exec", dont_inherit=True)
        found[f"{path}c"] = importlib.util.MAGIC_NUMBER + _NO_SOURCE + marshal.dumps(code)
    return found


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip file that Python can import from.

    Compiling them in every sandbox would take longer than many a suite does.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for path, content in files.items():
            file.writestr(path, content)
    return buffer.getvalue()


ZYGOTE_PACKAGE = __name__.rpartition(".")[0]
ZYGOTE = ("__init__", "executing", "forking", "messages", "server", "walls")
"""The modules of this package that run inside."""
