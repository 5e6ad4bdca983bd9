"""User ids that no two jobs share."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from halo_forge.errors import JudgeError, SandboxError
from halo_forge.sandbox import slots
from halo_forge.sandbox.slots import FIRST_UID, UidSlots


def test_an_id_is_used_again_when_it_is_free(tmp_path: Path) -> None:
    made = UidSlots(tmp_path)
    with made.uid() as first:
        assert first == FIRST_UID
    with made.uid() as second:
        assert second == first
    made.close()


def test_two_at_once_have_two(tmp_path: Path) -> None:
    made = UidSlots(tmp_path)
    with made.uid() as first, made.uid() as second:
        assert len({first, second}) == 2


def test_two_judges_do_not_share(tmp_path: Path) -> None:
    one, two = UidSlots(tmp_path), UidSlots(tmp_path)
    with one.uid() as first, two.uid() as second:
        assert len({first, second}) == 2
    with two.uid() as third:  # an idle id stays its judge's
        assert third == second
    one.close()
    with two.uid() as fourth, two.uid() as fifth:
        assert {fourth, fifth} == {first, second}


def test_many_threads(tmp_path: Path) -> None:
    made = UidSlots(tmp_path)
    held: set[int] = set()
    lock = threading.Lock()

    def use(_: int) -> None:
        with made.uid() as uid:
            with lock:
                assert uid not in held
                held.add(uid)
            with lock:
                held.remove(uid)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(use, range(400)))
    assert len(os.listdir(tmp_path)) <= 8


def test_another_process_that_is_killed_gives_its_id_back(tmp_path: Path) -> None:
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom halo_forge.sandbox.slots import UidSlots\n"
        f"with UidSlots(Path({str(tmp_path)!r})).uid() as uid:\n    print(uid, flush=True)\n    time.sleep(60)\n"
    )
    other = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    with other, UidSlots(tmp_path).uid() if other.stdout.readline() else pytest.fail("no id") as mine:
        assert mine == FIRST_UID + 1
        other.kill()
        other.wait()
        with UidSlots(tmp_path).uid() as again:
            assert again == FIRST_UID


def test_closing_leaves_no_descriptor(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    made = UidSlots(tmp_path)
    with made.uid(), made.uid(), made.uid():
        pass
    made.close()
    made.close()
    assert len(os.listdir("/proc/self/fd")) == before


def test_when_there_is_none_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "SLOTS", 2)
    made = UidSlots(tmp_path)
    with made.uid(), made.uid(), pytest.raises(JudgeError, match="all 2 sandbox user ids are in use"), made.uid():
        pass


def test_the_other_side_of_a_fork_may_not_use_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = UidSlots(tmp_path)
    monkeypatch.setattr(os, "getpid", lambda: 1)
    with pytest.raises(JudgeError, match="fork"), made.uid():
        pass


def test_a_directory_of_everybody_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(SandboxError, match="can be written by others"):
        UidSlots(tmp_path)


def test_a_file_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "0").symlink_to("/etc/passwd")
    with pytest.raises(OSError), UidSlots(tmp_path).uid():  # noqa: PT011 - ELOOP
        pass


def test_a_directory_that_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SandboxError, match="cannot make"):
        UidSlots(tmp_path / "file" / "slots")
