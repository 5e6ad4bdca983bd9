"""A fork of the zygote is as good as a process that is started afresh: the same world, the same verdicts, no traces.

Real sandboxes, no mocks. What hostile programs find in a fork is in tests/hostile, whose Python cases run in forks.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from halo_forge.errors import JudgeError, SandboxError
from halo_forge.sandbox import proc
from halo_forge.sandbox.base import RESULT_FD, Command, ResourceLimits, Sandbox
from halo_forge.sandbox.bubblewrap import BubblewrapSandbox
from halo_forge.sandbox.zygote.forking import _BEFORE_PINNING
from halo_forge.types import Case, Execution, Language, Limits, Outcome, Problem, Sample, Verdict
from halo_forge.verifiers.ahead import made_ahead
from halo_forge.verifiers.base import Workshop
from halo_forge.verifiers.executor import executor
from halo_forge.verifiers.python import PythonVerifier
from judging import can_pin

WORLD = """
import grp, os, pwd, resource, socket, stat, sys
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
def listed(place):
    try:
        return sorted(os.listdir(place))
    except OSError as error:
        return type(error).__name__
print("ids", len({*os.getresuid(), *os.getresgid()}), os.getuid() != 0, os.getgroups())
print("caps", [status[name].strip() for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs")])
print("seccomp", status["Seccomp"].strip(), "threads", status["Threads"].strip())
print("limits", [(name, resource.getrlimit(getattr(resource, name))) for name in sorted(dir(resource))
                 if name.startswith("RLIMIT_")])
print("words", sys.argv, sys.flags, sys.path, sys.getrecursionlimit(), sys.getswitchinterval())
print("environment", sorted(os.environ.items()))
print("here", os.getcwd(), [name for name in listed(".") if name != "inside.zip"], oct(os.umask(0)))
print("places", listed("/"), listed("/dev"), listed("/dev/shm"), listed("/etc"), "Error" in listed("/proc/1/fd"))
print("file", oct(os.stat("main.py").st_mode), os.stat("main.py").st_uid == os.getuid())
print("room", os.statvfs("/dev/shm").f_blocks, os.statvfs("/tmp").f_bsize)
print("host", socket.gethostname(), sorted(name for _, name in socket.if_nameindex()))
print("number", os.getpid() > 1, os.getppid() < 2, os.getpgid(0) < os.getpid(), "descriptors", listed("/proc/self/fd"))
print("streams", [(stream.encoding, stream.errors, stream.line_buffering, stat.S_ISFIFO(os.fstat(n).st_mode))
                  for n, stream in enumerate((sys.stdin, sys.stdout, sys.stderr))])
print("main", sorted(sys.modules["__main__"].__dict__), __name__, __file__)
print("hash", hash("salted?"), "signals", [__import__("signal").getsignal(n) for n in (2, 13, 15, 17)])
print("processes", len([name for name in listed("/proc") if name.isdigit()]))
"""
FAILS = "def inner():\n    raise KeyError('no such thing')\n\n\ninner()\n"
FAREWELL = "import atexit, sys\natexit.register(print, 'bye')\nprint('half', end='')\nsys.exit(3)\n"
SIGNALLED = "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n"
ORPHAN = """import ctypes, os, time
reader, writer = os.pipe()
if os.fork() == 0:
    os.setsid()
    assert ctypes.CDLL(None).prctl(15, b'NAME') == 0  # its name from now on
    os.write(writer, b'x')
    time.sleep(86321)
os.close(writer)
assert os.read(reader, 1)
print('parent')
"""
SIGNALS_ITS_GROUP = """import os, signal
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda *_: None)
    os.kill(0, number)
print('on', flush=True)
os.kill(0, signal.SIGKILL)
"""
SERVES = """import socket
server = socket.create_server(('127.0.0.1', 8000), reuse_port=False)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
client = socket.create_connection(('127.0.0.1', 8000))
server.accept()[0].close()
client.close()
server.close()
again = socket.socket()
try:
    again.bind(('127.0.0.1', 8000))
except OSError:
    print('the port is kept')
"""
SENDS_AWAY = """import socket
server = socket.create_server(('127.0.0.1', 8000))
ends = socket.socketpair()
for end in ends:
    socket.send_fds(end, [b'x'], [each.fileno() for each in (*ends, server)])
print('sent')
"""
BINDS = "import socket\nsocket.socket().bind(('127.0.0.1', 8000))\nprint('bound')\n"
FORGETS = """import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
if os.fork() == 0:
    while time.process_time() < 1.2:
        pass
    os._exit(0)
try:
    os.wait()
except ChildProcessError:
    time.sleep(0.2)
"""
SUITE = Problem(
    "any", "", Language.PYTHON, entry_point="answer",
    tests="assert answer([1, 2]) == [2, 1]\nassert answer([]) == []\nassert answer([0.5, 'x']) == ['x', 0.5]\n",
)  # fmt: skip
ANSWERS = {
    "right": "def answer(x):\n    return x[::-1]\n",
    "wrong at the end": "def answer(x):\n    return x[::-1] if 0.5 not in x else x\n",
    "raises": "def answer(x):\n    raise KeyError(x)\n",
    "is no Python": "def answer(x:\n",
    "does not load": "import no_such_module\n",
    "is not there": "def other(x):\n    return x\n",
    "ends itself": "import os\ndef answer(x):\n    os._exit(0)\n",
    "is killed": "import os, signal\ndef answer(x):\n    os.kill(os.getpid(), signal.SIGKILL)\n",
    "aborts": "import os\ndef answer(x):\n    os.abort()\n",
    "goes on for ever": "def answer(x):\n    while True:\n        pass\n",
    "takes all memory": "def answer(x):\n    return [bytearray(2**20) for _ in range(100_000)]\n",
    "answers with a lot": "def answer(x):\n    return list(range(300_000))\n",
    "answers deeply": "def answer(x):\n    for _ in range(15_000):\n        x = [x]\n    return x\n",
    "says nonsense": "import os\ndef answer(x):\n    for fd in range(3, 64):\n        try:\n"
    "            os.write(fd, b'\\x00\\x00\\x00\\x05no no')\n        except OSError:\n            pass\n",
    "goes away and stays": "import os, time\ndef answer(x):\n    os.closerange(3, 64)\n    time.sleep(1)\n",
    "leaves a child": "import os, time\ndef answer(x):\n    if os.fork() == 0:\n        time.sleep(99)\n"
    "    return x[::-1]\n",
}
CALLS_LATER = """def left():
    try:
        yield 1
    finally:
        answer(2)
kept = [left()]
kept.append(kept)
assert answer(next(kept[0])) == 1
"""
DRAWS = "import random\nprint(random.getrandbits(256))\n"
INTERRUPTED = """import contextlib, os, signal, sys, threading, time
from halo_forge.sandbox import proc
from halo_forge.sandbox.bubblewrap import BubblewrapSandbox
from halo_forge.types import Case, Language, Limits, Problem, Sample
from halo_forge.verifiers.base import Workshop
from halo_forge.verifiers.python import PythonVerifier

signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs the tests may ignore it
interrupted, begun = threading.Event(), []

def waits(frame):
    return frame is not None and (frame.f_code.co_name == 'result' or waits(frame.f_back))

def late(kind):
    while not waits(sys._current_frames()[threading.main_thread().ident]):
        time.sleep(0.01)
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
    interrupted.wait()
    begun.append(start(kind))
    return begun[-1]

with contextlib.closing(BubblewrapSandbox()) as sandbox:
    verifier = PythonVerifier(Workshop(sandbox, Limits()))
    start, sandbox._zygotes.start = sandbox._zygotes.start, late
    problem = Problem('any', '', Language.PYTHON, cases=(Case('', '1\\n'),))
    with contextlib.suppress(KeyboardInterrupt):
        print(verifier.verify(problem, Sample('any', 0, 'print(1)')))
    interrupted.set()
    sandbox._zygotes._starter.shutdown()
    print('sent away' if begun[0].control.fileno() == -1 else 'still there')
print(proc.children(os.getpid()))
"""
ASKED = """import contextlib, os, signal, threading, time
from halo_forge.sandbox import proc
from halo_forge.sandbox.bubblewrap import BubblewrapSandbox
from halo_forge.sandbox.zygote.host import RunningZygote
from halo_forge.types import Case, Language, Limits, Problem, Sample
from halo_forge.verifiers.base import Workshop
from halo_forge.verifiers.python import PythonVerifier

signal.signal(signal.SIGINT, signal.default_int_handler)
problem = Problem('any', '', Language.PYTHON, cases=(Case('', '1\\n'),))
fork, processes, runs = RunningZygote.fork, RunningZygote.processes, []

def counted(self, job, fds, niceness):
    runs.append(job)
    fork(self, job, fds, niceness)

def interrupt(zygote):
    time.sleep(0.2)
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
    time.sleep(0.2)
    os.kill(zygote, signal.SIGCONT)

def unanswered(self, number):
    RunningZygote.processes = processes
    os.kill(zygote, signal.SIGSTOP)
    threading.Thread(target=interrupt, args=(zygote,)).start()
    return processes(self, number)

with contextlib.closing(BubblewrapSandbox()) as sandbox:
    verifier = PythonVerifier(Workshop(sandbox, Limits()))
    verifier.verify(problem, Sample('any', 0, 'print(1)'))
    (kept,) = (zygote for waiting in sandbox._zygotes._idle.values() for zygote in waiting)
    zygote, before = proc.tree(kept.process.pid)[2], len(os.listdir('/proc/self/fd'))
    RunningZygote.fork, RunningZygote.processes = counted, unanswered
    try:
        print(verifier.verify(problem, Sample('any', 0, 'import time; time.sleep(2); print(1)')))
    except KeyboardInterrupt:
        left = len(os.listdir('/proc/self/fd')) > before
        print('interrupted,', 'run once,' if len(runs) == 1 else runs, 'something' if left else 'nothing', 'left open')
"""


_NAMESPACES_FIRST = re.compile(r"^NSpid:.*\t1$", re.MULTILINE)


class Both:
    """The same commands in forks and in processes of their own."""

    def __init__(self) -> None:
        self.sandbox = BubblewrapSandbox()
        self.forked = PythonVerifier(Workshop(self.sandbox, Limits()))
        self.afresh = PythonVerifier(Workshop(_Afresh(self.sandbox), Limits()))

    def run(self, source: str, stdin: str = "") -> tuple[Execution, Execution]:
        fork, own = (self.execution(verifier, source, stdin) for verifier in (self.forked, self.afresh))
        return fork, own

    def execution(self, verifier: PythonVerifier, source: str, stdin: str = "") -> Execution:
        limits = verifier._workshop.run_limits(Problem("any", "", Language.PYTHON))
        return verifier._run_program(b"", source.encode(), Case(stdin, ""), limits, "run")

    def zygotes(self) -> list[int]:
        """Those that wait."""
        return [zygote.process.pid for waiting in self.sandbox._zygotes._idle.values() for zygote in waiting]


class _Afresh:
    """A sandbox that forks no zygote."""

    def __init__(self, inner: Sandbox) -> None:
        self.tier, self.description, self.close = inner.tier, inner.description, inner.close
        self._inner = inner

    def run(self, command: Command) -> Execution:
        return self._inner.run(replace(command, zygote=None))


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    try:
        made = Both()
    except SandboxError as error:
        pytest.skip(str(error))
    with contextlib.closing(made.sandbox):
        yield made


def test_the_world_looks_the_same(both: Both) -> None:
    fork, own = both.run(WORLD)
    assert fork.stdout.decode().splitlines() == own.stdout.decode().splitlines()
    assert (fork.exit_code, fork.stderr) == (own.exit_code, own.stderr) == (0, b"")
    assert both.zygotes()


def test_the_world_of_any_program_looks_the_same() -> None:
    both = Both()
    with contextlib.closing(both.sandbox):
        afresh = _started_afresh(both)
        own, fork = both.sandbox.run(afresh), both.sandbox.run(_in_a_fork(afresh))
    assert fork.stdout.decode().splitlines() == own.stdout.decode().splitlines()
    assert (fork.exit_code, fork.stderr) == (own.exit_code, own.stderr) == (0, b"")


def test_any_program_can_use_its_files_whatever_the_mask_of_the_host() -> None:
    before = os.umask(0o077)
    both = Both()
    with contextlib.closing(both.sandbox):
        try:
            afresh = replace(_started_afresh(both), argv=("/bin/cat", "a/b/file"), files={"a/b/file": b"content"})
            fork = both.sandbox.run(_in_a_fork(afresh))
        finally:
            os.umask(before)
    assert (fork.stdout, fork.stderr) == (b"content", b"")


@pytest.mark.parametrize(
    "argv", [("./no_such",), ("./n\udc80",), ("/etc",), ("/bin/sh", "-c", "cut -d' ' -f5-6 </proc/$$/stat")]
)
def test_any_program_begins_the_same(argv: tuple[str, ...]) -> None:
    """Or does not begin; the numbers are those of its group and session."""
    both = Both()
    with contextlib.closing(both.sandbox):
        afresh = replace(_started_afresh(both), argv=argv)
        own, fork = both.sandbox.run(afresh), both.sandbox.run(_in_a_fork(afresh))
    assert (fork.exit_code, fork.stdout) == (own.exit_code, own.stdout)


def test_what_one_message_does_not_hold_is_run_afresh() -> None:
    both = Both()
    with contextlib.closing(both.sandbox):
        small = replace(_in_a_fork(_started_afresh(both)), argv=("/bin/echo", "x"))
        assert both.sandbox.run(small).stdout == b"x\n"
        before = both.zygotes()
        for size, files in ((59_000, {}), (70_000, {}), (400_000, {}), (1, {f"file{n:0100}": b"" for n in range(700)})):
            large = replace(small, argv=("/bin/echo", *("x" * 1000 for _ in range(0, size, 1000))), files=files)
            assert len(both.sandbox.run(large).stdout) > size
        assert both.zygotes() == before


def test_processes_are_kept_ready_when_many_commands_need_them() -> None:
    both = Both()
    with contextlib.closing(both.sandbox):
        workshop, command = both.forked._workshop, _started_afresh(both)
        kept = []
        for _ in range(5):
            assert workshop.run(command).exit_code == 0
            kept.append(len(both.zygotes()))
    assert kept == [0, 0, 0, 1, 1]


@pytest.mark.parametrize(
    ("error", "last"),
    [
        ("KeyError('a')", "KeyError: 'a'"),
        ("dataclass(frozen=True)(type('Own', (Exception,), {}))()", "Own"),  # no attribute can be set
    ],
)
def test_what_ends_a_program_is_told_as_if_nothing_had_called_it(both: Both, error: str, last: str) -> None:
    imported = "from dataclasses import dataclass\n"
    source = f"{imported}def fails():\n    raise {error}\ntry:\n    fails()\nexcept Exception:\n    fails()\n"
    for execution in both.run(source, ""):
        told = execution.stderr.decode().splitlines()
        files = [line.split(",")[0].strip() for line in told if line.startswith("  File ")]
        assert files == ['File "main.py"'] * 4
        assert told[-1] == last


@pytest.mark.parametrize("tests", ["assert answer('5') == 5", "def check(f):\n    assert f('5') == 5"])
def test_a_solution_may_be_a_class_that_is_there_already(both: Both, tests: str) -> None:
    for verifier in (both.forked, both.afresh):
        for solution, outcome in (("answer = int\n", Outcome.ACCEPTED), ("answer = str\n", Outcome.WRONG_ANSWER)):
            assert _judged(verifier, replace(SUITE, tests=tests), solution).outcome is outcome


@pytest.mark.parametrize("tests", ["assert answer() == SEEN", "import sys\ndef check(f):\n    assert f() == SEEN"])
def test_a_solution_of_a_suite_sees_the_same(both: Both, tests: str) -> None:
    solution = (
        "import sys, __main__\n"
        "def answer():\n"
        "    return sys.argv, sorted(name for name in vars(__main__) if not name.startswith('__'))\n"
    )
    problem = replace(SUITE, tests=f"SEEN = (['-c'], ['entry', 'sys', 'words'])\n{tests}")
    for verifier in (both.forked, both.afresh):
        verdict = _judged(verifier, problem, solution)
        assert verdict.outcome is Outcome.ACCEPTED, verdict.detail


@pytest.mark.parametrize("source", [FAILS, FAREWELL, SIGNALLED, ORPHAN, "import sys\nprint(sys.stdin.read())\n"])
def test_programs_end_the_same(both: Both, source: str) -> None:
    name = f"orphan{os.getpid()}"
    fork, own = both.run(source.replace("NAME", name), "given\n")
    assert (fork.exit_code, fork.signal, fork.stdout, fork.stderr) == (
        own.exit_code,
        own.signal,
        own.stdout,
        own.stderr,
    )
    assert fork.killed_by is own.killed_by is None
    assert not subprocess.run(["pgrep", "-x", name], capture_output=True, check=False).stdout


def test_forks_leave_nothing_for_each_other(both: Both) -> None:
    both.execution(both.forked, _leaves("open('/tmp/left', 'w').write('x')", "open('/dev/shm/left', 'w').write('x')"))
    both.execution(both.forked, _leaves("socket.socket(socket.AF_UNIX).bind('\\0left')", "os.mkfifo('/tmp/queue')"))
    found = both.execution(
        both.forked,
        "import os, socket\nsocket.socket(socket.AF_UNIX).bind('\\0left')\n"
        "print(os.path.exists('/tmp/left'), os.path.exists('/dev/shm/left'), os.path.exists('/tmp/queue'))\n",
    )
    assert found.stdout == b"False False False\n", found.stderr


def test_a_fork_cannot_read_what_others_were_given(both: Both) -> None:
    secret = "the answer of another sample"
    suite = Problem("any", "", Language.PYTHON, tests=f"assert answer() == {secret!r}", entry_point="answer")
    assert _judged(both.forked, suite, f"def answer():\n    return {secret!r}\n").outcome is Outcome.ACCEPTED
    search = (
        "import re\nwords = bytes(reversed(b'elpmas rehtona fo rewsna eht'))\n"
        "def all_memory():\n    with open('/proc/self/maps') as maps, open('/proc/self/mem', 'rb', 0) as memory:\n"
        "        for line in maps:\n            found = re.match(r'(\\w+)-(\\w+) r', line)\n"
        "            if found and 'vsyscall' not in line and 'vvar' not in line:\n"
        "                begin, end = (int(word, 16) for word in found.groups())\n"
        "                memory.seek(begin)\n                yield memory.read(end - begin)\n"
        "kept = [len(re.findall(words, part)) for part in all_memory()]\nprint(len(kept) > 20, sum(kept))\n"
    )
    found = both.execution(both.forked, search)
    # Some of what it finds it made itself: the words, reversed, and copies of them in what it has read.
    assert found.stdout.startswith(b"True "), found.stderr
    own = both.execution(both.afresh, search)
    assert found.stdout == own.stdout


def test_a_host_with_many_descriptors_gives_none_to_its_forks() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2048:
        pytest.skip("not that many are allowed here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (2048, hard))
    with contextlib.ExitStack() as stack:
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        for _ in range(1100):
            stack.callback(os.close, os.open(os.devnull, os.O_RDONLY))
        both = Both()
        stack.enter_context(contextlib.closing(both.sandbox))
        fork, own = both.run("import os\nprint(os.listdir('/proc/self/fd'))\n")
        assert both.zygotes()
    assert fork.stdout == own.stdout


def test_a_signal_to_the_whole_group_stays_in_the_fork(both: Both) -> None:
    both.execution(both.forked, "print(1)\n")
    before = both.zygotes()
    fork, own = both.run(SIGNALS_ITS_GROUP)
    assert (fork.exit_code, fork.stdout) == (own.exit_code, own.stdout) == (137, b"on\n")
    assert both.zygotes() == before
    assert both.execution(both.forked, "print(2)\n").stdout == b"2\n"


def test_a_connection_keeps_no_port_from_the_next_fork(both: Both) -> None:
    assert both.execution(both.forked, SERVES).stdout == b"the port is kept\n"
    found = both.execution(both.forked, BINDS)
    assert found.stdout == b"bound\n", found.stderr


def test_a_socket_that_nobody_has_any_more_keeps_no_port_from_the_next_fork(both: Both) -> None:
    """Those that were sent to each other live on until the kernel looks for such, after any process."""
    assert both.execution(both.forked, SENDS_AWAY).stdout == b"sent\n"
    found = both.execution(both.forked, BINDS)
    assert found.stdout == b"bound\n", found.stderr
    before = both.zygotes()
    assert both.execution(both.forked, BINDS).stdout == b"bound\n"
    assert both.zygotes() == before


def test_time_that_the_kernel_forgets_counts(both: Both) -> None:
    fork, own = both.run(FORGETS)
    assert fork.cpu_s > 0.2
    assert own.cpu_s > 0.2


def test_a_suite_that_crashes_ends_the_same(both: Both) -> None:
    tests = "assert answer() == 1\nimport ctypes\nctypes.string_at(0)\n"
    suite = Problem("any", "", Language.PYTHON, tests=tests, entry_point="answer")
    fork, own = (_judged(verifier, suite, "def answer():\n    return 1\n") for verifier in (both.forked, both.afresh))
    assert (fork.outcome, fork.detail) == (own.outcome, own.detail)
    assert fork.outcome is Outcome.RUNTIME_ERROR


def test_one_tester_judges_as_if_each_sample_were_the_first(both: Both) -> None:
    limits = Limits(cpu_s=1.0, memory_mb=256)
    forked, afresh = (PythonVerifier(replace(each._workshop, limits=limits)) for each in (both.forked, both.afresh))
    own = {name: _found(_judged(afresh, SUITE, source)) for name, source in ANSWERS.items()}
    assert len({outcome for outcome, *_ in own.values()}) > 5
    order = random.Random(0)
    for _ in range(2):
        for name in order.sample(sorted(ANSWERS), len(ANSWERS)):
            assert _found(_judged(forked, SUITE, ANSWERS[name])) == own[name], name
            assert _found(_judged(forked, SUITE, ANSWERS["right"])) == own["right"], f"after one that {name}"


def test_the_testers_memory_counts(both: Both) -> None:
    tests = "big = list(range(1_500_000))\nassert answer(1) == 1 and len(big) > 0\n"
    source = (
        "import time\ndef answer(n):\n    x = bytearray(80 << 20)\n"
        "    while time.process_time() < 3:\n        pass\n    return n\n"
    )
    suite = Problem("any", "", Language.PYTHON, tests=tests, entry_point="answer")
    limits = Limits(memory_mb=128)
    for each in (both.forked, both.afresh):
        verifier = PythonVerifier(replace(each._workshop, limits=limits))
        assert _judged(verifier, suite, source).outcome is Outcome.MEMORY_LIMIT
        assert _judged(verifier, suite, source.replace("80", "8").replace("< 3", "< 0.3")).outcome is Outcome.ACCEPTED


def test_one_tester_serves_many_samples(both: Both) -> None:
    found = []
    for _ in range(3):
        assert _judged(both.forked, SUITE, ANSWERS["right"]).outcome is Outcome.ACCEPTED
        found.append(_testers(both))
    assert found[0]
    assert found[0] == found[1] == found[2]


def test_what_a_suite_left_behind_does_not_ask_the_next_solution(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if it is not seen that there is something."""
    monkeypatch.setattr("halo_forge.verifiers.ahead.leaves_nothing", lambda _: True)
    made_ahead.cache_clear()
    first = replace(SUITE, tests=CALLS_LATER)
    second = replace(SUITE, tests="kept = [[n] for n in range(100_000)]\nassert answer([1]) == [1]\n")
    for _ in range(3):
        assert _judged(both.forked, first, "def answer(x):\n    return x\n").outcome is Outcome.ACCEPTED
        found = _judged(both.forked, second, "import os\ndef answer(x):\n    return x if x == [1] else os._exit(1)\n")
        assert found.outcome is Outcome.ACCEPTED, found.detail
    made_ahead.cache_clear()


def test_a_tester_that_has_grown_is_replaced(both: Both) -> None:
    """Else there would be less memory for later suites."""
    suite = replace(SUITE, tests="assert len(answer(2000)) == 2000\n")
    answer = (  # with classes that are kept, in case that there is more of them
        "from collections import namedtuple\n"
        "def answer(n):\n    return [namedtuple(f'N{m}', 'x')(m) for m in range(n)]\n"
    )
    assert _judged(both.forked, SUITE, ANSWERS["right"]).outcome is Outcome.ACCEPTED
    before = _testers(both)
    assert before
    assert _judged(both.forked, suite, answer).outcome is Outcome.ACCEPTED
    assert _testers(both) != before


def test_a_tester_that_was_killed_is_replaced(both: Both) -> None:
    assert _judged(both.forked, SUITE, ANSWERS["right"]).outcome is Outcome.ACCEPTED
    before = both.zygotes()
    for _ in range(3):
        (tester,) = _testers(both)
        os.kill(tester, signal.SIGKILL)
        while _lives(tester):
            time.sleep(0.01)
        assert _judged(both.forked, SUITE, ANSWERS["right"]).outcome is Outcome.ACCEPTED
    assert before == both.zygotes()


def test_a_tester_that_was_killed_keeps_nobody_from_watching_another_sample(both: Both) -> None:
    assert _judged(both.forked, SUITE, ANSWERS["right"]).outcome is Outcome.ACCEPTED
    before = both.zygotes()
    (tester,) = _testers(both)
    os.kill(tester, signal.SIGKILL)
    prints = both.execution(both.forked, "import time\ntime.sleep(0.1)\nprint('x' * 200_000)\n")
    assert len(prints.stdout) == 200_001
    assert both.zygotes() == before  # else it did not answer


def test_a_fork_whose_end_was_told_is_still_watched(both: Both) -> None:
    """The tester has asked how it ended, and takes a while longer."""
    tests = "try:\n    answer(1)\nexcept BaseException:\n    pass\nn = sum(range(9_000_000))\nassert answer(2) == 2\n"
    assert _judged(both.forked, SUITE, ANSWERS["right"]).outcome is Outcome.ACCEPTED
    before = both.zygotes()
    found = _judged(both.forked, replace(SUITE, tests=tests), ANSWERS["ends itself"])
    assert (found.outcome, found.detail) == (Outcome.RUNTIME_ERROR, "the solution ended its process")
    assert both.zygotes() == before


def test_a_zygote_that_is_killed_with_a_job_unread_is_replaced(both: Both) -> None:
    assert _judged(both.forked, SUITE, ANSWERS["right"]).outcome is Outcome.ACCEPTED
    (first,) = both.zygotes()
    zygote = proc.tree(first)[2]
    os.kill(zygote, signal.SIGSTOP)
    killing = threading.Timer(0.05, os.kill, (zygote, signal.SIGKILL))
    killing.start()
    assert _judged(both.forked, SUITE, ANSWERS["right"]).outcome is Outcome.ACCEPTED
    killing.join()
    assert both.zygotes() != [first]


def test_who_is_interrupted_while_the_zygote_is_asked_does_not_run_it_again() -> None:
    done = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=False, timeout=120)
    assert (done.stdout, done.stderr, done.returncode) == ("interrupted, run once, nothing left open\n", "", 0)


