"""The processes of the phases, with real ones: how they end, what they say, and that none outlives its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from halo_forge.errors import Cancelled
from halo_forge.raft import child
from patience import SOON_S


@pytest.fixture(autouse=True)
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where `module` puts modules for ``python -m``."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))


def module(tmp_path: Path, code: str) -> str:
    (tmp_path / "phase_for_test.py").write_text(f"import os, signal, sys, time\n{code}\n")
    return "phase_for_test"


def wait_for(path: Path) -> str:
    """What is in a file, once there is something."""
    end = time.monotonic() + SOON_S
    while time.monotonic() < end:
        if path.exists() and (text := path.read_text()):
            return text
        time.sleep(0.02)
    raise AssertionError(f"{path.name} did not come")


def assert_ends(pid: int) -> None:
    end = time.monotonic() + SOON_S
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return
        except (FileNotFoundError, ProcessLookupError):  # it was gone before, or by the time of reading
            return
        time.sleep(0.02)
    raise AssertionError(f"process {pid} goes on")


@pytest.mark.parametrize("status", [0, 3, 130])
def test_the_exit_status(tmp_path: Path, status: int) -> None:
    name = module(tmp_path, "sys.exit(int(sys.argv[1]))")
    assert child.run([name, str(status)], threading.Event()) == status
    assert child.listen([name, str(status)], threading.Event(), print, 2) == status


def test_a_process_that_was_killed(tmp_path: Path) -> None:
    name = module(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)")
    assert child.run([name], threading.Event()) == -signal.SIGKILL
    assert child.listen([name], threading.Event(), print, 2) == -signal.SIGKILL


def test_lines_are_heard_in_order_and_the_rest_is_logged(tmp_path: Path) -> None:
    name = module(tmp_path, "print('one'); print('wrong', file=sys.stderr); print('zwei ü'); print('no end', end='')")
    heard: list[str] = []
    with (tmp_path / "log").open("wb") as log:
        assert child.listen([name], threading.Event(), heard.append, log.fileno()) == 0
    assert heard == ["one\n", "zwei ü\n", "no end"]
    assert (tmp_path / "log").read_text() == "wrong\n"


def test_lines_are_heard_as_they_come(tmp_path: Path) -> None:
    """The process goes on only after the first line was heard."""
    ready = tmp_path / "ready"
    name = module(
        tmp_path, f"print('one', flush=True)\nwhile not os.path.exists({str(ready)!r}): time.sleep(0.01)\nprint('two')"
    )
    assert child.listen([name], threading.Event(), lambda line: ready.touch(), 2) == 0


def test_what_a_listener_raises_ends_the_process(tmp_path: Path) -> None:
    name = module(tmp_path, f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); print(1, flush=True)\n"
                            "time.sleep(100)")  # fmt: skip

    def hear(line: str) -> None:
        raise KeyError(line)

    with pytest.raises(KeyError):
        child.listen([name], threading.Event(), hear, 2)
    assert_ends(int((tmp_path / "pid").read_text()))


COUNTING = """
seen = open(sys.argv[1], 'a', buffering=1)
def count(*_):
    seen.write('interrupted\\n')
signal.signal(signal.SIGINT, count)
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
seen.write(f'{os.getpid()}\\n')
end = time.monotonic() + float(sys.argv[2])
while time.monotonic() < end and 'interrupted' not in open(sys.argv[1]).read():
    time.sleep(0.02)
time.sleep(0.8)  # several beats: time for a second signal
"""


def test_a_cancel_interrupts_once_and_waits(tmp_path: Path) -> None:
    """A second Ctrl-C would end a run before its samples are kept."""
    seen, cancel = tmp_path / "seen", threading.Event()

    def stop() -> None:
        wait_for(seen)
        cancel.set()

    stopper = threading.Thread(target=stop)
    stopper.start()
    with pytest.raises(Cancelled):
        child.run([module(tmp_path, COUNTING), str(seen), "60"], cancel)
    stopper.join()
    pid, *rest = seen.read_text().splitlines()
    assert rest == ["interrupted"]
    assert_ends(int(pid))


IMPORTING = """
while signal.SIGINT not in signal.sigpending():
    time.sleep(0.02)
from halo_forge.cli.interrupt import stoppable
with stoppable() as cancel:
    print('stopped' if cancel.wait(60) else 'never told', file=open(sys.argv[1], 'w'))
"""


def test_a_process_that_is_not_ready_yet_is_interrupted_when_it_is(tmp_path: Path) -> None:
    said, cancel = tmp_path / "said", threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        child.run([module(tmp_path, IMPORTING), str(said)], cancel)
    assert said.read_text() == "stopped\n"


def test_a_cancelled_training_ends_at_once(tmp_path: Path) -> None:
    """With what it started: a training cannot be gone on with."""
    code = "import subprocess\nchild = subprocess.Popen(['sleep', '100'])\nprint(child.pid, flush=True)\n"
    name = module(tmp_path, code + "signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: time.sleep(1)")
    cancel, heard = threading.Event(), list[str]()

    def hear(line: str) -> None:
        heard.append(line)
        cancel.set()

    started = time.monotonic()
    with pytest.raises(Cancelled):
        child.listen([name], cancel, hear, 2)
    assert time.monotonic() - started < SOON_S
    assert_ends(int(heard[0]))


PARENT = """
import sys, threading
from halo_forge.raft import child
if sys.argv[1] == "run":
    child.run(sys.argv[2:], threading.Event())
else:
    child.listen(sys.argv[2:], threading.Event(), print, 2)
"""


@pytest.mark.parametrize("how", ["run", "listen"])
def test_who_starts_a_process_takes_it_along(tmp_path: Path, how: str) -> None:
    """A kill leaves nobody who would hold the run's lock."""
    pid = tmp_path / "pid"
    name = module(tmp_path, "open(sys.argv[1], 'w').write(str(os.getpid()))\ntime.sleep(100)")
    with subprocess.Popen([sys.executable, "-c", PARENT, how, name, str(pid)]) as parent:
        number = int(wait_for(pid))
        parent.kill()
    assert_ends(number)


def test_a_terminals_interrupt_is_for_the_parent(tmp_path: Path) -> None:
    """The process is in a session of its own, so that Ctrl-C does not come twice."""
    name = module(tmp_path, "print(os.getsid(0) == os.getpid())")
    heard: list[str] = []
    child.listen([name], threading.Event(), heard.append, 2)
    assert heard == ["True\n"]
