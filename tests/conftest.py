"""Fixtures for all tests."""

import os
from collections.abc import Iterator

import hypothesis
import pytest

from fixtures_judging import judges, sandbox
from fixtures_models import llama_server, model_directory, model_path, thinking_directory, thinking_file
from halo_forge.models.openmp import wait_briefly

wait_briefly()  # before torch is loaded: several workers share the processors
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # commands are started by the hundred: to compile them once will do

__all__ = [
    "judges", "llama_server", "model_directory", "model_path", "sandbox", "thinking_directory", "thinking_file",
]  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Property tests have the same examples every time, unless ``-m`` is given, as it is for a night: then new ones.

    How long one takes is the machine's affair.
    """
    same = config.getoption("markexpr") == "not nightly"
    hypothesis.settings.register_profile("shared", deadline=None, derandomize=same)
    hypothesis.settings.load_profile("shared")


@pytest.fixture(autouse=True)
def no_zombies_of_other_tests() -> Iterator[None]:
    """This process inherits what the programs that tests kill leave behind: a sandbox makes it a subreaper."""
    _bury()
    yield
    _bury()


def _bury() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