@pytest.mark.parametrize("tests", ["assert answer( == 1\n", "import no_such_module\nassert answer(1) == 1\n"])
def test_of_a_suite_that_is_no_good_the_same_is_said(both: Both, tests: str) -> None:
    said = []
    for verifier in (both.forked, both.afresh):
        with pytest.raises(JudgeError) as error:
            _judged(verifier, replace(SUITE, tests=tests), ANSWERS["right"])
        said.append(str(error.value))
    assert said[0] == said[1]


def test_a_suite_that_can_not_be_made_ready_ahead_is_judged(both: Both) -> None:
    needs_more = "import test.support\nassert answer([1]) == [1]\n"
    assert made_ahead(needs_more, None, "answer") == (b"", False)
    for verifier in (both.forked, both.afresh):
        found = _judged(verifier, replace(SUITE, tests=needs_more), ANSWERS["right"])
        assert found.outcome is Outcome.ACCEPTED, found.detail


def test_a_thread_that_may_no_longer_run_on_a_processor_is_left_alone(both: Both) -> None:
    here, *others = sorted(before := os.sched_getaffinity(0))
    if not others:
        pytest.skip("there is one processor")
    try:
        for processor in (here, others[0]):
            os.sched_setaffinity(0, {processor})
            assert _judged(both.forked, SUITE, ANSWERS["right"]).outcome is Outcome.ACCEPTED
            assert os.sched_getaffinity(0) == {processor}
    finally:
        os.sched_setaffinity(0, before)


