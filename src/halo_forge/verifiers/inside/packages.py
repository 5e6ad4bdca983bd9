"""Installed packages inside the sandbox, where there are none: held in memory, out of a solution's reach."""

from __future__ import annotations

import marshal
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

_PLACE = "/packages"  # where the modules say that they are; there is no such directory


class Packages(MetaPathFinder, Loader):
    """A finder and a loader of modules, whose bytecode comes by the way that the tests come."""

    def __init__(self, data: bytes) -> None:
        """Take what `halo_forge.verifiers.shipped.packages_data` made: paths and bytecode by module name."""
        self._modules: dict[str, tuple[str, bytes]] = marshal.loads(data)

    def install(self) -> None:
        """Make the modules importable."""
        sys.meta_path.append(self)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """See `importlib.abc.MetaPathFinder`."""
        if name not in self._modules:
            return None
        file = self._modules[name][0]
        spec = ModuleSpec(name, self, origin=f"{_PLACE}/{file}", is_package=file.endswith("/__init__.py"))
        spec.has_location = True
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """See `importlib.abc.Loader`."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """See `importlib.abc.Loader`."""
        exec(marshal.loads(self._modules[module.__name__][1]), module.__dict__)
