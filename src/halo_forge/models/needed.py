"""What training, and weights on their way to it and back, need besides the base install."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec

from halo_forge.errors import ModelError


def missing(packages: Iterable[str]) -> list[str]:
    """Those of `packages` that are not installed; nothing is imported."""
    return [name for name in packages if find_spec(name) is None]


def need_to_train(packages: Iterable[str], what: str) -> None:
    """Look whether `packages` are there.

    Args:
        what: begins the complaint, such as ``training needs``.

    Raises:
        ModelError: one is not.
    """
    if names := missing(packages):
        raise ModelError(
            f"{what} {', '.join(names)}; run: pip install 'halo-forge[train]' (without a GPU, pip install the CPU "
            "build of torch first)"
        )
