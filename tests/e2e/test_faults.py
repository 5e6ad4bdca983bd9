"""What breaks around a run: full disks, missing directories, closed streams, a sandbox or a plug-in that fails.

Every time there is one clear line or a judge error, nothing that was done is lost, and no sample is blamed.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from e2e.conftest import HALO_FORGE, Answer, CommandLine
from halo_forge.errors import SandboxError
from halo_forge.sandbox import proc
from halo_forge.sandbox.bubblewrap import find_bwrap
from patience import LONG_S

SCORE = ("benchmark", "score", "samples.jsonl", "--prompts", "problems.jsonl", "--k", "1", "--output")
WRONG_EVERY = 3


def sample(number: int, padding: int = 0) -> dict[str, Any]:
    """Every third prints something wrong; no two are the same program."""
    text = f"print({'2' if number % WRONG_EVERY == 0 else '1'})  # {number}{' ' * padding}."
    return {"task_id": "one", "solution": text}


@pytest.fixture
def ready(halo: CommandLine) -> CommandLine:
    """One problem and twelve samples, four of them wrong."""
    halo.write("problems.jsonl", {"id": "one", "prompt": "p", "language": "python", "expected_output": "1\n"})
    halo.write("samples.jsonl", *(sample(number) for number in range(12)))
    return halo


def run(ready: CommandLine, *words: str, **given: Any) -> Answer:
    """Any command in the directory of `ready`."""
    done = subprocess.run(
        words, cwd=ready.directory, env=ready.environment(None), capture_output=True, text=True, timeout=120,
        check=False, **given,
    )  # fmt: skip
    return Answer(done.returncode, done.stdout, done.stderr)


def outcomes(ready: CommandLine, name: str) -> dict[int, str]:
    """The outcome of each sample; no sample is there twice."""
    lines = ready.lines(name)
    found = {line["index"]: line["outcome"] for line in lines}
    assert len(found) == len(lines)
    return found


def expected(samples: int) -> dict[int, str]:
    return {n: "wrong_answer" if n % WRONG_EVERY == 0 else "accepted" for n in range(samples)}


# Disks


@pytest.fixture
def small_disk(ready: CommandLine) -> Iterator[Path]:
    """A file system of 64 kB."""
    place = ready.directory / "small"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", place], capture_output=True).returncode:
        pytest.skip("only root may mount a small file system")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def test_a_full_disk(ready: CommandLine, small_disk: Path) -> None:
    ready.write("samples.jsonl", *(sample(number, padding=4000) for number in range(30)))
    command = (*SCORE, "small/x.json")
    answer = ready(*command)
    assert answer.status == 2
    assert "No space left" in answer.complaint
    assert "make room" in answer.complaint
    kept = (small_disk / "x.samples.jsonl").read_bytes()
    judged = outcomes(ready, "small/x.samples.jsonl")
    assert 5 < len(judged) < 30
    assert judged.items() <= expected(30).items()
    assert ready(*command).status == 2  # still full: nothing gets worse
    assert (small_disk / "x.samples.jsonl").read_bytes() == kept
    subprocess.run(["mount", "-o", "remount,size=8m", small_disk], check=True)
    answer = ready(*command)
    assert answer.status == 0, answer.err
    assert (small_disk / "x.samples.jsonl").read_bytes().startswith(kept)
    assert outcomes(ready, "small/x.samples.jsonl") == expected(30)
    assert ready.json("small/x.json")["samples"] == {"total": 30, "compiled": 30, "passed": 20, "repeats": 0}


def test_a_full_disk_while_a_model_generates(ready: CommandLine, small_disk: Path) -> None:
    ready.write("answers.jsonl", *({"problem_id": "one", "text": sample(n, 4000)["solution"]} for n in range(30)))
    model = ("benchmark", "run", "--model", "scripted:answers.jsonl", "--samples", "30")
    command = (*model, "--prompts", "problems.jsonl", "--k", "1", "--output", "small/x.json")
    answer = ready(*command)
    assert answer.status == 2
    assert "No space left" in answer.complaint
    subprocess.run(["mount", "-o", "remount,size=8m", small_disk], check=True)
    answer = ready(*command)
    assert answer.status == 0, answer.err
    assert outcomes(ready, "small/x.samples.jsonl") == expected(30)
    assert not (small_disk / "x.generated.jsonl").exists()


def test_a_file_that_may_not_grow(ready: CommandLine) -> None:
    """As a full disk, for who may not mount one."""
    ready.write("samples.jsonl", *(sample(number, padding=20_000) for number in range(30)))
    command = (HALO_FORGE, *SCORE, "x.json")
    answer = run(ready, "prlimit", "--fsize=350000", "--", *map(str, command))
    assert answer.status == 2
    assert "File too large" in answer.complaint
    kept = outcomes(ready, "x.samples.jsonl")
    assert 5 < len(kept) < 30
    answer = run(ready, *map(str, command))
    assert answer.status == 0, answer.err
    assert outcomes(ready, "x.samples.jsonl") == expected(30)


@pytest.mark.parametrize(
    "words", [(*SCORE, "x.json"), (*SCORE, "x.json", "--json"), ("data", "list"), ("--version",), ("--help",)]
)
def test_a_full_standard_output(ready: CommandLine, words: tuple[str, ...]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [HALO_FORGE, *words], cwd=ready.directory, env=ready.environment(None), stdout=full,
            stderr=subprocess.PIPE, text=True, timeout=120, check=False,
        )  # fmt: skip
    answer = Answer(done.returncode, "", done.stderr)
    assert answer.status == 2
    assert "No space left" in answer.complaint
    assert "Exception ignored" not in answer.err
    if "x.json" in words:
        assert ready.json("x.json")["samples"]["passed"] == 8
        assert outcomes(ready, "x.samples.jsonl") == expected(12)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream(ready: CommandLine, closed: str) -> None:
    """Its number must not become a pipe's, which would get what is printed."""
    answer = run(ready, "/bin/sh", "-c", f'exec "$@" {closed}', "sh", str(HALO_FORGE), *SCORE, "x.json")
    assert answer.status == 0, answer.err
    assert outcomes(ready, "x.samples.jsonl") == expected(12)


