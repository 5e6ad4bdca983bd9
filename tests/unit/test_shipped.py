"""What is sent into a sandbox."""

from __future__ import annotations

import marshal
import subprocess
import sys
from pathlib import Path
from types import CodeType

import halo_forge
from halo_forge.verifiers.inside.packages import Packages
from halo_forge.verifiers.shipped import pytest_packages

SOURCES = Path(halo_forge.__file__).parents[1]
WITHOUT_PYTEST = """
import sys
sys.path.insert(0, sys.argv[1])
from halo_forge.verifiers.shipped import pytest_packages
try:
    pytest_packages()
except ModuleNotFoundError as error:
    print(error.name)
"""


def test_pytest_is_sent_as_bytecode_with_all_that_it_needs() -> None:
    modules = marshal.loads(pytest_packages())
    assert {"pytest", "_pytest.config", "pluggy", "iniconfig", "packaging.version"} <= modules.keys()
    assert modules["pytest"][0] == "pytest/__init__.py"
    assert isinstance(marshal.loads(modules["pytest"][1]), CodeType)
    assert not any("halo_forge" in name or "test_" in name for name in modules)


def test_modules_are_found_by_their_names_alone() -> None:
    packages = Packages(pytest_packages())
    assert packages.find_spec("numpy") is None
    package, module = packages.find_spec("pluggy"), packages.find_spec("pluggy._hooks")
    assert package is not None
    assert module is not None
    assert (package.origin, package.submodule_search_locations) == ("/packages/pluggy/__init__.py", [])
    assert (module.origin, module.submodule_search_locations) == ("/packages/pluggy/_hooks.py", None)


def test_without_pytest_nothing_is_sent() -> None:
    """An interpreter with no installed packages at all."""
    command = (sys.executable, "-I", "-S", "-c", WITHOUT_PYTEST, SOURCES)
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    assert answer.stdout == "pytest\n"
