"""Our own modules as something that can be sent into a sandbox."""

from __future__ import annotations

import importlib.util
import io
import marshal
import zipfile
from collections.abc import Mapping, Sequence
from importlib.abc import InspectLoader
from types import CodeType

_NO_SOURCE = bytes(12)  # flags, time and size of a .pyc without a source beside it (PEP 552)


def bytecode(package: str, modules: Sequence[str]) -> dict[str, bytes]:
    """Path below the package's last name -> bytecode, for the Python that runs this.

    It is what Python has in its own cache, if it has one; but for the paths in it, which are nobody's business inside.
    """
    found = {}
    for name in modules:
        path = f"{package.rpartition('.')[2]}/{name}.py"
        spec = importlib.util.find_spec(package if name == "__init__" else f"{package}.{name}")
        assert spec is not None
        assert isinstance(spec.loader, InspectLoader)
        code = spec.loader.get_code(spec.name)
        assert code is not None
        found[f"{path}c"] = importlib.util.MAGIC_NUMBER + _NO_SOURCE + marshal.dumps(_at(path, code))
    return found


def _at(path: str, code: CodeType) -> CodeType:
    inner = (_at(path, constant) if isinstance(constant, CodeType) else constant for constant in code.co_consts)
    return code.replace(co_filename=path, co_consts=tuple(inner))


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
ZYGOTE = (
    "__init__", "executing", "forking", "mappings", "messages", "packing", "pinning", "reaping", "server", "walls",
)  # fmt: skip
"""The modules of this package that run inside."""
