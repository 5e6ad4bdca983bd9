"""What every sandbox promises, and what the strict one promises beyond that. Real processes, no mocks."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from halo_forge.errors import Cancelled, JudgeError, SandboxError
from halo_forge.sandbox import proc
from halo_forge.sandbox.base import PAYLOAD_FD, RESULT_FD, Command, ResourceLimits, Sandbox, Tier, Zygote
from halo_forge.sandbox.bubblewrap import BubblewrapSandbox
from halo_forge.sandbox.fair import FairSandbox
from halo_forge.sandbox.unsafe import UnsafeSandbox
from halo_forge.types import Execution, KilledBy
from halo_forge.verifiers.executor import executor
from patience import SOON_S

LIMITS = ResourceLimits(cpu_s=5, memory_mb=256, output_bytes=1 << 20, file_mb=8, tmp_mb=16, processes=32)
PYTHON = "/usr/bin/python3"


class Forked:
    """The strict sandbox, with every command in a fork of a process that is kept ready."""

    def __init__(self, cancel: threading.Event) -> None:
        self._inner = BubblewrapSandbox(cancel=cancel)
        self.tier, self.description, self.close = self._inner.tier, self._inner.description, self._inner.close
        self._kinds: dict[tuple[Path, ...], Zygote] = {}

    def run(self, command: Command) -> Execution:
        kind = executor(command.read_only)
        assert kind is not None
        return self._inner.run(replace(command, zygote=self._at_once(kind, command.read_only)))

    def _at_once(self, kind: Zygote, read_only: tuple[Path, ...]) -> Zygote:
        return self._kinds.setdefault(read_only, replace(kind, worth_it_after=0))


KINDS: dict[str, Callable[[threading.Event], Sandbox]] = {
    "bubblewrap": lambda cancel: BubblewrapSandbox(cancel=cancel),
    "forked-bubblewrap": Forked,
    "unsafe": UnsafeSandbox,
    "fair-bubblewrap": lambda cancel: FairSandbox(BubblewrapSandbox(cancel=cancel)),
    "fair-unsafe": lambda cancel: FairSandbox(UnsafeSandbox(cancel)),
}
needs_python = pytest.mark.skipif(not os.access(PYTHON, os.X_OK), reason=f"there is no {PYTHON}")


class Box:
    """A sandbox, the event that stops it, and shorter ways to use it."""

    def __init__(self, kind: str) -> None:
        self.cancel = threading.Event()
        self.sandbox = KINDS[kind](self.cancel)
        self.strict = self.sandbox.tier is Tier.STRICT

    def sh(self, script: str, *arguments: str, limits: ResourceLimits = LIMITS, **given: object) -> Execution:
        argv = ("/bin/sh", "-c", script, "sh", *arguments)
        return self.sandbox.run(Command(argv=argv, limits=limits, **given))  # type: ignore[arg-type]

    def python(self, source: str, limits: ResourceLimits = LIMITS, **given: object) -> Execution:
        command = Command(argv=(PYTHON, "-I", "main.py"), limits=limits, files={"main.py": source.encode()}, **given)  # type: ignore[arg-type]
        return self.sandbox.run(command)


@contextlib.contextmanager
def opened(kind: str) -> Iterator[Box]:
    try:
        box = Box(kind)
        ran = box.sh("true")
    except (SandboxError, JudgeError) as error:
        pytest.skip(str(error))
    if ran.exit_code != 0:
        pytest.skip(ran.stderr.decode())
    with contextlib.closing(box.sandbox):
        yield box


OTHERS: set[int] = set()  # what tests of other files left standing by


@pytest.fixture(autouse=True)
def _others() -> None:
    OTHERS.clear()
    OTHERS.update(proc.children(os.getpid()))


def children() -> list[int]:
    """The processes that this test has started."""
    return [pid for pid in proc.children(os.getpid()) if pid not in OTHERS]


def guards() -> list[int]:
    """Those of them that stand by for a sandbox."""
    return [pid for pid in children() if b"sweep.py" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@pytest.fixture(params=list(KINDS))
def box(request: pytest.FixtureRequest, _others: None) -> Iterator[Box]:
    with opened(request.param) as made:
        yield made
    assert children() == []


@pytest.fixture(params=["fair-bubblewrap", "fair-unsafe"])
def fair_box(request: pytest.FixtureRequest, _others: None) -> Iterator[Box]:
    with opened(request.param) as made:
        yield made
    assert children() == []


@pytest.fixture(params=["bubblewrap", "forked-bubblewrap"])
def strict(request: pytest.FixtureRequest, _others: None) -> Iterator[Box]:
    with opened(request.param) as made:
        yield made
    assert children() == []


def running(marker: str) -> list[int]:
    """Processes of this machine that have `marker` among their arguments."""
    found = []
    for entry in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if entry.isdigit() and marker.encode() in Path("/proc", entry, "cmdline").read_bytes().split(b"\0"):
                found.append(int(entry))
    return found


def until(condition: Callable[[], object], seconds: float = SOON_S * 3) -> bool:
    """Whether the condition comes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return False