# Directories


def without(place: str | None, *binds: str) -> list[str]:
    """A command that runs another one on a machine without a directory at `place`."""
    try:
        words = [str(find_bwrap()), "--die-with-parent", "--dev-bind", "/dev", "/dev"]
    except SandboxError as error:
        pytest.skip(str(error))
    words += ["--cap-add", "ALL"] if os.geteuid() == 0 else []  # what a sandbox of root's needs to be set up inside
    for top in map(Path, sorted(os.listdir("/"))):
        path = "/" / top
        if path.is_symlink():
            words += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir() and str(path) not in ("/dev", "/proc", place):
            words += ["--bind", str(path), str(path)]
    words += ["--proc", "/proc", *binds]
    if subprocess.run([*words, "true"], capture_output=True).returncode:
        pytest.skip("a machine that lacks a directory can't be made here")
    return words


@pytest.fixture
def elsewhere(ready: CommandLine) -> Iterator[CommandLine]:
    """The same files in a directory that is not below /tmp."""
    place = Path.home() / f".hf_faults-{os.getpid()}"
    try:
        place.mkdir()
    except OSError:
        pytest.skip(f"no directory can be made in {Path.home()}")
    try:
        for name in ("problems.jsonl", "samples.jsonl"):
            (place / name).write_bytes((ready.directory / name).read_bytes())
        yield CommandLine(place)
    finally:
        for path in place.iterdir():
            path.unlink()
        place.rmdir()


