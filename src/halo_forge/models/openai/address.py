"""Where a server is: from the words of the user and the environment to an address and a key.

``URL`` or ``URL#NAME`` names a server, the name of the model behind the ``#`` where the server has several. A name
alone is for the server at ``OPENAI_BASE_URL``. The key comes from ``OPENAI_API_KEY`` and from nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from halo_forge.errors import ModelError

BASE_URL, API_KEY = "OPENAI_BASE_URL", "OPENAI_API_KEY"
EXAMPLE = "http://localhost:8000/v1"
_SCHEMES = ("http://", "https://")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Address:
    """A model at a server. Holds no secret.

    Attributes:
        base: what ``/chat/completions`` is put behind; no slash at its end.
        model: as the server calls it; ``None`` is the only one it has.
        is_local: on this machine, so that no proxy can be meant.
    """

    base: str
    model: str | None
    is_local: bool


def is_url(model: str) -> bool:
    """Whether a server is meant."""
    return model.lower().startswith(_SCHEMES)


def address_of(model: str, environment: Mapping[str, str]) -> Address:
    """The address that `model` means.

    Raises:
        ModelError: a URL that can't be used, or a name and no ``OPENAI_BASE_URL``.
    """
    if is_url(model):
        return _parsed(model, "--model")
    base = environment.get(BASE_URL, "")
    if not is_url(base):
        raise ModelError(f"which server has '{model}'? Set {BASE_URL}, or give it: --model {EXAMPLE}#{model}")
    if not model:
        raise ModelError(f"--model is empty; give the name of a model that {BASE_URL} has")
    found = _parsed(base, BASE_URL)
    return Address(found.base, model, found.is_local)


def api_key(environment: Mapping[str, str]) -> str | None:
    """The key for the server, or ``None``.

    Raises:
        ModelError: it can't be sent as it is. It is not shown.
    """
    key = environment.get(API_KEY, "").strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ModelError(f"{API_KEY} has characters that no key has; set it again (it is not shown here)")
    return key if key else None


def _parsed(url: str, where: str) -> Address:
    """Nothing of a URL that may hold a password is shown."""
    try:
        parts = urlsplit(url)
        host, has_port = parts.hostname, parts.port is not None
    except ValueError:
        host, has_port, parts = None, False, urlsplit("")
    if "@" in parts.netloc or parts.query:
        raise ModelError(f"{where}: leave user, password and query out of the URL; a key goes into {API_KEY}")
    if not host or (not has_port and parts.netloc.endswith(":")) or " " in parts.netloc:
        raise ModelError(f"{where}: not a URL that can be asked; write for example {EXAMPLE}")
    return Address(_base(parts), parts.fragment if parts.fragment else None, host in _LOOPBACK)


def _base(parts: SplitResult) -> str:
    """With the path that every such server has, where none is given."""
    path = parts.path.rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path if path else '/v1'}"