# How a run ends


@pytest.mark.parametrize("status", [0, 1, 3, 126, 127, 128, 200, 255])
def test_exit_status(box: Box, status: int) -> None:
    execution = box.sh(f"exit {status}")
    assert (execution.exit_code, execution.killed_by) == (status, None)


def test_status_that_can_not_be_a_signal_is_none(box: Box) -> None:
    assert box.sh("exit 255").signal is None
    assert box.sh("exit 3").signal is None


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL, signal.SIGTERM])
def test_signal(box: Box, number: signal.Signals) -> None:
    execution = box.sh(f"kill -{int(number)} $$")
    assert (execution.signal, execution.killed_by) == (number, None)
    assert execution.exit_code != 0


def test_program_that_is_not_there(box: Box) -> None:
    execution = box.sandbox.run(Command(argv=("/usr/bin/no-such-program",), limits=LIMITS))
    assert execution.exit_code not in (0, None)


def test_times_and_memory_are_measured(box: Box) -> None:
    execution = box.sh("sleep 2")
    assert 2 <= execution.wall_s < LIMITS.wall_s
    assert 0 < execution.cpu_s < 0.9
    assert execution.peak_rss_mb is not None
    assert 0.1 < execution.peak_rss_mb < 100


# Input and output


def test_streams(box: Box) -> None:
    execution = box.sh("cat; echo error >&2", stdin=b"some\0input\xff\n")
    assert execution.stdout == b"some\0input\xff\n"
    assert execution.stderr == b"error\n"
    assert not execution.truncated


def test_much_input_comes_back_whole(box: Box) -> None:
    content = random.Random(1).randbytes(900_000)
    assert box.sh("cat", stdin=content).stdout == content


def test_standard_input_is_a_pipe_that_ends(box: Box) -> None:
    assert box.sh("test -p /dev/stdin && cat && echo end").stdout == b"end\n"


def test_input_that_is_never_read(box: Box) -> None:
    execution = box.sh("echo done", stdin=b"x" * 10_000_000)
    assert (execution.stdout, execution.exit_code) == (b"done\n", 0)


def test_input_that_is_closed_early(box: Box) -> None:
    execution = box.sh("head -c 5; exec 0<&-; sleep 0.1; echo done", stdin=b"x" * 10_000_000)
    assert (execution.stdout, execution.exit_code) == (b"xxxxxdone\n", 0)


def test_output_that_is_closed_early(box: Box) -> None:
    execution = box.sh("echo one; exec 1>&- 2>&-; sleep 0.1; exit 4")
    assert (execution.stdout, execution.exit_code) == (b"one\n", 4)


def test_a_daemon_that_holds_the_pipes_is_not_waited_for(box: Box) -> None:
    execution = box.sh("setsid sleep 86399 & echo done")
    assert (execution.stdout, execution.exit_code) == (b"done\n", 0)
    assert execution.wall_s < LIMITS.wall_s


def test_payload_and_result(box: Box) -> None:
    script = 'cat "/proc/self/fd/$1" >"/proc/self/fd/$2"; echo tail >>"/proc/self/fd/$2"'
    payload = random.Random(2).randbytes(200_000)
    execution = box.sh(script, PAYLOAD_FD, RESULT_FD, payload=payload, wants_result=True)
    assert execution.result == payload + b"tail\n"


def test_no_result_is_an_empty_one(box: Box) -> None:
    assert box.sh("true", wants_result=True).result == b""
    assert box.sh("true").result == b""


