"""Fixtures around the real sandboxes. A machine that has none skips what needs it, and says why."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from halo_forge.errors import SandboxError
from halo_forge.sandbox.base import Sandbox
from halo_forge.sandbox.registry import open_sandbox
from judging import Judges


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """The strict sandbox, as a run opens it."""
    try:
        opened = open_sandbox()
    except SandboxError as error:
        pytest.skip(str(error))
    with contextlib.closing(opened):
        yield opened


@pytest.fixture(scope="session")
def judges(sandbox: Sandbox) -> Judges:
    """The verifiers that judge in the strict sandbox."""
    return Judges(sandbox)
