"""From a directory to the weights that have to be loaded."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from halo_forge.errors import ModelError
from halo_forge.models.directories import Weights, is_hub_id, resolve


def no_hub(hub_id: str) -> Path:
    raise ModelError(f"asked for {hub_id}")


def adapter(place: Path, base: object) -> Path:
    place.mkdir(parents=True)
    (place / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": base}))
    return place


def full(place: Path) -> Path:
    place.mkdir(parents=True)
    (place / "config.json").write_text("{}")
    return place


def test_adapters_are_followed_to_the_base(tmp_path: Path) -> None:
    base = full(tmp_path / "sft" / "final_model")
    adapter(tmp_path / "first", str(tmp_path / "sft"))
    second = adapter(tmp_path / "second", "../first")
    found = resolve(second, no_hub)
    assert (found.base, [path.name for path in found.adapters]) == (base, ["first", "second"])
    assert found.top == second
    assert resolve(base, no_hub) == Weights(base)


def test_a_base_on_the_hub_is_asked_for(tmp_path: Path) -> None:
    place = adapter(tmp_path / "a", "org/base")
    base = full(tmp_path / "fetched")
    assert resolve(place, lambda hub_id: {"org/base": base}[hub_id]).base == base
    with pytest.raises(ModelError, match="asked for org/base"):
        resolve(place, no_hub)


@pytest.mark.parametrize(
    ("base", "said"), [(None, "names no base"), ("/no/such/place", "is not there"), (".", "its own base")]
)
def test_a_base_that_cannot_be_had(base: object, said: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=said) as caught:
        resolve(adapter(tmp_path / "a", base), no_hub)
    assert "adapter_config.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_adapter_file_that_is_no_json(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text("{")
    with pytest.raises(ModelError, match="PEFT"):
        resolve(tmp_path, no_hub)


def test_the_hash_is_of_the_weights(tmp_path: Path) -> None:
    base, top = full(tmp_path / "base"), adapter(tmp_path / "top", "../base")
    with pytest.raises(ModelError, match="no weights"):
        Weights(base).sha256()
    (base / "model.safetensors").write_bytes(b"numbers")
    assert Weights(base).sha256() == hashlib.sha256(b"numbers").hexdigest()
    (top / "adapter_model.safetensors").write_bytes(b"more")
    both = Weights(base, (top,)).sha256()
    assert both not in (Weights(base).sha256(), Weights(top).sha256())
    (base / "model.safetensors").write_bytes(b"other numbers")
    assert Weights(base, (top,)).sha256() != both


def test_the_hash_of_what_is_beside_the_weights(tmp_path: Path) -> None:
    base, top = full(tmp_path / "base"), adapter(tmp_path / "top", "../base")
    weights = Weights(base, (top,))
    found = [weights.config_sha256()]
    for place, name in ((base, "chat_template.jinja"), (base, "config.json"), (top, "tokenizer.json")):
        (place / name).write_text('{"changed": true}')
        found.append(weights.config_sha256())
    (base / "README.md").write_text("nobody samples with it")
    assert weights.config_sha256() == found[-1]
    assert len(set(found)) == len(found)


def test_what_a_hub_id_looks_like() -> None:
    assert is_hub_id("Qwen/Qwen2.5-Coder-0.5B-Instruct")
    assert not [
        text for text in ("name", "a/b/c", "./a", "../a", "/a", "a/", "https://x/y", "a b/c") if is_hub_id(text)
    ]