def test_a_judging_thread_may_run_anywhere_afterwards(both: Both) -> None:
    before = os.sched_getaffinity(0)
    assert _judged(both.forked, SUITE, ANSWERS["right"]).outcome is Outcome.ACCEPTED
    assert os.sched_getaffinity(0) == before


def test_pages_that_forks_write_to_are_copied_for_them(both: Both) -> None:
    """After so many jobs that it is known which; and who was tried out for that is gone."""
    _judge_until_pinned(both.forked)
    (zygote,) = both.zygotes()
    assert len(_waiting(both)) == 1
    if can_pin():
        assert 50 < _pinned(zygote) < 600
    for answer in ANSWERS.values():
        assert _found(_judged(both.forked, SUITE, answer)) == _found(_judged(both.afresh, SUITE, answer))


def test_pages_are_copied_for_forks_that_begin_programs() -> None:
    with contextlib.closing(BubblewrapSandbox()) as sandbox:
        command = _in_a_fork(Command(("/usr/bin/true",), ResourceLimits(5, 256, 65536, 1, 1, 16)))
        for _ in range(_BEFORE_PINNING + 2):
            assert sandbox.run(command).exit_code == 0
        ((zygote,),) = sandbox._zygotes._idle.values()
        if can_pin():
            assert 20 < _pinned(zygote.process.pid) < 600
        assert not proc.children(proc.tree(zygote.process.pid)[2])