@pytest.mark.skipif(HALO_FORGE.is_relative_to("/tmp"), reason="halo-forge itself is below /tmp")
def test_a_machine_without_tmp(elsewhere: CommandLine) -> None:
    answer = run(elsewhere, *without("/tmp"), str(HALO_FORGE), *SCORE, "x.json")
    assert answer.status == 2
    assert "mkdir -m 1777 /tmp" in answer.complaint


def test_a_tmp_that_is_read_only(elsewhere: CommandLine) -> None:
    words = without(None, "--ro-bind", "/tmp", "/tmp")
    answer = run(elsewhere, *words, str(HALO_FORGE), *SCORE, "x.json")
    assert answer.status == 0, answer.err
    assert outcomes(elsewhere, "x.samples.jsonl") == expected(12)


@pytest.mark.parametrize("option", [(), ("--unsafe",)])
def test_tmpdir_leads_nowhere(ready: CommandLine, option: tuple[str, ...]) -> None:
    answer = ready(*SCORE, "x.json", *option, env={"TMPDIR": "/nowhere/at/all"})
    assert answer.status == 0, answer.err
    assert outcomes(ready, "x.samples.jsonl") == expected(12)


def test_no_place_for_temporary_files_without_a_sandbox(elsewhere: CommandLine) -> None:
    everything = [
        word for top in ("/tmp", "/var", "/usr", str(elsewhere.directory)) for word in ("--ro-bind", top, top)
    ]
    words = without(None, *everything)
    answer = run(elsewhere, *words, str(HALO_FORGE), *SCORE, "/dev/shm/hf_faults/x.json", "--unsafe")
    assert answer.status == 2
    assert "temporary directory" in answer.complaint


# The sandbox


def breakable(ready: CommandLine, then: str) -> dict[str, str]:
    """A bwrap that does `then` for as long as there is a file ``broken``, and works else."""
    script = ready.directory / "bwrap"
    script.write_text(f'#!/bin/sh\nif [ -e {ready.directory}/broken ]; then\n  {then}\nfi\nexec {find_bwrap()} "$@"\n')
    script.chmod(0o755)
    return {"HALO_FORGE_BWRAP": str(script)}


@pytest.mark.parametrize(
    "then",
    [
        "exit 1",
        "exit 0",
        "echo 'bwrap: No permissions to create new namespace' >&2; exit 1",
        "kill -KILL $$",
        "exec /nowhere/bwrap",
    ],
    ids=["fails", "does-nothing", "complains", "is-killed", "is-gone"],
)
def test_a_sandbox_that_breaks_in_the_middle(ready: CommandLine, then: str) -> None:
    ready.write("problems.jsonl", {"id": "one", "prompt": "p", "language": "bash", "expected_output": "1\n"})
    texts = (f"sleep 0.3; echo {'2' if n % WRONG_EVERY == 0 else '1'} # {n}" for n in range(12))
    ready.write("samples.jsonl", *({"task_id": "one", "solution": text} for text in texts))
    env = breakable(ready, then)
    command = (*SCORE, "x.json", "--workers", "1")
    process = ready.start(*command, env=env)
    kept = ready.directory / "x.samples.jsonl"
    while not kept.exists() or len(kept.read_text().splitlines()) < 4:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    (ready.directory / "broken").touch()
    for pid in bwraps_of(process.pid):  # those that were kept ready would go on
        with contextlib.suppress(OSError):
            os.kill(pid, 9)
    _, said = process.communicate()
    assert process.returncode == 3, said
    assert "could not be judged" in said
    assert "Traceback" not in said
    found = outcomes(ready, "x.samples.jsonl")
    assert len(found) == 12
    judged = {index: outcome for index, outcome in found.items() if outcome != "judge_error"}
    assert 2 < len(judged) < 12
    assert judged.items() <= expected(12).items()
    assert ready.json("x.json")["unscored"] == 12 - len(judged)
    assert ready.json("x.json")["samples"]["total"] == len(judged)
    (ready.directory / "broken").unlink()
    answer = ready(*command, env=env)
    assert answer.status == 0, answer.err
    assert outcomes(ready, "x.samples.jsonl") == expected(12)


