"""Programs that mean harm: what each must get, and that nothing of it is left.

One case is a folder ``<language>/<case>/`` with the sample, ``main.<extension>``, and ``case.toml`` (keys: `judging`).
Files that a sample leaves behind, if it can, have ``hf_hostile`` in their names. A further language is a further
folder.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from halo_forge.sandbox import proc
from halo_forge.types import Language, Limits, Outcome
from judging import Judges, JudgingCase, read_case
from patience import SOON_S

CASES = [
    read_case(path, Language(folder.name))
    for folder in sorted(Path(__file__).parent.iterdir())
    if folder.is_dir() and folder.name in set(Language)
    for path in sorted(folder.glob("*/case.toml"))
]
MEMORY_MB = 1024  # that may be missing at the end
ZYGOTE_DESCRIPTORS = 6  # of each that waits: its streams, its control socket, its process 1, its user id
CHANGING = re.compile(r"random|-state$|-nr$|_nr$|/ns_last_pid$|/pty/nr$|sched_domain|/perf_|/stat_refresh$|/dirty|ipv[46]/")


def settings() -> dict[str, str]:
    """The kernel's settings, without those that count something."""
    found = {}
    for path in sorted(Path("/proc/sys").rglob("*")):
        with suppress(OSError, UnicodeDecodeError):
            if path.is_file() and not CHANGING.search(str(path)):
                found[str(path)] = path.read_text()
    return found


def not_lost_mb() -> float:
    """Memory that new programs could have, or that living ones have: a test beside this one may have much of it."""
    held = 0  # but for their files', which is there for others
    for pid in filter(str.isdigit, os.listdir("/proc")):
        held += _kilobytes(Path("/proc", pid, "smaps_rollup"), "Pss_Anon", "Pss_Shmem")
    return (_kilobytes(Path("/proc/meminfo"), "MemAvailable") + held) / 1024


def _kilobytes(file: Path, *names: str) -> int:
    """Of these lines together; nothing, if it is a process's file and that is gone, or not ours to look at."""
    with suppress(OSError):
        return sum(map(int, re.findall(rf"^(?:{'|'.join(names)}):\s+(\d+) kB", file.read_text(), re.MULTILINE)))
    return 0


@pytest.fixture(scope="module", autouse=True)
def machine_is_unchanged(judges: Judges) -> Iterator[None]:
    """What is too slow to look at, or too restless, for every single case."""
    judges.verifier(Language.PYTHON, Limits(), "auto")  # which leaves a zygote that waits
    before = settings()
    memory_mb = min(not_lost_mb() for _ in range(5))  # what ends just then may count twice
    yield
    assert settings() == before
    end = time.monotonic() + SOON_S
    while not_lost_mb() <= memory_mb - MEMORY_MB:  # a program that ends, or grows, is not seen at one moment
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.fixture(autouse=True)
def host_is_unchanged(judges: Judges) -> Iterator[None]:
    """Whatever a case does, the machine is afterwards as it was before."""
    before = [Path("/proc/sys/kernel", name).read_text() for name in ("core_pattern", "hostname")]
    descriptors = len(os.listdir("/proc/self/fd"))
    children = set(proc.children(os.getpid()))  # orphans of what another test killed may have come back to this process
    others = _survivors()
    yield
    assert [Path("/proc/sys/kernel", name).read_text() for name in ("core_pattern", "hostname")] == before
    new = set(proc.children(os.getpid())) - children
    assert [pid for pid in new if not _is_zygote(pid)] == []
    assert _survivors().keys() <= others.keys(), _survivors()
    assert list(_dropped_files()) == []
    # A new user id stays locked.
    assert len(os.listdir("/proc/self/fd")) <= descriptors + 1 + ZYGOTE_DESCRIPTORS * len(new)


def _is_zygote(pid: int) -> bool:
    """It stays where it is; a new one may have taken the place of one that a case spoilt."""
    words = Path("/proc", str(pid), "cmdline").read_bytes()
    return b"zygote.forking" in words or b"zygote.executing" in words


def _survivors() -> dict[str, str]:
    """Processes of this machine that only a hostile program starts, by number, and the words that started them."""
    found = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):
            words = Path("/proc", entry, "cmdline").read_bytes()
            if b"86396" in words.split(b"\0") or b"hf_hostile" in words:
                found[entry] = words.decode(errors="replace")
    return found


def _dropped_files() -> Iterator[str]:
    places = {
        Path.home(),
        Path.cwd(),
        Path.cwd().parent,
        *map(Path, ("/", "/dev", "/dev/mqueue", "/dev/shm", "/etc", "/home", "/run", "/tmp", "/usr", "/usr/bin")),
        *map(Path, ("/usr/lib", "/usr/local/lib", "/var", "/var/tmp")),
    }
    for place in places:
        with suppress(OSError):
            yield from (str(place / name) for name in os.listdir(place) if "hf_hostile" in name)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_hostile(case: JudgingCase, judges: Judges) -> None:
    verdict = case.judge(judges)
    assert case.complaint(verdict) is None


def test_made_up_answers_earn_nothing(judges: Judges) -> None:
    """Every reply of ``python/made_up_values``, one by one."""
    (case,) = [case for case in CASES if case.name == "python-made_up_values"]
    for number in range(41):
        problem = replace(case.problem, tests=f"assert add({number}) == 4")
        verdict = replace(case, problem=problem).judge(judges)
        assert verdict.outcome in (Outcome.RUNTIME_ERROR, Outcome.WRONG_ANSWER), (number, verdict)
    assert "IndexError" in verdict.detail  # that one was beyond the last
