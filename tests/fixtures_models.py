"""The built-in model: its file, fetched on the first use, a server that has it, and a directory for transformers."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from halo_forge.models.embedded import MODELS, fetch

LLAMA_KEY = "sk-llama"
# One slot, and nothing that makes a sample depend on another: what a server has to be for samples that can be repeated.
_LLAMA_SERVER = """
import os, sys, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, key = sys.argv[1:]
params.n_ctx, params.n_parallel = 4096, 1
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = len(os.sched_getaffinity(0))
params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
params.cache_ram_mib = 0
params.hostnames, params.port, params.api_keys = ["127.0.0.1"], 0, [key]
params.ui, params.warmup, params.verbosity = False, False, -1
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="session")
def model_path() -> Path:
    """The weights of smollm2-135m."""
    return fetch(MODELS["smollm2-135m"], lambda done, total: None)


@contextlib.contextmanager
def llama_serving(weights: Path) -> Iterator[str]:
    """The address of llama.cpp's server with a GGUF file, for who has `LLAMA_KEY`."""
    command = [sys.executable, "-c", _LLAMA_SERVER, str(weights), LLAMA_KEY]
    environment = {**os.environ, "GOMP_SPINCOUNT": "100"}  # other tests want the processors too
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        yield address
        process.kill()


# A template that begins every answer's thinking, short enough to take the place of the model's own.
THINKING_TEMPLATE = (
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' }}{% if m.reasoning_content %}{{ '<think>\\n' + "
    "m.reasoning_content + '\\n</think>\\n\\n' }}{% endif %}{{ m.content + '<|im_end|>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n<think>\\n' }}{% endif %}"
)


@pytest.fixture
def thinking_file(model_path: Path, tmp_path: Path) -> Path:
    """The same weights with `THINKING_TEMPLATE`."""
    content = model_path.read_bytes()
    key = b"tokenizer.chat_template"
    length_at = content.index(key) + len(key) + 4  # behind the value's type
    start = length_at + 8
    end = start + int.from_bytes(content[length_at:start], "little")
    comment = "{#" + " " * (end - start - len(THINKING_TEMPLATE) - 4) + "#}"
    place = tmp_path / "thinking.gguf"
    place.write_bytes(content[:start] + (comment + THINKING_TEMPLATE).encode() + content[end:])
    return place


@pytest.fixture
def thinking_directory(model_directory: Path, tmp_path: Path) -> Path:
    """The same for transformers."""
    for file in model_directory.iterdir():
        if file.name != "chat_template.jinja":
            (tmp_path / file.name).symlink_to(file)
    (tmp_path / "chat_template.jinja").write_text(THINKING_TEMPLATE)
    return tmp_path


@pytest.fixture(scope="session")
def llama_server(model_path: Path) -> Iterator[str]:
    """Such a server, with that model."""
    with llama_serving(model_path) as address:
        yield address


@pytest.fixture(scope="session")
def model_directory(model_path: Path) -> Path:
    """The same weights, unpacked to float32, as a directory of transformers (540 MB, made in half a minute)."""
    for package in ("torch", "transformers", "peft", "gguf"):
        pytest.importorskip(package, reason=f"engine transformers is not installed ({package})")
    from halo_forge.models.unpacked import unpacked

    return unpacked(model_path)
