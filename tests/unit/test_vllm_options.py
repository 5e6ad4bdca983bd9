"""``--engine-option`` for vLLM: names and types are read from the vLLM that is installed."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from halo_forge.errors import ModelError
from halo_forge.models.vllm.options import engine_options, shown

pytestmark = pytest.mark.skipif(find_spec("vllm") is None, reason="engine vllm is not installed (vllm)")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("tensor_parallel_size", "2", 2),
        ("tensor-parallel-size", "2", 2),
        ("gpu_memory_utilization", "0.5", 0.5),
        ("gpu_memory_utilization", "1", 1),
        ("enforce_eager", "true", True),
        ("enforce_eager", "False", False),
        ("kv_cache_memory_bytes", "1000000", 1_000_000),
        ("dtype", "float32", "float32"),
        ("revision", "123", "123"),
        ("hf_overrides", '{"rope_theta": 10}', {"rope_theta": 10}),
    ],
)
def test_values_get_their_types(name: str, text: str, value: object) -> None:
    assert engine_options({name: text}) == {name.replace("-", "_"): value}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("tensor_paralel_size", "2", "did you mean 'tensor_parallel_size'"),
        ("zzz", "2", "vLLM has no such option"),
        ("tensor_parallel_size", "two", "give a value of type int"),
        ("tensor_parallel_size", "true", "give a value of type int"),
        ("enforce_eager", "1", "give a value of type bool"),
        ("seed", "1", "--seed"),
        ("trust_remote_code", "true", "never run"),
        ("data_parallel_size", "2", "server"),
    ],
)
def test_mistakes_are_said_in_a_line(name: str, text: str, said: str) -> None:
    with pytest.raises(ModelError) as caught:
        engine_options({name: text})
    assert said in str(caught.value)
    assert f"--engine-option {name}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_only_places_the_work_is_not_shown() -> None:
    assert shown(engine_options({"tensor_parallel_size": "2", "quantization": "fp8"})) == ", quantization=fp8"