@pytest.mark.parametrize(
    "instead",
    [
        "lambda: __import__('os')._exit(3)",
        "lambda: __import__('time').sleep(1000)",  # it says nothing
        "lambda: __import__('os').write(5, bytes(800)) and None",  # and it says too much
        "lambda: 1 / 0",
    ],
)
def test_a_fork_that_is_tried_out_in_vain_does_no_harm(instead: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with contextlib.closing(BubblewrapSandbox()) as sandbox:
        verifier = PythonVerifier(Workshop(sandbox, Limits()))
        start = verifier._zygote.start
        words = [word.replace("sys.modules['inside.rehearsal'].once", instead) for word in start.argv]
        assert words != list(start.argv)
        monkeypatch.setattr(verifier, "_zygote", replace(verifier._zygote, start=replace(start, argv=tuple(words))))
        assert _judged(verifier, SUITE, ANSWERS["right"]).outcome is Outcome.ACCEPTED
        ((before,),) = sandbox._zygotes._idle.values()
        _judge_until_pinned(verifier)
        ((after,),) = sandbox._zygotes._idle.values()
        assert before is after


def test_walls_that_do_not_stand_are_seen_beside_a_fork_that_is_tried_out(caplog: pytest.LogCaptureFixture) -> None:
    with contextlib.closing(BubblewrapSandbox()) as sandbox:
        verifier = PythonVerifier(Workshop(sandbox, Limits()))
        for _ in range(_BEFORE_PINNING - 1):
            assert _judged(verifier, SUITE, ANSWERS["right"]).outcome is Outcome.ACCEPTED
        program = Problem("any", "", Language.PYTHON, cases=(Case("", "1\n"),))
        with pytest.raises(JudgeError):
            _judged(PythonVerifier(Workshop(sandbox, Limits(file_mb=-1))), program, "print(1)\n")
        assert "no process can be kept ready" in caplog.text  # and not only what starts afresh has failed


def test_a_zygote_has_no_more_rights_than_it_needs(both: Both) -> None:
    """Also where the host may not lock memory: bwrap leaves all rights to who asks for one that is not to be had."""
    if os.geteuid() != 0:
        pytest.skip("an ordinary user's zygotes have rights in their own user namespace alone")
    source = """
from halo_forge.sandbox.bubblewrap import BubblewrapSandbox
from halo_forge.verifiers.python import PythonVerifier
from halo_forge.verifiers.base import Workshop
from halo_forge.types import Language, Limits
from halo_forge.sandbox import proc
sandbox = BubblewrapSandbox()
PythonVerifier(Workshop(sandbox, Limits())).prepare(frozenset({Language.PYTHON}))
for zygotes in sandbox._zygotes._idle.values():
    for zygote in zygotes:
        status = open(f"/proc/{proc.tree(zygote.process.pid)[2]}/status").read()
        print(status.split("CapPrm:")[1].split()[0])
sandbox.close()
"""
    without = ["setpriv", "--bounding-set=-ipc_lock", "--inh-caps=-ipc_lock"]
    needed, to_lock = 0x2001C0, 0x4000
    for words, wanted in (([], (needed, needed | to_lock)), (without, (needed,))):
        done = subprocess.run([*words, sys.executable, "-c", source], capture_output=True, text=True, check=True)
        (found,) = {int(said, 16) for said in done.stdout.split()}
        assert found in wanted


def test_suites_that_draw_at_random_do_not_draw_alike(both: Both) -> None:
    """Though one tester executes them, and the second time it has the module already."""
    draws = "import random\nassert answer(random.getrandbits(64)) is None\n"
    answer = "import sys\ndef answer(x):\n    print(x, file=sys.stderr)\n    raise ValueError(x)\n"
    found = [_judged(both.forked, replace(SUITE, tests=draws), answer) for _ in range(6)]
    assert {verdict.outcome for verdict in found} == {Outcome.RUNTIME_ERROR}
    assert len({verdict.detail for verdict in found}) == len(found)


def test_a_zygote_that_a_nicer_thread_started_serves_others(caplog: pytest.LogCaptureFixture) -> None:
    both = Both()

    def politely() -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
        both.execution(both.forked, "print(1)\n")

    with contextlib.closing(both.sandbox):
        thread = threading.Thread(target=politely)
        thread.start()
        thread.join()
        assert both.execution(both.forked, "print(2)\n").stdout == b"2\n"
        assert both.zygotes()
    assert not caplog.records


def test_a_fork_of_the_host_leaves_the_zygotes_alone(both: Both) -> None:
    both.execution(both.forked, "print(1)\n")
    before = both.zygotes()
    child = os.fork()
    if child == 0:
        try:
            both.sandbox._zygotes.close()
            both.execution(both.forked, "print(2)\n")
        except JudgeError:
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert both.execution(both.forked, "print(3)\n").stdout == b"3\n"
    assert both.zygotes() == before


def test_suites_are_made_ready_alike_however_python_was_started() -> None:
    """Else ``python -O`` would take out the assertions, and any solution would pass."""
    source = (
        "from halo_forge.verifiers.ahead import made_ahead\n"
        "tests = 'def check(f):\\n    assert f(1) == 2\\n'\n"
        "print(made_ahead(tests, 'def g():\\n    assert 0\\n', 'f')[0])"
    )
    made = [
        subprocess.run([sys.executable, *flags, "-c", source], capture_output=True, check=True).stdout
        for flags in ((), ("-O",), ("-OO",))
    ]
    assert made[0] == made[1] == made[2] != b"b''\n"


def test_forks_draw_different_numbers(both: Both) -> None:
    drawn = {both.execution(both.forked, DRAWS).stdout for _ in range(5)}
    assert len(drawn) == 5


def test_no_part_of_a_package_is_there_that_importing_it_does_not_bring() -> None:
    """Else ``import xml; xml.dom`` would work in a fork alone."""
    last = "import halo_forge.verifiers.inside.ready, halo_forge.sandbox.zygote.forking"
    names = {name for name in _loaded("usual", last) if not name.startswith("halo_forge")}
    packages = {name.rpartition(".")[0] for name in names if "." in name} & names
    assert {"json", "ctypes"} <= packages
    for package in packages:
        afresh = _loaded("start", f"import halo_forge.verifiers.inside.entry, {package}")
        assert {name for name in names if name.rpartition(".")[0] == package} <= afresh, package


def test_forks_of_a_nice_thread_are_nice_among_sessions_too(both: Both) -> None:
    def judged() -> int:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 3)
        both.execution(both.forked, "print(1)\n")
        return both.zygotes()[-1]  # the one that was used

    with ThreadPoolExecutor(1) as pool:
        zygote = pool.submit(judged).result()
    inner = proc.tree(zygote)[-1]
    if not Path(f"/proc/{inner}/autogroup").exists():
        pytest.skip("this kernel shares processors out among processes alone")
    assert Path(f"/proc/{inner}/autogroup").read_text().endswith(" nice 3\n")