def test_no_other_descriptor_is_inherited(box: Box) -> None:
    execution = box.sh("exec ls /proc/self/fd", payload=b"x", wants_result=True)
    assert len(execution.stdout.split()) <= 6  # three streams, payload, result, and the directory


def test_files(box: Box) -> None:
    script = "cat a.txt d/e/b.txt; ./run; pwd"
    files = {"a.txt": b"a", "d/e/b.txt": b"b\n", "run": b"#!/bin/sh\necho ran\n"}
    lines = box.sh(script, files=files).stdout.decode().splitlines()
    assert lines[:2] == ["ab", "ran"]
    assert lines[2].startswith("/tmp")


def test_environment_is_our_own(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hf_secret")
    execution = box.sh("exec env", env={"ADDED": "1"})
    names = {line.partition("=")[0] for line in execution.stdout.decode().splitlines()}
    assert names - {"HALO_FORGE_JOB"} == {"PATH", "HOME", "TMPDIR", "LC_ALL", "PWD", "ADDED"}


# Limits


def test_cpu_limit(box: Box) -> None:
    execution = box.sh("while :; do :; done", limits=replace(LIMITS, cpu_s=0.3))
    assert execution.killed_by is KilledBy.CPU
    assert execution.exit_code in (None, 128 + signal.SIGXCPU)  # by the system, should we be late
    assert 0.3 <= execution.cpu_s < 2.0


def test_cpu_limit_of_many_processes(fair_box: Box) -> None:
    execution = fair_box.sh(
        "for i in 1 2 3 4 5 6; do while :; do :; done & done; wait", limits=replace(LIMITS, cpu_s=0.4)
    )
    assert execution.killed_by is KilledBy.CPU


@needs_python
@pytest.mark.parametrize(
    ("source", "used_s"),
    [
        ("spin(0.3); spin(0.3)", 0.5),
        ("for _ in range(3):\n    if os.fork() == 0:\n        spin(0.2); os._exit(0)\n    os.wait()", 0.5),
        (
            "threads = [threading.Thread(target=spin_thread, args=(0.2,)) for _ in range(3)]\n"
            "[t.start() for t in threads]; [t.join() for t in threads]",
            0.5,
        ),
        (
            "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\nfor _ in range(2):\n    pid = os.fork()\n    if pid == 0:\n"
            "        spin(0.8); os._exit(0)\n    while os.path.exists(f'/proc/{pid}'): time.sleep(0.01)",
            0.9,
        ),
    ],
    ids=["itself", "children", "threads", "forgotten-children"],
)
def test_cpu_time_is_counted(fair_box: Box, source: str, used_s: float) -> None:
    """0.6 s are used, however they are spread; and 1.6 s where only looks now and then can tell."""
    head = (
        "import os, signal, threading, time\n"
        "def spin(s, clock=time.process_time):\n    end = clock() + s\n    while clock() < end: pass\n"
        "def spin_thread(s): spin(s, time.thread_time)\n"
    )
    execution = fair_box.python(head + source)
    assert execution.exit_code == 0
    assert used_s <= execution.cpu_s < 3.0


@needs_python
def test_waiting_for_a_processor_is_not_being_late(strict: Box) -> None:
    """Beside twice as many busy processes as processors, at the priority that judging has beside a model."""
    source = "import time\nwhile time.process_time() < 0.3: pass\nprint('done')"
    limits = replace(LIMITS, cpu_s=1.0)
    found: list[Execution] = []

    def judge() -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 17)
        found.append(strict.python(source, limits))

    count = 2 * len(os.sched_getaffinity(0))
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"], start_new_session=True) for _ in range(count)]
    try:
        thread = threading.Thread(target=judge)
        thread.start()
        thread.join()
    finally:
        for process in busy:
            process.kill()
            process.wait()
    (execution,) = found
    assert execution.stdout == b"done\n"
    if execution.wall_s <= limits.wall_s:
        pytest.skip("this kernel gave it a processor all the same, so it proves nothing")


