"""The probes: NVML by recordings, sysfs by trees of real files."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from halo_forge.hardware.amd import amd_gpus
from halo_forge.hardware.amd_smi import Smi, find_smi, smi_at
from halo_forge.hardware.machine import look_around
from halo_forge.hardware.nvidia import gpus_of
from halo_forge.hardware.rapl import cpu_packages
from halo_forge.hardware.readings import DeviceKind, EnergySource, NoDevices
from measuring import GIB, Recording, joules, known_s, listed, looked_at, write_tree

NOBODY = 65534
CARD = "devices/pci0000:00/0000:00:08.1/0000:c5:00.0"


def no_smi(address: str) -> Smi | None:
    return None


@pytest.fixture
def strix(tmp_path: Path) -> Path:
    """A machine with unified memory: little VRAM, all else in GTT. Beside it a display adapter of another driver."""
    sys = write_tree(tmp_path / "sys", {
        f"{CARD}/mem_info_vram_used": 512 * 2**20, f"{CARD}/mem_info_gtt_used": 11 * GIB,
        f"{CARD}/gpu_busy_percent": 97,
        f"{CARD}/hwmon/hwmon5/power1_average": 70_800_000, f"{CARD}/hwmon/hwmon5/power1_input": 71_000_000,
        f"{CARD}/hwmon/hwmon5/temp1_input": 61_000,
        f"{CARD}/drm/renderD128/dev": "226:128",
        "devices/other/mem_info_vram_used": 1,
        "class/drm/version": "drm 1.1.0 20060810",
        "class/kfd/kfd/topology/nodes/0/gpu_id": 0,
        "class/kfd/kfd/topology/nodes/0/properties": "cpu_cores_count 32\ndrm_render_minor 0",
        "class/kfd/kfd/topology/nodes/1/gpu_id": 50245,
        "class/kfd/kfd/topology/nodes/1/properties": "cpu_cores_count 0\ndrm_render_minor 128",
        f"class/kfd/kfd/proc/{os.getpid()}/vram_50245": 4096,
        "class/kfd/kfd/proc/1/vram_50245": 0,
    })  # fmt: skip
    for driver in ("amdgpu", "ast"):
        (sys / f"bus/drivers/{driver}").mkdir(parents=True)
    for number, device, driver in ((0, "devices/other", "ast"), (1, CARD, "amdgpu")):
        (sys / f"class/drm/card{number}").mkdir()
        (sys / f"class/drm/card{number}/device").symlink_to(sys / device)
        (sys / device / "driver").symlink_to(sys / f"bus/drivers/{driver}")
    (sys / "class/drm/card1-HDMI-A-1").mkdir()
    return sys


def test_unified_memory_counts_gtt(strix: Path) -> None:
    (gpu,) = amd_gpus(strix, no_smi)
    reading = gpu.read()
    assert reading.memory_bytes == 11.5 * GIB
    assert (reading.power_w, reading.busy_pct, reading.temperature_c) == (pytest.approx(70.8), 97, 61)
    assert reading.pids == {os.getpid()}, "the other one holds nothing"
    assert reading.energy_j is None
    assert gpu.info.id == "amd-0000:c5:00.0"


def test_gpu_on_the_processor_is_known_by_its_table_of_metrics(strix: Path) -> None:
    for header, on_chip in ((b"\x08\x01\x03\x00", True), (b"\x80\x00\x02\x04", True), (b"\x78\x00\x01\x03", False),
                            (b"", False)):  # fmt: skip
        (strix / f"{CARD}/gpu_metrics").write_bytes(header)
        (gpu,) = amd_gpus(strix, no_smi)
        assert gpu.info.in_package is on_chip
        assert gpu.read().pids == ({1, os.getpid()} if on_chip else {os.getpid()}), "its memory is in no VRAM"


def test_power_of_newer_kernels(strix: Path) -> None:
    (strix / f"{CARD}/hwmon/hwmon5/power1_average").unlink()
    (gpu,) = amd_gpus(strix, no_smi)
    assert gpu.read().power_w == pytest.approx(71.0)


def test_amd_files_that_are_missing_are_none_with_the_reason(strix: Path) -> None:
    shutil.rmtree(strix / f"{CARD}/hwmon")
    (strix / f"{CARD}/mem_info_gtt_used").unlink()
    (strix / f"{CARD}/gpu_busy_percent").write_text("nonsense\n")
    (gpu,) = amd_gpus(strix, no_smi)
    reading = gpu.read()
    assert (reading.power_w, reading.memory_bytes, reading.busy_pct, reading.temperature_c) == (None,) * 4
    assert {"power_w", "memory_bytes", "busy_pct", "temperature_c", "energy_j"} == set(reading.faults)
    assert "mem_info_gtt_used" in reading.faults["memory_bytes"]


def test_amd_gpu_that_is_taken_out(strix: Path) -> None:
    (gpu,) = amd_gpus(strix, no_smi)
    readings: list[Any] = [gpu.read(), gpu.read()]
    shutil.rmtree(strix / CARD)
    with pytest.raises(FileNotFoundError, match="is gone") as gone:
        gpu.read()
    session = looked_at([listed([*readings, gone.value])], [0, 1, 2])
    assert (joules(session), known_s(session)) == (pytest.approx(70.8), 1)
    assert "is gone" in session.devices[0].faults["read"]


def test_no_amd_gpu(tmp_path: Path) -> None:
    with pytest.raises(NoDevices, match="amdgpu"):
        amd_gpus(tmp_path, no_smi)


class RecordedSmi:
    """What amdsmi returned for one GPU of the MI kind, played back."""

    def __init__(self, power: dict[str, Any]) -> None:
        self.power = power
        self.steps = 0

    def amdsmi_init(self) -> None:
        """Nothing to do."""

    def amdsmi_get_processor_handles(self) -> list[str]:
        return ["handle"]

    def amdsmi_get_gpu_device_bdf(self, handle: str) -> str:
        return "0000:C5:00.0"

    def amdsmi_get_energy_count(self, handle: str) -> dict[str, Any]:
        self.steps += 10_000_000
        return {"energy_accumulator": self.steps, "counter_resolution": 15.3, "timestamp": 1}

    def amdsmi_get_power_info(self, handle: str) -> dict[str, Any]:
        return self.power


def test_amdsmi_has_a_counter(strix: Path) -> None:
    shutil.rmtree(strix / f"{CARD}/hwmon")
    smi = RecordedSmi({"current_socket_power": "N/A", "average_socket_power": 153, "socket_power": 0})
    (gpu,) = amd_gpus(strix, lambda address: smi_at(smi, address))
    session = looked_at([gpu], [0, 1, 2])
    assert joules(session) == pytest.approx(2 * 153)
    assert gpu.read().power_w == 153
    assert session.devices[0].counted
    assert gpu.info.counter is EnergySource.AMDSMI_COUNTER


def test_amdsmi_without_power_or_of_another_gpu() -> None:
    smi = smi_at(RecordedSmi({"average_socket_power": "N/A"}), "0000:c5:00.0")
    assert smi is not None
    with pytest.raises(ValueError, match="no power"):
        smi.power_w()
    assert smi_at(RecordedSmi({}), "0000:03:00.0") is None


def test_amdsmi_that_is_not_there_is_no_fault() -> None:
    assert find_smi("0000:ff:1f.7") is None


def test_nvml_reading() -> None:
    recording, _ = Recording.of("two_gpus.jsonl")
    first, second = gpus_of(recording)
    reading = first.read()
    assert (reading.energy_j, reading.power_w) == (pytest.approx(9_123_456.789), 20.0)
    assert second.read().energy_j is None
    assert second.read().faults == {"energy_j": "Not Supported"}
    assert (first.info.id, first.info.name) == ("GPU-0", "NVIDIA RTX A")


def test_nvml_without_a_driver_or_a_gpu() -> None:
    class NoDriver(Recording):
        def nvmlInit(self) -> None:
            raise RuntimeError("Driver Not Loaded")

    with pytest.raises(NoDevices, match="Driver Not Loaded"):
        gpus_of(NoDriver([], []))
    with pytest.raises(NoDevices, match="no GPU"):
        gpus_of(Recording([], []))


def test_nvml_gpu_that_is_lost_from_the_start() -> None:
    class Lost(Recording):
        def nvmlDeviceGetHandleByIndex(self, index: int) -> int:
            if index:
                raise RuntimeError("GPU is lost")
            return index

    recording, _ = Recording.of("two_gpus.jsonl")
    session = Lost(recording.names, recording.moments).played()
    assert [known_s(session, device) for device in (0, 1)] == [120, 0]
    assert session.devices[1].faults == {"read": "GPU is lost"}


def test_the_binding_has_what_is_asked_of_it() -> None:
    pynvml = pytest.importorskip("pynvml", reason="nvidia-ml-py is not installed")
    recording, _ = Recording.of("two_gpus.jsonl")
    functions = {*recording.moments[0]["gpus"][0], *(name for name in vars(Recording) if name.startswith("nvml"))}
    assert all(callable(getattr(pynvml, function)) for function in functions)
    assert recording.NVML_TEMPERATURE_GPU == pynvml.NVML_TEMPERATURE_GPU


@pytest.fixture
def rapl() -> Iterator[Path]:
    """Two packages, of which one has parts; where every user may look."""
    root = Path(tempfile.mkdtemp())
    root.chmod(0o755)
    for zone, name, energy_uj in (
        ("intel-rapl:0", "package-0", 65_000_000_000), ("intel-rapl:0:0", "core", 1), ("intel-rapl:1", "package-1", 5),
        ("intel-rapl:2", "psys", 9), ("intel-rapl-mmio:0", "package-0", 7),
    ):  # fmt: skip
        write_tree(root / zone, {"name": name, "energy_uj": energy_uj, "max_energy_range_uj": 65_532_610_987})
    yield root
    shutil.rmtree(root)


def test_packages_count_once_and_wrap(rapl: Path) -> None:
    packages = cpu_packages(rapl)
    assert [package.info.name for package in packages] == ["package-0", "package-1"]
    before = [package.read() for package in packages]
    (rapl / "intel-rapl:0/energy_uj").write_text("67389013\n")  # 600 J on, around the end
    (rapl / "intel-rapl:1/energy_uj").write_text("250000005\n")
    after = [package.read() for package in packages]
    pairs = zip(before, after, packages, strict=True)
    devices = [listed([a, b], DeviceKind.CPU, one.info.wraps_at_j) for a, b, one in pairs]
    session = looked_at(devices, [0, 10])
    assert [joules(session, device) for device in (0, 1)] == [pytest.approx(600), pytest.approx(250)]


def test_rapl_for_root_only(rapl: Path) -> None:
    for zone in rapl.glob("intel-rapl:*"):
        (zone / "energy_uj").chmod(0o400)
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    else:
        (rapl / "intel-rapl:0/energy_uj").chmod(0)
    try:
        with pytest.raises(NoDevices, match=r"only root may read .*energy_uj"):
            cpu_packages(rapl)
    finally:
        os.seteuid(user)


def test_no_rapl_or_a_broken_one(tmp_path: Path) -> None:
    with pytest.raises(NoDevices, match="no RAPL"):
        cpu_packages(tmp_path)
    write_tree(tmp_path / "intel-rapl:0", {"name": "package-0", "energy_uj": "?", "max_energy_range_uj": 1})
    with pytest.raises(NoDevices, match="cannot be read"):
        cpu_packages(tmp_path)


def test_every_probe_finds_something_here_or_says_why_not() -> None:
    collector = look_around()
    found = {device.info.kind for device in collector.devices}
    assert found.isdisjoint(collector.missing)
    assert found | set(collector.missing) == set(DeviceKind)
    assert all(collector.missing.values())
