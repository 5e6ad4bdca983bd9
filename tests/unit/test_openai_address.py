"""Which server is meant, and what is never shown of it."""

from __future__ import annotations

import pytest

from halo_forge.errors import ModelError
from halo_forge.models.openai.address import address_of, api_key, is_url


@pytest.mark.parametrize(
    ("given", "base", "model"),
    [
        ("http://localhost:8000/v1", "http://localhost:8000/v1", None),
        ("http://localhost:8000", "http://localhost:8000/v1", None),
        ("http://localhost:8000/", "http://localhost:8000/v1", None),
        ("http://[::1]:8000/v1/", "http://[::1]:8000/v1", None),
        ("https://example.org/proxy/v1#org/model:7b", "https://example.org/proxy/v1", "org/model:7b"),
        ("HTTP://localhost:1#m", "http://localhost:1/v1", "m"),
    ],
)
def test_a_url(given: str, base: str, model: str | None) -> None:
    found = address_of(given, {"OPENAI_BASE_URL": "http://elsewhere/v1"})
    assert (found.base, found.model) == (base, model)
    assert found.is_local == ("example" not in given)


def test_a_name_is_for_the_server_of_the_environment() -> None:
    found = address_of("org/model", {"OPENAI_BASE_URL": "https://example.org/v1/"})
    assert (found.base, found.model) == ("https://example.org/v1", "org/model")


def test_a_name_without_a_server() -> None:
    with pytest.raises(ModelError, match=r"OPENAI_BASE_URL.*http://localhost:8000/v1#org/model"):
        address_of("org/model", {})


@pytest.mark.parametrize(
    "given",
    ["http://", "http://:8000/v1", "http://host:port/v1", "http://host:99999999/v1", "http://[::1/v1", "http://a b/v1"],
)
def test_no_url(given: str) -> None:
    with pytest.raises(ModelError, match="not a URL"):
        address_of(given, {})


@pytest.mark.parametrize("given", ["http://me:hunter2@host/v1", "http://host/v1?key=hunter2", "http://hunter2@host/v1"])
@pytest.mark.parametrize("where", ["--model", "OPENAI_BASE_URL"])
def test_a_password_in_a_url_is_refused_and_not_shown(given: str, where: str) -> None:
    with pytest.raises(ModelError) as caught:
        address_of(given if where == "--model" else "m", {"OPENAI_BASE_URL": given})
    assert where in str(caught.value)
    assert "OPENAI_API_KEY" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_what_is_no_url() -> None:
    assert not any(is_url(text) for text in ("", "model.gguf", "localhost:8000/v1", "ftp://host"))


def test_a_key() -> None:
    assert api_key({}) is None
    assert api_key({"OPENAI_API_KEY": "  "}) is None
    assert api_key({"OPENAI_API_KEY": "sk-abc\n"}) == "sk-abc"


@pytest.mark.parametrize("key", ["sk-hunter2\nsk-b", "sk-hunter2 b", "sk-hunter2é", "sk-hunter2\x00"])
def test_a_key_that_cannot_be_sent_is_not_shown(key: str) -> None:
    with pytest.raises(ModelError) as caught:
        api_key({"OPENAI_API_KEY": key})
    assert "OPENAI_API_KEY" in str(caught.value)
    assert "hunter2" not in str(caught.value)