@needs_python
def test_much_that_is_written_last_is_read_whole(box: Box) -> None:
    source = (
        "import fcntl, os\nfor fd in (1, 2):\n    fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, 1 << 20)\n"
        "for fd in (1, 2):\n    assert os.write(fd, b'x' * 900_000) == 900_000"
    )
    execution = box.python(source)
    assert (execution.exit_code, execution.killed_by) == (0, None), execution.stderr[-200:]
    assert len(execution.stdout) == len(execution.stderr) == 900_000


def test_wall_limit_ends_what_sleeps(fair_box: Box) -> None:
    execution = fair_box.sh("sleep 86399 & cat; exec sleep 86399", limits=replace(LIMITS, cpu_s=1.0))
    assert (execution.killed_by, execution.exit_code) == (KilledBy.WALL, None)
    assert execution.cpu_s < 1.0
    assert 6.0 <= execution.wall_s < 60


@needs_python
def test_memory_limit_of_one_process(box: Box) -> None:
    execution = box.python("x = bytearray(300 << 20)")
    assert execution.exit_code == 1
    assert b"MemoryError" in execution.stderr


@needs_python
def test_memory_limit_without_a_limit_of_address_space(fair_box: Box) -> None:
    source = "import mmap\nx = mmap.mmap(-1, 4 << 30)\nfor i in range(0, 4 << 30, 4096): x[i] = 1"
    execution = fair_box.python(source, limits=replace(LIMITS, address_space=False))
    assert execution.killed_by is KilledBy.MEMORY


@needs_python
def test_memory_limit_of_many_processes(fair_box: Box) -> None:
    source = "import os, time\nfor _ in range(4): os.fork()\nx = bytearray(b'x') * (60 << 20)\ntime.sleep(60)"
    execution = fair_box.python(source)
    assert execution.killed_by is KilledBy.MEMORY


@needs_python
def test_shared_pages_count_once(box: Box) -> None:
    source = "import os, time\nx = bytearray(b'x') * (100 << 20)\nfor _ in range(2): os.fork()\ntime.sleep(0.3)"
    execution = box.python(source)
    assert (execution.killed_by, execution.exit_code) == (None, 0)


@pytest.mark.parametrize("redirect", ["", " >&2"])
def test_output_limit(box: Box, redirect: str) -> None:
    execution = box.sh("while :; do echo 0123456789; done" + redirect)
    assert execution.killed_by is KilledBy.OUTPUT
    assert execution.truncated
    assert max(len(execution.stdout), len(execution.stderr)) == LIMITS.output_bytes


def test_output_up_to_the_limit_is_fine(box: Box) -> None:
    execution = box.sh(f"head -c {LIMITS.output_bytes} /dev/zero; echo error >&2")
    assert (execution.killed_by, execution.truncated) == (None, False)
    assert len(execution.stdout) == LIMITS.output_bytes
    assert box.sh(f"head -c {LIMITS.output_bytes + 1} /dev/zero").killed_by is KilledBy.OUTPUT


def test_file_limit(box: Box) -> None:
    execution = box.sh("head -c 9000000 /dev/zero >big; echo $?; stat -c %s big")
    status, size = execution.stdout.split()
    assert int(status) != 0
    assert int(size) <= LIMITS.file_mb << 20


def test_process_limit(box: Box) -> None:
    if not box.strict and os.geteuid() == 0:
        pytest.skip("the kernel does not limit the number of root's processes")
    execution = box.sh("for i in $(seq 100); do sleep 2 & done 2>/dev/null; echo survived")
    assert b"survived" not in execution.stdout or execution.stderr
    execution = box.sh("for i in $(seq 20); do sleep 0.1 & done; wait; echo survived")
    assert execution.stdout == b"survived\n"


def test_no_core_file_and_no_locked_memory(box: Box) -> None:
    execution = box.sh("ulimit -c; ulimit -l; ulimit -n")
    assert execution.stdout.split() == [b"0", b"0", b"256"]


# Cancelling, and what is left


def test_cancel_ends_a_run_at_once(box: Box) -> None:
    timer = threading.Timer(0.3, box.cancel.set)
    timer.start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        box.sh("sleep 86399 & sleep 86399")
    assert time.monotonic() - started < LIMITS.wall_s
    timer.join()
    with pytest.raises(Cancelled):  # and nothing new starts
        box.sh("sleep 86399")


