"""The built-in model: its file, from the user's cache, fetched on the first use, and a server that has it."""

from __future__ import annotations

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


@pytest.fixture(scope="session")
def llama_server(model_path: Path) -> Iterator[str]:
    """The address of llama.cpp's server with that model, for who has `LLAMA_KEY`."""
    command = [sys.executable, "-c", _LLAMA_SERVER, str(model_path), LLAMA_KEY]
    environment = {**os.environ, "GOMP_SPINCOUNT": "100"}  # other tests want the processors too
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        yield address
        process.kill()
