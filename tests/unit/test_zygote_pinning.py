"""Which pages a zygote has copied for its forks, and that it loses nothing by that.

It is done in processes of their own, where io_uring has not to do with anything else.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from judging import can_pin

_PAGES = """
import mmap, os
from halo_forge.sandbox.zygote import pinning

PAGE = mmap.PAGESIZE
memory = mmap.mmap(-1, 64 * PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
memory[:] = b"1" * len(memory)
first = pinning.ctypes.addressof(pinning.ctypes.c_char.from_buffer(memory)) // PAGE
pagemap = os.open("/proc/self/pagemap", os.O_RDONLY)
descriptors = set(os.listdir("/proc/self/fd"))

def pinned_kb():
    with open("/proc/self/status") as status:
        return sum(int(line.split()[1]) for line in status if line.startswith("VmPin:"))

def in_a_fork(action):
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writer, action())
        os._exit(0)
    os.waitpid(pid, 0)
    os.close(writer)
    with open(reader, "rb") as file:
        return file.read()
"""
_WRITTEN = f"""{_PAGES}
ranges = [(first, 32, False), (first + 32, 32, True)]
reader, writer = os.pipe()
go_on, end = os.pipe()
pid = os.fork()
if pid == 0:
    memory[3 * PAGE] = memory[60 * PAGE] = 50
    own = os.open("/proc/self/pagemap", os.O_RDONLY)
    os.read(go_on, 1)
    os.write(writer, pinning.look(own, ranges))
    os.read(go_on, 1)
    os._exit(0)
memory[5 * PAGE] = 50
os.write(end, b"1")
said = os.read(reader, 1 << 16)
found = pinning.written(pinning.look(pagemap, ranges), said, ranges)
os.write(end, b"1")
os.waitpid(pid, 0)
print([[page - first for page in pages] for pages in found])
assert any(start <= first < start + number and not of_file for start, number, of_file in pinning.data_ranges())
"""
_PINNED = f"""{_PAGES}
pinning.pin([first, first + 1, first + 7])
assert pinned_kb() in (0, 3 * PAGE // 1024), pinned_kb()

def change():
    before = memory[:8 * PAGE : PAGE]
    memory[0] = memory[2 * PAGE] = 50
    return before + memory[:8 * PAGE : PAGE]

assert in_a_fork(change) == b"1" * 8 + b"21211111"
memory[7 * PAGE] = 51
assert in_a_fork(change) == b"1111111" + b"3" + b"2121111" + b"3"
assert memory[:8 * PAGE : PAGE] == b"1111111" + b"3"
print(pinned_kb())
"""
_REFUSED = f"""{_PAGES}
NUMBER
pinning.pin([first])
pinning.pin([])
assert memory[:1] == b"1" and not pinned_kb()
assert set(os.listdir("/proc/self/fd")) == descriptors
"""


def _said(source: str) -> str:
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False, timeout=60)
    assert (done.stderr, done.returncode) == ("", 0)
    return done.stdout


def test_pages_that_either_has_written_to_are_found() -> None:
    assert _said(_WRITTEN) == "[[3, 5], [60]]\n"


def test_forks_and_their_parent_keep_what_is_theirs() -> None:
    if _said(_PINNED) == "0\n":
        assert not can_pin()


@pytest.mark.parametrize("number", ["_IO_URING_SETUP = 9999", "_REGISTER_BUFFERS = 9999"])
def test_what_is_refused_leaves_nothing(number: str) -> None:
    _said(_REFUSED.replace("NUMBER", f"pinning.{number}"))