def test_cancel_at_any_moment_leaves_nothing(fair_box: Box) -> None:
    """Also while the sandbox is still being set up."""
    chance = random.Random(3)
    for _ in range(25):
        fair_box.cancel.clear()
        timer = threading.Timer(chance.random() * 0.03, fair_box.cancel.set)
        timer.start()
        with contextlib.suppress(Cancelled):
            fair_box.sh("exec sleep 0.1")
        timer.join()
        assert children() == guards()


@needs_python
def test_nothing_survives(box: Box) -> None:
    marker = f"86399.{os.getpid()}"
    source = f"""
import os, signal
for number in set(range(1, 65)) - {{signal.SIGCHLD}}:
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execv("/usr/bin/sleep", ["sleep", "{marker}"])
        os._exit(0)
    os.wait()
print("started")
"""
    execution = box.python(source)
    assert execution.stdout == b"started\n"
    assert running(marker) == []


def test_no_descriptor_is_leaked(fair_box: Box) -> None:
    fair_box.sh("true")
    before = sorted(os.listdir("/proc/self/fd"))
    for _ in range(20):
        fair_box.sh("cat; kill -9 $$", stdin=b"x" * 200_000, payload=b"x", wants_result=True, files={"a": b"a"})
    assert sorted(os.listdir("/proc/self/fd")) == before


def test_eight_threads_side_by_side(fair_box: Box) -> None:
    def echo(number: int) -> tuple[int, Execution]:
        script = 'cat a; cat; echo "$0" >"/proc/self/fd/$1"; exit ' + str(number % 7)
        return number, fair_box.sh(
            script, RESULT_FD, stdin=b"%d" % number, files={"a": b"%d " % number}, wants_result=True
        )

    with ThreadPoolExecutor(8) as pool:
        for number, execution in pool.map(echo, range(160)):
            assert execution.stdout == b"%d %d" % (number, number)
            assert execution.exit_code == number % 7
            assert execution.result == b"sh\n"


def test_running_out_of_descriptors_is_a_judge_error(fair_box: Box) -> None:
    """At every point of a run; and it works again when there are some."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    before = sorted(os.listdir("/proc/self/fd"))
    outcomes = set()
    for spare in range(0, 60, 2):
        resource.setrlimit(resource.RLIMIT_NOFILE, (len(before) + spare, hard))
        try:
            outcomes.add(fair_box.sh("echo fine", payload=b"x", wants_result=True).stdout)
        except JudgeError:
            outcomes.add(b"")
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert children() == guards()
    assert outcomes == {b"", b"fine\n"}
    assert len(os.listdir("/proc/self/fd")) <= len(before) + 1


KILLED_JUDGE = """
import sys, threading
sys.path[:0] = {path!r}
from test_sandbox_contract import Box
box = Box({kind!r})
def work():
    while True:
        box.sh({script!r}, "{marker}")