def test_a_sandbox_whose_processes_are_killed(ready: CommandLine) -> None:
    """All of them at some moment, the one that is process 1 inside among them: never the samples' failure."""
    ready.write(
        "samples.jsonl",
        *({"task_id": "one", "solution": f"import time; time.sleep(0.3); print(1)  # {n}"} for n in range(40)),
    )
    process = ready.start(*SCORE, "x.json")
    while not (ready.directory / "x.samples.jsonl").exists():  # everything was tried and found to work
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    killed = 0
    while process.poll() is None:
        for pid in bwraps_of(process.pid):
            time.sleep(0.05)
            with contextlib.suppress(OSError):
                os.kill(pid, 9)
                killed += 1
        time.sleep(0.15)
    process.communicate()
    assert killed > 0
    assert process.returncode == 3
    assert set(outcomes(ready, "x.samples.jsonl").values()) <= {"judge_error", "accepted"}
    assert len(ready.lines("x.samples.jsonl")) == 40


ENDLESS = {
    "compiling": "template<int N> struct T { using A = typename T<N + 1>::A; using B = typename T<N + 2>::A; };\n"
    "template<> struct T<800> { using A = int; }; template<> struct T<801> { using A = int; };\n"
    "constexpr unsigned long f(unsigned long n) { unsigned long x = 0; while (n--) x += n * n; return x; }\n"
    "int main() { constexpr auto x = f(1000000000); return x; }",
    "running": "#include <unistd.h>\nint main() { if (!fork()) { setsid(); if (!fork()) pause(); } for (;;); }",
}


@pytest.mark.parametrize("option", [(), ("--unsafe",)], ids=["sandbox", "unsafe"])
@pytest.mark.parametrize("phase", ENDLESS)
def test_nothing_survives_a_run_that_is_killed(ready: CommandLine, phase: str, option: tuple[str, ...]) -> None:
    ready.write("problems.jsonl", {"id": "one", "prompt": "p", "language": "cpp", "expected_output": "1\n"})
    texts = (f"{ENDLESS[phase]}\n// {n}" for n in range(12))
    ready.write("samples.jsonl", *({"task_id": "one", "solution": text} for text in texts))
    workers = str(2 * len(os.sched_getaffinity(0)))
    process = ready.start(*SCORE, "x.json", "--workers", workers, "--compile-flags", "-fconstexpr-ops-limit=9000000000 "
                          "-fconstexpr-loop-limit=2000000000", *option)  # fmt: skip
    wanted = "cc1plus" if phase == "compiling" else "program"
    below: list[int] = []
    while sum(name(pid) == wanted for pid in below) < 4:
        assert process.poll() is None, process.communicate()
        below = proc.tree(process.pid)
        time.sleep(0.02)
    started = {pid: found.started for pid in below if (found := proc.stat(pid)) is not None}
    process.kill()
    process.communicate()
    end = time.monotonic() + LONG_S
    while True:
        left = [pid for pid, at in started.items() if (found := proc.stat(pid)) is not None and found.started == at]
        left = [pid for pid in left if not is_zombie(pid)]  # of whoever adopted it
        if not left:
            break
        assert time.monotonic() < end, [name(pid) for pid in left]
        time.sleep(0.02)


def is_zombie(pid: int) -> bool:
    found = proc.stat(pid)
    return found is None or found.state == "Z"


def bwraps_of(ancestor: int) -> list[int]:
    """The outer bwrap of one job below a process, or the one that is process 1 inside; in turns."""
    outer = [pid for pid in proc.tree(ancestor) if name(pid) == "bwrap" and name(parent(pid)) != "bwrap"]
    inner = [pid for one in outer for pid in proc.children(one)]
    return (outer if time.monotonic() % 1 < 0.5 else inner)[:1]