def test_a_zygote_that_was_killed_is_replaced(both: Both) -> None:
    both.execution(both.forked, "print(1)\n")
    before = both.zygotes()
    inner = [proc.tree(pid)[2] for pid in before]
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    while any(_lives(pid) for pid in inner):
        time.sleep(0.01)
    assert both.execution(both.forked, "print(2)\n").stdout == b"2\n"
    assert both.zygotes()
    assert not set(both.zygotes()) & set(before)


def test_where_no_zygote_works_commands_start_afresh(caplog: pytest.LogCaptureFixture) -> None:
    with contextlib.closing(BubblewrapSandbox()) as sandbox:
        verifier = PythonVerifier(Workshop(sandbox, Limits()))
        verifier._zygote = replace(verifier._zygote, start=replace(verifier._zygote.start, argv=("/usr/bin/false",)))
        for _ in range(2):
            verdict = _judged(verifier, Problem("any", "", Language.PYTHON, cases=(Case("", "1\n"),)), "print(1)\n")
            assert verdict.outcome is Outcome.ACCEPTED
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_nothing_is_left_when_the_sandbox_is_closed() -> None:
    before = set(proc.children(os.getpid()))
    descriptors = len(os.listdir("/proc/self/fd"))
    sandbox = BubblewrapSandbox()
    verifier = PythonVerifier(Workshop(sandbox, Limits()))
    _judged(verifier, Problem("any", "", Language.PYTHON, cases=(Case("", "1\n"),)), "print(1)\n")
    sandbox.close()
    assert set(proc.children(os.getpid())) <= before
    assert len(os.listdir("/proc/self/fd")) <= descriptors


