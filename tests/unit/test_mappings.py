"""What a zygote does to its mappings changes nothing but their number.

It is done in processes of their own, because there is no way back.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from halo_forge.sandbox.zygote import mappings

_USED = """
import bisect, ctypes, decimal, json, math, mmap, os, re, resource, sys, typing
from halo_forge.sandbox.zygote import mappings

def work():
    assert re.sub(r"(b+)", r"<\\1>", json.dumps({"a": ["abba"]})) == '{"a": ["a<bb>a"]}'
    assert math.isqrt(10**40) == 10**20 and decimal.Decimal("0.1") * 3 == decimal.Decimal("0.3")
    assert bisect.bisect([1, 2, 3], 2) == 2 and ctypes.CDLL(None).abs(-3) == 3
    try:
        json.loads("{")
    except ValueError:
        return sum(len(name) for name in dir(typing))

def lines():
    with open("/proc/self/maps") as file:
        return [line.split() for line in file]

def code():
    inside = ctypes.cast(ctypes.pythonapi.Py_IncRef, ctypes.c_void_p).value
    found = [(*(int(number, 16) for number in words[0].split("-")), words) for words in lines()]
    return next((start, end, words) for start, end, words in found if start <= inside < end)

def kilobytes(file, name):
    with open(file) as lines:
        return sum(int(line.split()[1]) for line in lines if line.startswith(name))

def huge_pages_work():
    memory = mmap.mmap(-1, 2 * mappings.HUGE_BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    start = -(-ctypes.addressof(ctypes.c_char.from_buffer(memory)) // mappings.HUGE_BYTES) * mappings.HUGE_BYTES
    ctypes.memset(start, 1, 1)
    return os.uname().machine == "x86_64" and not mappings._libc.madvise(start, mappings.HUGE_BYTES, COLLAPSE)

COLLAPSE = 25
before = lines(), work()
"""
_TIDIED = f"""{_USED}
size_kb = kilobytes("/proc/self/status", "VmSize:")
mappings.merge()
start, end, _ = code()
mappings.move_code()
after = lines(), work()
assert kilobytes("/proc/self/status", "VmSize:") < size_kb + 1024  # no copy is left over
if huge_pages_work() and end - start >= 2 * mappings.HUGE_BYTES:
    assert (code()[2][1], code()[2][4]) == ("r-xp", "0"), code()  # no file's any more
    assert kilobytes("/proc/self/smaps", "AnonHugePages:") >= 2048
mappings.tidy()
assert work() == after[1] == before[1]
child = os.fork()
if child == 0:
    os._exit(work() != before[1])
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert not [words for words in after[0] if "w" in words[1] and "x" in words[1]], after[0]
print(len(before[0]), len(after[0]))
"""
_WITHOUT_ROOM = f"""{_USED}
with open("/proc/self/statm") as file:
    used = int(file.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 20), resource.RLIM_INFINITY))
mappings.tidy()
assert work() == before[1]
assert code()[2][4] != "0"  # the file's
print("there is no room for a copy")
"""


def _said(source: str) -> str:
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False, timeout=60)
    assert (done.stderr, done.returncode) == ("", 0)
    return done.stdout


def test_there_are_fewer_and_everything_works_as_before() -> None:
    before, after = map(int, _said(_TIDIED).split())
    assert after < 0.7 * before


def test_code_stays_where_it_is_when_there_is_no_room() -> None:
    assert _said(_WITHOUT_ROOM) == "there is no room for a copy\n"


@pytest.mark.parametrize(
    ("rights", "merged"),
    [
        (["r--p", "r-xp", "r--p", "r--p", "rw-p"], ["r-x", "r-x", "r-x", "rw-", None]),
        (["r--p", "r-xp", "r--p"], ["r-x"] * 3),
        (["r--p", "rw-p"], ["rw-", None]),
        (["r--p"], [None]),
        (["rw-p"], [None]),
        (["r--p", "rw-p", "r--p", "r-xp"], [None] * 4),  # no linker makes that; so it stays
        (["r--s", "r-xp"], [None] * 2),
    ],
)
def test_neighbours_of_one_file_get_the_same_rights(
    rights: list[str], merged: list[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = [
        mappings.Mapping(f"{page}000-{page + 1}000 {right} {page}000 fe:00 7 /usr/lib/lib.so")
        for page, right in enumerate(rights, 1)
    ]
    allowed: dict[int, str] = {}

    def mprotect(start: int, size: int, rights: int) -> int:
        names = {1: "r--", 3: "rw-", 5: "r-x"}
        allowed.update((page, names[rights]) for page in range(start >> 12, start + size >> 12))
        return 0

    monkeypatch.setattr(mappings._libc, "mprotect", mprotect)
    mappings._merge(run)
    assert [allowed.get(page) for page in range(1, len(rights) + 1)] == merged