def name(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def parent(pid: int) -> int:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1])
    return 0


# Plug-ins

PLUGIN = """
import json
from pathlib import Path
from halo_forge.types import Language, Outcome, Verdict

FAULT = Path(__file__).with_name("fault.txt").read_text()

class Words:
    name = "words"
    languages = frozenset({Language.PYTHON})

    def prepare(self, languages):
        if FAULT == "prepare":
            raise ValueError("no licence\\nfor this machine")
        return {}

    def verify(self, problem, sample):
        right = Verdict(problem.id, sample.index, Outcome.ACCEPTED, True)
        if sample.index % 2 == 0:
            return right
        if FAULT == "raise":
            raise KeyError("oops")
        if FAULT == "exit":
            raise SystemExit(0)
        if FAULT == "interrupt":
            raise KeyboardInterrupt
        return {
            "nothing": None,
            "dict": {"outcome": "accepted"},
            "word": Verdict(problem.id, sample.index, "accepted", True),
            "index": Verdict(problem.id, sample.index + 1, Outcome.ACCEPTED, True),
            "problem": Verdict("another", sample.index, Outcome.ACCEPTED, True),
            "bytes": Verdict(problem.id, sample.index, Outcome.ACCEPTED, True, detail=b"x"),
            "nan": Verdict(problem.id, sample.index, Outcome.ACCEPTED, True, cpu_s=float("nan")),
            "compiled": Verdict(problem.id, sample.index, Outcome.ACCEPTED, "yes"),
            "fine": right,
        }[FAULT]

def make(workshop):
    if FAULT == "load":
        raise RuntimeError("no licence")
    return 3 if FAULT == "number" else Words()
"""