def test_one_that_nobody_waits_for_any_more_is_sent_away() -> None:
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, check=False, timeout=120)
    assert (done.stdout, done.stderr, done.returncode) == ("sent away\n[]\n", "", 0)


def _leaves(*statements: str) -> str:
    return "\n".join(("import os, socket", *statements))


def _judged(verifier: PythonVerifier, problem: Problem, source: str) -> Verdict:
    return verifier.verify(problem, Sample("any", 0, source))


def _started_afresh(both: Both) -> Command:
    """The program that looks at its world, as any command."""
    verifier = both.afresh
    limits = verifier._workshop.run_limits(Problem("any", "", Language.PYTHON))
    words = ("run", RESULT_FD, "main.py", "preamble.py")
    return replace(
        verifier._command(words, limits, {"main.py": WORLD.encode(), "preamble.py": b""}, stdin=b"x"), zygote=None
    )


def _in_a_fork(command: Command) -> Command:
    """The same command for a process that is kept ready from the first one on."""
    kind = executor(command.read_only)
    assert kind is not None
    return replace(command, zygote=replace(kind, worth_it_after=0))


def _testers(both: Both) -> list[int]:
    """Those that wait: forks that are not process 1 where they are, and none that is there to be looked at."""
    for _ in range(3):
        if len(found := _waiting(both)) <= len(both.zygotes()):
            return found
        assert _judged(both.forked, SUITE, ANSWERS["right"]).outcome is Outcome.ACCEPTED
    raise AssertionError(found)


