"""Models of a hub, in the hub's own cache. It is asked only for what is not there.

Limits: huggingface_hub comes with the extras that can run such models.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from halo_forge.errors import ModelError

_FILES = ["*.json", "*.jinja", "*.txt", "*.model", "*.safetensors"]
_OLD_FILES = ["*.bin"]
_PACKAGE = "huggingface_hub"


class CachedModel(NamedTuple):
    """A model that was fetched before, by whatever program."""

    hub_id: str
    size_bytes: int
    path: Path


def cached() -> list[CachedModel]:
    """What is in the hub's cache, by name; nothing where the hub's package is not installed."""
    if find_spec(_PACKAGE) is None:
        return []
    from huggingface_hub import scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        found = scan_cache_dir().repos
    except CacheNotFound:
        return []
    models = [
        CachedModel(repo.repo_id, repo.size_on_disk, repo.repo_path) for repo in found if repo.repo_type == "model"
    ]
    return sorted(models)


def fetch(hub_id: str) -> Path:
    """The directory of a model on the hub, in the hub's own cache; fetched if it is not there.

    Raises:
        ModelError: there is no such model, it may not be had, or the hub cannot be reached.
    """
    if find_spec(_PACKAGE) is None:
        raise ModelError(
            f"a hub's model such as {hub_id} needs an extra; run: pip install 'halo-forge[transformers]' (without a "
            "GPU, pip install the CPU build of torch first)"
        )
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        IncompleteSnapshotError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
    )

    try:
        path = Path(snapshot_download(hub_id, allow_patterns=_FILES))
        if not any(path.glob("*.safetensors")):
            path = Path(snapshot_download(hub_id, allow_patterns=[*_FILES, *_OLD_FILES]))
    except GatedRepoError as error:
        raise ModelError(
            f"model '{hub_id}' wants its licence accepted; do so on its page, then: hf auth login"
        ) from error
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise ModelError(
            f"the hub has no model '{hub_id}' (or none for you); check its name, or: hf auth login"
        ) from error
    except (LocalEntryNotFoundError, IncompleteSnapshotError, OfflineModeIsEnabled, HfHubHTTPError, OSError) as error:
        raise ModelError(
            f"model '{hub_id}' is not in the local cache and the hub cannot be reached; give a directory or a file"
        ) from error
    return path