def plugged(ready: CommandLine, fault: str, target: str = "hf_words:make") -> dict[str, str]:
    """A directory with an installed package that has a verifier."""
    place = ready.directory / "packages"
    information = place / "hf_words-1.0.dist-info"
    information.mkdir(parents=True, exist_ok=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: hf-words\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(f"[halo_forge.verifiers]\nwords = {target}\n")
    (place / "hf_words.py").write_text(PLUGIN)
    (place / "fault.txt").write_text(fault)
    return {"PYTHONPATH": os.pathsep.join(filter(None, (str(place), os.environ.get("PYTHONPATH"))))}


@pytest.mark.parametrize(
    ("fault", "target", "says"),
    [
        ("load", "hf_words:make", "no licence"),
        ("number", "hf_words:make", "hf_words:make"),
        ("prepare", "hf_words:make", "no licence for this machine"),
        ("fine", "hf_nowhere:make", "hf_nowhere"),
        ("fine", "hf_words:nothing", "nothing"),
    ],
)
def test_a_plug_in_that_does_not_start(ready: CommandLine, fault: str, target: str, says: str) -> None:
    answer = ready(*SCORE, "x.json", "--verifier", "words", env=plugged(ready, fault, target))
    assert answer.status == 2
    assert says in answer.complaint
    assert "'words'" in answer.complaint
    assert not (ready.directory / "x.samples.jsonl").exists()


@pytest.mark.parametrize(
    "fault",
    ["raise", "exit", "interrupt", "nothing", "dict", "word", "index", "problem", "bytes", "nan", "compiled"],
)
def test_a_plug_in_that_fails_on_samples(ready: CommandLine, fault: str) -> None:
    command = (*SCORE, "x.json", "--verifier", "words")
    answer = ready(*command, env=plugged(ready, fault))
    assert answer.status == 3, answer.err
    assert "6 samples could not be judged" in answer.err
    assert "Traceback" not in answer.err
    assert outcomes(ready, "x.samples.jsonl") == {n: "judge_error" if n % 2 else "accepted" for n in range(12)}
    assert all(line["detail"] for line in ready.lines("x.samples.jsonl") if line["index"] % 2)
    answer = ready(*command, env=plugged(ready, "fine"))
    assert answer.status == 0, answer.err
    assert outcomes(ready, "x.samples.jsonl") == dict.fromkeys(range(12), "accepted")


def test_a_plug_in_says_where_it_failed(ready: CommandLine) -> None:
    ready(*SCORE, "x.json", "--verifier", "words", env=plugged(ready, "raise"))
    details = {line["detail"] for line in ready.lines("x.samples.jsonl") if line["outcome"] == "judge_error"}
    (detail,) = details
    assert detail.startswith("KeyError: 'oops' (hf_words.py:")


# A file of samples that does not hold still


@pytest.fixture
def many(ready: CommandLine) -> CommandLine:
    """More samples than are read at once, and one of the last takes some seconds."""
    samples = [sample(number, padding=100) for number in range(300)]
    samples[-2]["solution"] = f"import time; time.sleep(4); {samples[-2]['solution']}"
    ready.write("samples.jsonl", *samples)
    return ready


def meanwhile(many: CommandLine, change: str) -> Answer:
    """Score, and change the file of samples when there are verdicts."""
    process = many.start(*SCORE, "x.json")
    judged, path = many.directory / "x.samples.jsonl", many.directory / "samples.jsonl"
    while not (judged.exists() and judged.stat().st_size):
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    if change == "grow":
        with path.open("a") as file:
            file.write("".join(json.dumps(sample(number)) + "\n" for number in range(50)) + '{"task')
    elif change == "shrink":
        os.truncate(path, 20_000)
    elif change == "empty":
        os.truncate(path, 0)
    elif change == "replace":
        many.write("new.jsonl", *(sample(number + 1, padding=100) for number in range(300)))
        os.replace(many.directory / "new.jsonl", path)
    elif change == "rewrite":
        with path.open("r+") as file:
            file.write(json.dumps(sample(1, padding=100)))
    elif change == "remove":
        path.unlink()
    out, err = process.communicate(timeout=120)
    return Answer(process.returncode, out, err)


def test_samples_that_grow(many: CommandLine) -> None:
    answer = meanwhile(many, "grow")
    assert answer.status == 0, answer.err
    assert "300 samples that it had at first" in answer.err
    assert outcomes(many, "x.samples.jsonl") == expected(300)
    assert many.json("x.json")["samples"]["total"] == 300


@pytest.mark.parametrize("change", ["shrink", "empty", "replace", "rewrite", "remove"])
def test_samples_that_change(many: CommandLine, change: str) -> None:
    answer = meanwhile(many, change)
    assert answer.status == 2, answer.err
    assert "samples.jsonl was changed or removed" in answer.complaint
    assert not (many.directory / "x.json").exists()
    if change == "shrink":
        answer = many(*SCORE, "x.json")
        assert answer.status == 2
        assert "sha256" in answer.complaint or "not JSON" in answer.complaint


def test_samples_that_are_being_written(many: CommandLine) -> None:
    many.write("samples.jsonl", *(sample(number) for number in range(100_000)))
    with (many.directory / "samples.jsonl").open("a", buffering=1) as file:
        process = many.start(*SCORE, "x.json")
        while process.poll() is None:
            file.write(json.dumps(sample(1)) + "\n")
            time.sleep(0.0005)
    out, err = process.communicate()
    answer = Answer(process.returncode, out, err)
    assert answer.status == 2
    assert "is being written to" in answer.complaint
    assert not (many.directory / "x.samples.jsonl").exists()


def test_samples_from_a_pipe(ready: CommandLine) -> None:
    os.mkfifo(ready.directory / "pipe.jsonl")
    answer = ready("benchmark", "score", "pipe.jsonl", "--prompts", "problems.jsonl")
    assert answer.status == 2
    assert "pipe.jsonl" in answer.complaint