threads = [threading.Thread(target=work) for _ in range({jobs})]
[thread.start() for thread in threads]
print("up", flush=True)
"""
KILLED_JOBS = {
    "sleeps": 'exec sleep "$1"',
    "is-busy": "while :; do :; done",
    "ignores-signals": "trap '' HUP INT TERM; while :; do :; done",
    "left-its-parent": '(setsid sh -c "setsid sleep $1 & exec sleep $1" &) ; exec sleep "$1"',
    "left-its-session-and-ended": 'setsid sleep "$1" & exec sleep 2',
    "short": "exit 0",  # so the moment is often one at which a sandbox is being set up
    "many": 'for i in 1 2 3 4 5 6 7 8; do sleep "$1" & done; wait',
}


def killed_judge(kind: str, job: str, marker: str) -> subprocess.Popen[bytes]:
    """A process with twice as many jobs as there are processors; it never ends by itself."""
    script = KILLED_JUDGE.format(
        path=sys.path, kind=kind, script=KILLED_JOBS[job], marker=marker, jobs=2 * len(os.sched_getaffinity(0))
    )
    here = Path(__file__).parent
    judge = subprocess.Popen(
        [sys.executable, "-c", script], cwd=here, env={**os.environ, "PYTHONPATH": str(here)}, stdout=subprocess.PIPE
    )
    assert judge.stdout is not None
    assert judge.stdout.readline() == b"up\n"
    return judge


def mentioning(words: str) -> list[int]:
    """Processes of this machine that have `words` somewhere in their arguments."""
    found = []
    for entry in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if entry.isdigit() and words.encode() in Path("/proc", entry, "cmdline").read_bytes():
                found.append(int(entry))
    return found


@pytest.mark.parametrize("job", KILLED_JOBS)
@pytest.mark.parametrize("kind", ["fair-bubblewrap", "fair-unsafe"])
def test_nothing_survives_a_judge_that_is_killed(kind: str, job: str) -> None:
    """At whatever moment: while a sandbox is set up, while a program runs, while it is taken down."""
    with opened(kind):
        pass
    chance = random.Random(job)
    marker = f"86397.{os.getpid()}"  # an argument of every program, so of the bwrap around it too
    for _ in range(6 if job == "short" else 2):
        judge = killed_judge(kind, job, marker)
        time.sleep(chance.uniform(0.05, 0.4))
        assert job == "short" or until(lambda: [pid for pid in mentioning(marker) if pid != judge.pid])  # noqa: B023
        judge.kill()
        judge.communicate()
        assert until(lambda: mentioning(marker) == []), mentioning(marker)
        assert until(lambda: guards() == [])
        for pid in children():  # this process is a subreaper too, if it has had a sandbox
            os.waitpid(pid, 0)


def test_the_guard_goes_when_a_sandbox_is_closed(box: Box) -> None:
    assert len(guards()) == 1
    box.sandbox.close()
    assert guards() == []
    box.sandbox.close()


def test_a_sandbox_works_without_its_guard(box: Box) -> None:
    (guard,) = guards()
    os.kill(guard, signal.SIGKILL)
    assert box.sh("echo fine").stdout == b"fine\n"


# What only the strict sandbox promises


def test_a_broken_bwrap_is_a_judge_error(tmp_path: Path, strict: Box) -> None:
    no_program = tmp_path / "text"
    no_program.write_text("#!/bin/sh\n")
    fails = tmp_path / "fails"
    fails.write_text("#!/bin/sh\necho bwrap: no >&2\nexit 1\n")
    fails.chmod(0o755)
    before = sorted(os.listdir("/proc/self/fd"))
    for program in (tmp_path / "nothing", no_program, tmp_path, fails, Path("/usr/bin/true")):
        broken = BubblewrapSandbox(program)
        with pytest.raises(JudgeError):
            broken.run(Command(argv=("/bin/true",), limits=LIMITS))
        broken.close()
    assert len(os.listdir("/proc/self/fd")) <= len(before)


def test_read_only_directory_that_is_not_there_is_a_judge_error(strict: Box) -> None:
    with pytest.raises(JudgeError, match="nowhere"):
        strict.sh("true", read_only=(Path("/nowhere/at/all"),))


def test_read_only_directory(strict: Box, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    place = tmp_path / "tool"
    packages = place / "lib" / "python3.11" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "answers.txt").write_text("42")
    (place / "bin").mkdir()
    (place / "bin" / "tool").write_text("#!/bin/sh\necho tool\n")
    (place / "bin" / "tool").chmod(0o755)
    for directory in (place, *place.rglob("*"), *list(tmp_path.parents)[:-2]):
        with contextlib.suppress(OSError):
            directory.chmod(0o755)
    execution = strict.sh(
        f"{place}/bin/tool; ls {packages}; touch {place}/x && echo touched; ls {tmp_path}", read_only=(place,)
    )
    assert execution.stdout == b"tool\ntool\n"


def test_the_file_system(strict: Box) -> None:
    top = strict.sh("ls /; echo -; ls /etc; echo -; ls -A /tmp /dev/shm").stdout.decode()
    root, etc, memory = (part.split() for part in top.split("-\n"))
    assert set(root) <= {"bin", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "sbin", "tmp", "usr"}
    assert set(etc) <= {
        "alternatives",
        "ld.so.cache",
        "ld.so.conf",
        "ld.so.conf.d",
        "localtime",
        "hosts",
        "nsswitch.conf",
    }
    assert memory == ["/dev/shm:", "/tmp:"]


@pytest.mark.parametrize("place", ["/", "/usr", "/usr/bin", "/etc", "/dev", "/proc/sys/kernel", "/proc/1"])
def test_nothing_but_memory_can_be_written(strict: Box, place: str) -> None:
    assert strict.sh(f"touch {place}/hf_contract").exit_code != 0
    assert strict.sh("touch /tmp/hf_contract /dev/shm/hf_contract").exit_code == 0


def test_settings_of_the_kernel_can_not_be_changed(strict: Box) -> None:
    before = Path("/proc/sys/kernel/core_pattern").read_text()
    execution = strict.sh("echo hf >/proc/sys/kernel/core_pattern || echo refused")
    assert execution.stdout == b"refused\n"
    assert Path("/proc/sys/kernel/core_pattern").read_text() == before


def test_installed_packages_and_sources_are_hidden(strict: Box) -> None:
    execution = strict.sh("ls -A /usr/src /usr/lib/python3*/*-packages /usr/local/lib/python3*/*-packages 2>/dev/null")
    assert [line for line in execution.stdout.decode().splitlines() if line and not line.endswith(":")] == []


def test_the_judge_is_not_in_sight(strict: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hf_secret")
    execution = strict.sh("cat /proc/*/environ; cat /proc/1/mem; ls /proc/1; echo; ls -d /proc/[0-9]* | wc -l; id -u")
    assert b"hf_secret" not in execution.stdout
    processes, uid = execution.stdout.splitlines()[-2:]
    assert int(processes) <= 6
    assert int(uid) != 0


def test_no_privilege(strict: Box) -> None:
    execution = strict.sh("grep -E '^(Cap(Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs|Seccomp):' /proc/self/status")
    values = dict(line.split(":\t") for line in execution.stdout.decode().splitlines())
    assert [values[f"Cap{kind}"] for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")] == ["0" * 16] * 5
    assert values["NoNewPrivs"] == "1"
    assert values["Seccomp"] == "2"
    assert strict.sh("exec unshare -U true").exit_code != 0


def test_no_network(strict: Box) -> None:
    assert strict.sh("tail -n +3 /proc/net/dev | cut -d: -f1").stdout.split() == [b"lo"]
    assert strict.sh("cat /proc/net/route | wc -l").stdout.strip() == b"1"


def test_every_run_is_fresh(strict: Box) -> None:
    script = "ls -A /tmp /dev/shm; touch /tmp/left /dev/shm/left; echo x >left"
    assert strict.sh(script).stdout == strict.sh(script).stdout == b"/dev/shm:\n\n/tmp:\n"


def test_memory_file_system_is_bounded(strict: Box) -> None:
    execution = strict.sh("for i in 1 2 3 4 5; do head -c 7000000 /dev/zero >$i; done 2>/dev/null; du -sm . | cut -f1")
    assert int(execution.stdout) <= LIMITS.tmp_mb + 1
    large = strict.sh("head -c 7000000 /dev/zero >x && echo room", files={"big": bytes(20 << 20)})
    assert large.stdout == b"room\n"  # what the judge puts there takes nothing away


def test_other_jobs_are_out_of_reach(strict: Box) -> None:
    listen = (
        "import socket, time\ns = socket.socket(socket.AF_UNIX)\ns.bind('\\0hf_contract')\ns.listen()\n"
        "t = socket.socket()\nt.bind(('127.0.0.1', 45678))\nt.listen()\nprint('up', flush=True)\ntime.sleep(1)\n"
        "print('end')"
    )
    reach = (
        "import os, signal, socket\nn = 0\n"
        "for family, name in ((socket.AF_UNIX, '\\0hf_contract'), (socket.AF_INET, ('127.0.0.1', 45678))):\n"
        "    try: socket.socket(family).connect(name); n += 1\n    except OSError: pass\n"
        "print(n, sum(p.isdigit() for p in os.listdir('/proc')), os.getuid())\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nos.kill(-1, signal.SIGTERM)\n"
    )
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(strict.python, listen)
        time.sleep(0.4)
        reached, processes, uid = strict.python(reach).stdout.split()
        assert (int(reached), int(processes) <= 3) == (0, True)
        assert first.result().stdout == b"up\nend\n"
        if os.geteuid() == 0:
            uids = pool.map(lambda _: strict.sh("id -u; sleep 2").stdout, range(2))
            assert len(set(uids)) == 2
            assert int(uid) >= 60_000