def _waiting(both: Both) -> list[int]:
    pids = [pid for zygote in both.zygotes() for pid in proc.tree(proc.tree(zygote)[2])[1:]]
    statuses = {pid: _status(pid) for pid in pids}
    return [pid for pid in pids if _of_living(statuses[pid]) and not _NAMESPACES_FIRST.search(statuses[pid])]


def _lives(pid: int) -> bool:
    """Whether it is neither gone nor only waited for: who reaps it may do so at any time."""
    return _of_living(_status(pid))


def _of_living(status: str) -> bool:
    return re.search(r"^State:\t[^ZX]", status, re.MULTILINE) is not None


def _judge_until_pinned(verifier: PythonVerifier) -> None:
    for number in range(_BEFORE_PINNING + 2):
        found = _judged(verifier, SUITE, f"{ANSWERS['right']}# {number}")
        assert found.outcome is Outcome.ACCEPTED, found.detail


def _pinned(zygote: int) -> int:
    """Pages of memory."""
    found = re.search(r"^VmPin:\s*([0-9]+) kB", _status(proc.tree(zygote)[2]), re.MULTILINE)
    assert found
    return int(found[1]) * 1024 // resource.getpagesize()


def _status(pid: int) -> str:
    """Nothing if it is gone: before its file was opened, or while it was read."""
    try:
        return Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _found(verdict: Verdict) -> tuple[object, ...]:
    """All but what the solution's process says itself while it is ended."""
    return verdict.outcome, verdict.detail.partition("\nTraceback")[0], verdict.tests_passed, verdict.tests_total


def _loaded(module: str, more: str = "") -> set[str]:
    """All modules that are there after one of ours was imported, and more."""
    source = f"import halo_forge.verifiers.inside.{module}\n{more}\nimport sys\nprint(*sys.modules)"
    words = [sys.executable, "-P", "-s", "-c", source]
    return set(subprocess.run(words, capture_output=True, text=True, check=True).stdout.split())
