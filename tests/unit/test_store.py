"""A run on disk: what is kept, what is refused, and what a kill or a full disk leaves behind."""

from __future__ import annotations

import fcntl
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from halo_forge.errors import SampleFileError, StoreError
from halo_forge.store import (
    GeneratedSample,
    JudgedSample,
    RunStore,
    Times,
    phase_spans,
    read_samples_file,
)
from halo_forge.store.lines import encode_generated, encode_judged
from halo_forge.types import FinishReason, Outcome, Sample, SampleForm, SampleKey, Verdict

IDENTITY = {"model": "m", "sampling": {"temperature": 0.7, "seed": 0}, "limits": [1, 2]}
MADE = Times(generation_started_at=100.0, generated_at=101.5)
TIMES = replace(MADE, judging_started_at=102.0, judged_at=103.25)
WEIRD = (
    "",
    "\n\r\n",
    "a\u2028b\u2029c\x85d\x0b\x0c\x1c",
    "nul \0 and bell \a and del \x7f",
    "lone \ud800 and \udfff, reversed \udc00\ud800",
    "\ufeffmark, \ufffe\uffff, e\u0301, 😀, 𝕏",
    '{"problem_id": "p"}\n{"index": 1}',
    '\\ud800 \\n " \\',
    "x" * 200_000,
)


def sample(index: int, problem: str = "p", text: str | None = None) -> Sample:
    return Sample(
        problem_id=problem,
        index=index,
        text=f"größe {index} 😀\n" if text is None else text,
        form=SampleForm.COMPLETION,
        finish_reason=FinishReason.STOP,
        n_tokens=3,
        prompt_tokens=7,
        token_ids=(1, 2, 3),
        seed=index,
    )


def verdict(of: Sample, outcome: Outcome = Outcome.ACCEPTED) -> Verdict:
    return Verdict(of.problem_id, of.index, outcome, True, 2, 3, "détail\nmore", 0.25, 1)


def judge(store: RunStore, of: Sample, outcome: Outcome = Outcome.ACCEPTED) -> None:
    store.add_judged(of, verdict(of, outcome), TIMES)


def timeless(judged: Iterator[JudgedSample]) -> list[JudgedSample]:
    """Without the sessions, which say how often a run was interrupted."""
    return [replace(j, times=replace(j.times, generation_session=None, judging_session=None)) for j in judged]


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "x.json"


@pytest.fixture
def quick_folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is such a place: thousands of openings would wait for a disk."""
    if not os.access("/dev/shm", os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, with room for 64 KiB."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mount.returncode:
        pytest.skip(f"cannot mount here: {mount.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def make_read_only(folder: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)


def run_python(code: str, *arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


# --- what is kept ---


def test_a_run_from_beginning_to_end(output: Path) -> None:
    with RunStore.open(output, IDENTITY) as store:
        assert json.loads((output.parent / "x.run.json").read_text()) == IDENTITY
        assert store.session == 0
        for i in range(3):
            store.add_generated(sample(i), MADE)
        assert store.waiting_keys == {("p", 0), ("p", 1), ("p", 2)}
        assert list(store.waiting()) == [], "they are in the caller's hands"
        for i in (1, 0):
            judge(store, sample(i))
        store.finish()
        assert (output.parent / "x.generated.jsonl").exists(), "one sample waits"
        judge(store, sample(2), Outcome.WRONG_ANSWER)
        assert store.judged_keys == {("p", 0), ("p", 1), ("p", 2)}
        assert store.waiting_keys == set()
        store.write_result({"pass@1": 0.5})
        store.finish()
    assert sorted(files_in(output.parent)) == ["x.json", "x.run.json", "x.samples.jsonl"]
    assert json.loads(output.read_text()) == {"pass@1": 0.5}
    assert [j.sample.index for j in read_samples_file(output.parent / "x.samples.jsonl")] == [1, 0, 2]


def test_a_line_says_everything(output: Path) -> None:
    with RunStore.open(output, IDENTITY) as store:
        judge(store, sample(4))
        assert next(store.read_judged()) == JudgedSample(
            sample(4), verdict(sample(4)), replace(TIMES, generation_session=0, judging_session=0)
        )
    assert json.loads((output.parent / "x.samples.jsonl").read_text()) == {
        "problem_id": "p",
        "index": 4,
        "text": "größe 4 😀\n",
        "form": "completion",
        "finish_reason": "stop",
        "n_tokens": 3,
        "prompt_tokens": 7,
        "seed": 4,
        "token_ids": [1, 2, 3],
        "outcome": "accepted",
        "passed": True,
        "compiled": True,
        "warned": None,
        "tests_passed": 2,
        "tests_total": 3,
        "cpu_s": 0.25,
        "wall_s": 1,
        "detail": "détail\nmore",
        "times": {
            "generation_started_at": 100.0,
            "generated_at": 101.5,
            "judging_started_at": 102.0,
            "judged_at": 103.25,
            "generation_session": 0,
            "judging_session": 0,
        },
    }


def test_unknown_values_come_back_as_none(output: Path) -> None:
    bare, nothing = Sample("p", 0, ""), Verdict("p", 0, Outcome.JUDGE_ERROR, None)
    with RunStore.open(output, IDENTITY) as store:
        store.add_judged(bare, nothing, Times())
        assert list(store.read_judged()) == [JudgedSample(bare, nothing, Times())]
    assert "token_ids" not in (output.parent / "x.samples.jsonl").read_text()


def test_weird_texts_come_back(output: Path) -> None:
    with RunStore.open(output, IDENTITY) as store:
        for i, text in enumerate(WEIRD):
            store.add_generated(sample(i, text=text), MADE)
    with RunStore.open(output, IDENTITY) as store:
        assert [g.sample.text for g in store.waiting()] == list(WEIRD)
        for generated in store.waiting():
            of = generated.sample
            store.add_judged(of, replace(verdict(of), detail=of.text), generated.times)
        assert [(j.sample.text, j.verdict.detail) for j in store.read_judged()] == [(t, t) for t in WEIRD]
    lines = (output.parent / "x.samples.jsonl").read_bytes().split(b"\n")
    assert len(lines) == len(WEIRD) + 1
    assert all(line.decode("utf-8") for line in lines[:-1])


def test_a_line_is_on_disk_when_the_call_returns(output: Path) -> None:
    with RunStore.open(output, IDENTITY) as store:
        store.add_generated(sample(0), MADE)
        assert (output.parent / "x.generated.jsonl").read_bytes().endswith(b"\n")
        judge(store, sample(0))
        assert (output.parent / "x.samples.jsonl").read_bytes().endswith(b"\n")


def test_many_threads_write_whole_lines(output: Path) -> None:
    def work(problem: str) -> None:
        for i in range(50):
            text = f"{problem} {i} " * 500
            store.add_generated(sample(i, problem, text), MADE)
            judge(store, sample(i, problem, text))

    with RunStore.open(output, IDENTITY) as store:
        threads = [threading.Thread(target=work, args=(f"p{n}",)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        judged = list(store.read_judged())
    assert len(judged) == 400
    assert all(j.sample.text == f"{j.sample.problem_id} {j.sample.index} " * 500 for j in judged)


def test_twice_is_an_error_of_the_caller(output: Path) -> None:
    with RunStore.open(output, IDENTITY) as store:
        store.add_generated(sample(0), MADE)
        with pytest.raises(ValueError, match="added before"):
            store.add_generated(sample(0), MADE)
        judge(store, sample(0))
        with pytest.raises(ValueError, match="added before"):
            store.add_generated(sample(0), MADE)
        with pytest.raises(ValueError, match="verdict already"):
            judge(store, sample(0))
        with pytest.raises(ValueError, match="given for"):
            store.add_judged(sample(1), verdict(sample(2)), TIMES)
    with pytest.raises(ValueError, match="closed"):
        judge(store, sample(1))
    store.close()


def test_not_a_number_is_refused(output: Path) -> None:
    with RunStore.open(output, IDENTITY) as store:
        with pytest.raises(ValueError, match="JSON"):
            store.write_result({"pass@1": float("nan")})
        with pytest.raises(ValueError, match="JSON"):
            store.add_judged(sample(0), replace(verdict(sample(0)), cpu_s=float("inf")), TIMES)
    assert not output.exists()


@pytest.mark.parametrize(
    ("name", "stem"), [("y", "y"), ("y.v2", "y.v2"), ("y.json.json", "y.json"), ("y.JSON", "y.JSON")]
)
def test_names(tmp_path: Path, name: str, stem: str) -> None:
    with RunStore.open(tmp_path / "deep" / "er" / name, IDENTITY) as store:
        judge(store, sample(0))
        store.write_result({})
    assert sorted(files_in(tmp_path / "deep" / "er")) == sorted([name, f"{stem}.run.json", f"{stem}.samples.jsonl"])


# --- resuming ---


def test_resuming_goes_on_where_it_stopped(output: Path) -> None:
    with RunStore.open(output, IDENTITY) as store:
        for i in range(4):
            store.add_generated(sample(i), MADE)
        judge(store, sample(1))
    with RunStore.open(output, {**IDENTITY, "limits": (1, 2.0)}) as store:
        assert store.session == 1
        assert store.judged_keys == {("p", 1)}
        assert store.waiting_keys == {("p", 0), ("p", 2), ("p", 3)}
        store.add_generated(sample(9), MADE)
        first, *others = store.waiting()
        assert first == GeneratedSample(sample(0), replace(MADE, generation_session=0))
        assert [g.sample.index for g in others] == [2, 3]
        store.add_judged(sample(0), verdict(sample(0)), replace(first.times, judging_started_at=5, judged_at=6))
        assert [g.sample.index for g in store.waiting()] == [2, 3]
        last = list(store.read_judged())[-1]
        assert (last.times.generation_session, last.times.judging_session) == (0, 1)
    with RunStore.open(output, IDENTITY) as store:
        assert store.session == 2
        assert store.waiting_keys == {("p", 2), ("p", 3), ("p", 9)}


@pytest.mark.parametrize("finished", [False, True])
def test_samples_cut_at_every_byte_of_the_last_two_lines(quick_folder: Path, finished: bool) -> None:
    output = quick_folder / "x.json"
    with RunStore.open(output, IDENTITY) as store:
        for i in range(3):
            store.add_generated(sample(i), MADE)
            judge(store, sample(i))
        if finished:
            store.finish()
    whole = files_in(quick_folder)
    expected = timeless(read_samples_file(quick_folder / "x.samples.jsonl"))
    content = whole["x.samples.jsonl"]
    first_end = content.index(b"\n") + 1
    second_end = content.index(b"\n", first_end) + 1
    for cut in range(first_end, len(content) + 1):
        for name, data in whole.items():
            (quick_folder / name).write_bytes(data)
        (quick_folder / "x.samples.jsonl").write_bytes(content[:cut])
        with RunStore.open(output, IDENTITY) as store:
            # A line that lacks only its end is whole.
            owed = {("p", i) for i, end in ((1, second_end), (2, len(content))) if cut < end - 1}
            assert store.judged_keys == {("p", 0), ("p", 1), ("p", 2)} - owed
            assert store.waiting_keys == (set() if finished else owed)
            assert {g.sample.key for g in store.waiting()} == store.waiting_keys
            for key in sorted(owed):
                judge(store, sample(key[1]))
            store.finish()
        assert timeless(read_samples_file(quick_folder / "x.samples.jsonl")) == expected
        assert (quick_folder / "x.samples.jsonl").read_bytes().count(b"\n") == 3
        assert not (quick_folder / "x.generated.jsonl").exists()


def test_generated_cut_at_every_byte_of_the_last_two_lines(quick_folder: Path) -> None:
    output = quick_folder / "x.json"
    with RunStore.open(output, IDENTITY) as store:
        for i in range(3):
            store.add_generated(sample(i), MADE)
    content = (quick_folder / "x.generated.jsonl").read_bytes()
    first_end = content.index(b"\n") + 1
    second_end = content.index(b"\n", first_end) + 1
    for cut in range(first_end, len(content) + 1):
        (quick_folder / "x.generated.jsonl").write_bytes(content[:cut])
        (quick_folder / "x.samples.jsonl").unlink(missing_ok=True)
        with RunStore.open(output, IDENTITY) as store:
            owed = {("p", i) for i, end in ((1, second_end), (2, len(content))) if cut < end - 1}
            assert store.waiting_keys == {("p", 0), ("p", 1), ("p", 2)} - owed
            for key in sorted(owed):
                store.add_generated(sample(key[1]), MADE)
        with RunStore.open(output, IDENTITY) as store:
            texts = [g.sample for g in store.waiting()]
            assert texts == [sample(0), sample(1), sample(2)]
            for of in texts:
                judge(store, of)
            store.finish()
        assert [j.sample for j in read_samples_file(quick_folder / "x.samples.jsonl")] == texts


@pytest.mark.parametrize(
    "tail",
    [
        b"\0" * 4096,
        b"\0" * (3 << 20),
        b"null",
        b"{}",
        b"[" * 100_000,
        b"\xff\xfe",
        b"\n\n",
        b"garbage\n",
        b'{"problem_id": "p"}\n',
    ],
)
def test_rubbish_at_the_end_goes(output: Path, tail: bytes) -> None:
    samples, generated = (output.parent / f"x.{kind}.jsonl" for kind in ("samples", "generated"))
    with RunStore.open(output, IDENTITY) as store:
        judge(store, sample(0))
        store.add_generated(sample(1), MADE)
    good = samples.read_bytes()
    for path in (samples, generated):
        with path.open("ab") as file:
            file.write(tail)
    with RunStore.open(output, IDENTITY) as store:
        assert (store.judged_keys, store.waiting_keys) == ({("p", 0)}, {("p", 1)})
        assert samples.read_bytes() == good
        store.add_generated(sample(2), MADE)
    with RunStore.open(output, IDENTITY) as store:
        assert [g.sample.index for g in store.waiting()] == [1, 2]


def judged_line(index: int, text: str = "t", outcome: Outcome = Outcome.ACCEPTED) -> bytes:
    of = sample(index, text=text)
    return encode_judged(JudgedSample(of, verdict(of, outcome), TIMES))


def test_damaged_and_repeated_lines_go_and_the_first_stays(output: Path) -> None:
    RunStore.open(output, IDENTITY).close()
    samples = output.parent / "x.samples.jsonl"
    good = [judged_line(0, "first"), judged_line(1), judged_line(2)]
    broken = judged_line(3)[:-9] + b"\n"
    samples.write_bytes(good[0] + b"\0\0\n" + good[1] + judged_line(0, "second") + broken + b"\n" + good[2])
    with RunStore.open(output, IDENTITY) as store:
        assert store.judged_keys == {("p", 0), ("p", 1), ("p", 2)}
        assert samples.read_bytes() == b"".join(good)
        assert [j.sample.text for j in store.read_judged()] == ["first", "t", "t"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("index", -1),
        ("index", True),
        ("index", "0"),
        ("problem_id", None),
        ("text", 5),
        ("outcome", "great"),
        ("compiled", 1),
        ("token_ids", [1, "2"]),
        ("token_ids", "12"),
        ("finish_reason", "bored"),
        ("n_tokens", 1.5),
        ("cpu_s", float("nan")),
        ("wall_s", float("inf")),
        ("wall_s", 10**400),
        ("wall_s", True),
        ("times", None),
        ("times", []),
        ("times", {"judged_at": "now"}),
    ],
)
def test_values_are_checked_as_they_are_read(tmp_path: Path, name: str, value: object) -> None:
    path = tmp_path / "x.samples.jsonl"
    path.write_text(json.dumps(json.loads(judged_line(0)) | {name: value}) + "\n")
    says = "judged_at" if isinstance(value, dict) else name
    with pytest.raises(SampleFileError, match=rf"x\.samples\.jsonl:1: not a judged sample: {says}"):
        list(read_samples_file(path))


def test_judge_errors_are_judged_again_and_not_generated_again(output: Path) -> None:
    generated = output.parent / "x.generated.jsonl"
    with RunStore.open(output, IDENTITY) as store:
        for i in range(4):
            store.add_generated(sample(i), MADE)
        judge(store, sample(0))
        judge(store, sample(1), Outcome.JUDGE_ERROR)
        judge(store, sample(2), Outcome.JUDGE_ERROR)
        assert store.judged_keys == {("p", 0), ("p", 1), ("p", 2)}
        judge(store, sample(3))
        store.finish()
    assert not generated.exists()
    with RunStore.open(output, IDENTITY) as store:
        assert store.judged_keys == {("p", 0), ("p", 3)}
        assert list(store.waiting()) == [
            GeneratedSample(sample(i), replace(MADE, generation_session=0)) for i in (1, 2)
        ]
        judge(store, sample(2))
    for _ in range(2):  # opening once more changes nothing
        with RunStore.open(output, IDENTITY) as store:
            assert store.judged_keys == {("p", 0), ("p", 3), ("p", 2)}
            assert [g.sample.index for g in store.waiting()] == [1]
            assert [j.verdict.outcome for j in store.read_judged()] == [Outcome.ACCEPTED] * 3


def test_a_judge_error_whose_text_is_kept_already_adds_no_copy(output: Path) -> None:
    with RunStore.open(output, IDENTITY) as store:
        store.add_generated(sample(0), MADE)
        judge(store, sample(0), Outcome.JUDGE_ERROR)
    before = (output.parent / "x.generated.jsonl").read_bytes()
    with RunStore.open(output, IDENTITY) as store:
        assert [g.sample for g in store.waiting()] == [sample(0)]
    assert (output.parent / "x.generated.jsonl").read_bytes() == before


def test_finishing_is_not_closing(output: Path) -> None:
    with RunStore.open(output, IDENTITY) as store:
        store.add_generated(sample(0), MADE)
        judge(store, sample(0))
        store.finish()
        store.add_generated(sample(1), MADE)
        store.add_generated(sample(2), MADE)
        judge(store, sample(2))
        store.finish()
    with RunStore.open(output, IDENTITY) as store:
        assert store.judged_keys == {("p", 0), ("p", 2)}
        assert [g.sample for g in store.waiting()] == [sample(1)]


def test_a_verdict_is_better_than_a_judge_error(output: Path) -> None:
    RunStore.open(output, IDENTITY).close()
    samples = output.parent / "x.samples.jsonl"
    samples.write_bytes(judged_line(0, outcome=Outcome.JUDGE_ERROR) + judged_line(0) + judged_line(1))
    with RunStore.open(output, IDENTITY) as store:
        assert store.judged_keys == {("p", 0), ("p", 1)}
        assert store.waiting_keys == set()
        assert samples.read_bytes() == judged_line(0) + judged_line(1)


def test_a_damaged_verdict_finds_its_text_again(output: Path) -> None:
    with RunStore.open(output, IDENTITY) as store:
        for i in range(2):
            store.add_generated(sample(i), MADE)
            judge(store, sample(i))
    samples = output.parent / "x.samples.jsonl"
    samples.write_bytes(samples.read_bytes().replace(b'"accepted"', b'"xccepted"', 1))
    with RunStore.open(output, IDENTITY) as store:
        assert store.judged_keys == {("p", 1)}
        assert [g.sample for g in store.waiting()] == [sample(0)]


def test_repeated_generated_texts_wait_once(output: Path) -> None:
    RunStore.open(output, IDENTITY).close()
    lines = [encode_generated(GeneratedSample(sample(0, text=text), MADE)) for text in ("one", "two")]
    (output.parent / "x.generated.jsonl").write_bytes(b"".join(lines))
    with RunStore.open(output, IDENTITY) as store:
        assert [g.sample.text for g in store.waiting()] == ["one"]


def test_a_large_run_opens_in_little_memory(output: Path) -> None:
    RunStore.open(output, IDENTITY).close()
    with (output.parent / "x.samples.jsonl").open("wb") as file:
        for i in range(20_000):
            file.write(judged_line(i, "x" * 1000))
    code = (
        "import resource, sys, pathlib\n"
        "from halo_forge.store import RunStore\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        f"with RunStore.open(pathlib.Path(sys.argv[1]), {IDENTITY!r}) as store:\n"
        "    assert len(store.judged_keys) == sum(1 for _ in store.read_judged()) == 20_000\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    out, err = run_python(code, output).communicate()
    assert not err
    assert int(out) < 16_000, "KiB more than before, for 26 MB of lines"


# --- times ---


def test_phases_leave_out_the_gaps_between_sessions() -> None:
    times = [
        Times(10, 20, 21, 30, 0, 0),
        Times(11, 15, 16, 18, 0, 0),
        Times(12, 25, 1000, 1004, 0, 1),  # generated before the gap, judged after it
        Times(1001, 1002, 1003, 1006, 1, 1),
    ]
    spans = phase_spans(iter(times))
    assert spans.generation == {0: (10, 25), 1: (1001, 1002)}
    assert (spans.generation_s, spans.judging_s) == (15 + 1, 14 + 6)


def test_phases_of_nothing_known() -> None:
    nothing = phase_spans([])
    assert (nothing.generation_s, nothing.judging_s) == (None, None)
    judged_only = phase_spans([Times(judging_started_at=1, judged_at=3, judging_session=0)])
    assert (judged_only.generation_s, judged_only.judging_s) == (None, 2)
    assert phase_spans([Times(5, 4, generation_session=0)]).generation_s is None, "the clock was set back"


# --- identity ---


def test_another_identity_is_refused_with_every_difference(output: Path) -> None:
    with RunStore.open(output, IDENTITY) as store:
        judge(store, sample(0))
    before = files_in(output.parent)
    other = {"model": "m", "sampling": {"temperature": 0.2, "top_p": 1}, "limits": [1, 3]}
    with pytest.raises(StoreError) as caught:
        RunStore.open(output, other)
    assert str(caught.value) == (
        f"{output.parent / 'x.run.json'} is of a run with other settings "
        "(sampling.temperature: 0.7 there, 0.2 now; sampling.seed: 0 there, absent now; "
        "limits: [1, 2] there, [1, 3] now; sampling.top_p: absent there, 1 now); "
        "keep it aside and start over with --fresh, or choose another --output"
    )
    assert files_in(output.parent) == before


def test_many_and_long_differences_stay_readable(output: Path) -> None:
    RunStore.open(output, {f"k{i}": "v" * 5000 for i in range(50)}).close()
    with pytest.raises(StoreError, match="and 38 more") as caught:
        RunStore.open(output, {})
    assert len(str(caught.value)) < 3000
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("there", "now", "same"),
    [
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": 1}, {"a": True}, False),
        ({"a": None}, {}, False),
        ({"a": {}}, {}, False),
        ({"a": {"b": 1}}, {"a.b": 1}, False),
        ({"a": (1, 2)}, {"a": [1, 2]}, True),
        ({"a": "\ud800\u2028"}, {"a": "\ud800\u2028"}, True),
        ({}, {}, True),
    ],
)
def test_what_is_the_same_identity(output: Path, there: dict[str, object], now: dict[str, object], same: bool) -> None:
    RunStore.open(output, there).close()
    if same:
        RunStore.open(output, now).close()
    else:
        with pytest.raises(StoreError, match="other settings"):
            RunStore.open(output, now)


@pytest.mark.parametrize("name", ["x.samples.jsonl", "x.generated.jsonl", "x.json"])
@pytest.mark.parametrize("lock_left", [False, True])
def test_files_without_an_identity_are_of_another_run(output: Path, name: str, lock_left: bool) -> None:
    (output.parent / name).write_text("precious")
    if lock_left:
        (output.parent / "x.run.json").touch()
    before = files_in(output.parent)
    with pytest.raises(StoreError, match=r"of another run .*--fresh.*--output"):
        RunStore.open(output, IDENTITY)
    assert files_in(output.parent) == before


@pytest.mark.parametrize("content", ["{", "[]", "\0\0\0", "[" * 100_000])
def test_a_damaged_identity_is_refused(output: Path, content: str) -> None:
    (output.parent / "x.run.json").write_text(content)
    with pytest.raises(StoreError, match=r"damaged.*--fresh"):
        RunStore.open(output, IDENTITY)
    RunStore.open(output, IDENTITY, fresh=True).close()
    assert (output.parent / "x.run.json.old-1").read_text() == content


def test_fresh_keeps_the_old_run_aside(output: Path) -> None:
    for attempt in range(3):
        identity = {"attempt": attempt}
        with RunStore.open(output, identity, fresh=True) as store:
            assert store.judged_keys == store.waiting_keys == set()
            assert store.session == 0
            store.add_generated(sample(0, text=f"generated {attempt}"), MADE)
            judge(store, sample(1, text=f"judged {attempt}"))
            store.write_result(identity)
            with pytest.raises(StoreError, match="another process"):
                RunStore.open(output, identity, fresh=True)
    for attempt in range(2):
        end = f".old-{attempt + 1}"
        assert json.loads((output.parent / f"x.run.json{end}").read_text()) == {"attempt": attempt}
        assert json.loads((output.parent / f"x.json{end}").read_text()) == {"attempt": attempt}
        assert f"generated {attempt}" in (output.parent / f"x.generated.jsonl{end}").read_text()
        assert f"judged {attempt}" in (output.parent / f"x.samples.jsonl{end}").read_text()
    assert len(files_in(output.parent)) == 12
    RunStore.open(output, {"attempt": 2}).close()


def test_a_fresh_run_is_another_one_for_trackers_too(output: Path) -> None:
    RunStore.open(output, IDENTITY).close()
    (output.parent / "x.trackers.jsonl").write_text("of the old run")
    RunStore.open(output, IDENTITY).close()
    assert (output.parent / "x.trackers.jsonl").exists()
    RunStore.open(output, IDENTITY, fresh=True).close()
    assert not (output.parent / "x.trackers.jsonl").exists()
    assert (output.parent / "x.trackers.jsonl.old-1").read_text() == "of the old run"


def test_fresh_takes_a_number_that_is_free_for_all_files(output: Path) -> None:
    (output.parent / "x.json.old-1").write_text("precious")
    (output.parent / "x.samples.jsonl").write_text("of nobody")
    RunStore.open(output, IDENTITY, fresh=True).close()
    assert (output.parent / "x.json.old-1").read_text() == "precious"
    assert (output.parent / "x.samples.jsonl.old-2").read_text() == "of nobody"


# --- places that cannot be written ---


@pytest.mark.parametrize("name", ["x.json", "x.samples.jsonl", "x.generated.jsonl", "x.run.json"])
@pytest.mark.parametrize("fresh", [False, True])
def test_a_directory_in_the_place_of_a_file(output: Path, name: str, fresh: bool) -> None:
    (output.parent / name).mkdir()
    with pytest.raises(StoreError, match=rf"{name} is a directory"):
        RunStore.open(output, IDENTITY, fresh=fresh)
    assert list(output.parent.iterdir()) == [output.parent / name]


def test_other_kinds_of_files(output: Path) -> None:
    os.mkfifo(output)
    with pytest.raises(StoreError, match="not a regular file"):
        RunStore.open(output, IDENTITY)
    output.unlink()
    output.symlink_to("nowhere")
    with pytest.raises(StoreError, match="not a regular file"):
        RunStore.open(output, IDENTITY, fresh=True)
    with pytest.raises(StoreError, match="not a regular file"):
        RunStore.open(Path("/dev/null"), IDENTITY, fresh=True)


@pytest.mark.parametrize("name", ["x.run.json", "x.samples.jsonl", "x.generated.jsonl", ".json", "..", "", "n" * 255])
def test_names_that_cannot_be(tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreError) as caught:
        RunStore.open(tmp_path / name if name else Path(), IDENTITY)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_a_parent(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("")
    with pytest.raises(StoreError, match=r"cannot write .*choose another --output"):
        RunStore.open(tmp_path / "results" / "x.json", IDENTITY)


def test_where_nothing_can_be_written(small_disk: Path) -> None:
    make_read_only(small_disk)
    for output in (small_disk / "x.json", small_disk / "new" / "x.json"):
        with pytest.raises(StoreError, match=r"cannot write .*Read-only file system; choose another --output"):
            RunStore.open(output, IDENTITY)


def test_a_directory_without_permission(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(StoreError, match="Permission denied"):
            RunStore.open(tmp_path / "x.json", IDENTITY)
    finally:
        tmp_path.chmod(0o755)


def test_a_finished_run_opens_where_nothing_can_be_written(small_disk: Path) -> None:
    output = small_disk / "x.json"
    with RunStore.open(output, IDENTITY) as store:
        store.add_generated(sample(0), MADE)
        judge(store, sample(0))
        store.write_result({})
        store.finish()
    make_read_only(small_disk)
    with RunStore.open(output, IDENTITY) as store:
        assert [j.sample for j in store.read_judged()] == [sample(0)]
        with pytest.raises(StoreError, match="another process"):
            RunStore.open(output, IDENTITY)
        with pytest.raises(StoreError, match="Read-only file system"):
            store.ensure_writable()
        with pytest.raises(StoreError, match="Read-only file system"):
            store.write_result({})
        store.finish()


def test_opening_a_finished_run_writes_nothing(output: Path) -> None:
    with RunStore.open(output, IDENTITY) as store:
        judge(store, sample(0))
        store.finish()
    before = {path.name: path.stat() for path in output.parent.iterdir()}
    time.sleep(0.02)
    with RunStore.open(output, IDENTITY) as store:
        assert len(list(store.read_judged())) == 1
        store.finish()
    after = {path.name: path.stat() for path in output.parent.iterdir()}
    assert {n: (s.st_ino, s.st_mtime_ns) for n, s in before.items()} == {
        n: (s.st_ino, s.st_mtime_ns) for n, s in after.items()
    }


def fill(store: RunStore) -> None:
    for i in range(100):
        judge(store, sample(i, text="x" * 3000))


def test_a_full_disk(small_disk: Path) -> None:
    output = small_disk / "x.json"
    with RunStore.open(output, IDENTITY) as store:
        with pytest.raises(StoreError) as caught:
            fill(store)
        kept = len(store.judged_keys)
        assert str(caught.value) == (
            f"cannot write {small_disk / 'x.samples.jsonl'}: No space left on device; "
            "make room and run the command again, without --fresh: it goes on from what is there"
        )
        content = (small_disk / "x.samples.jsonl").read_bytes()
        assert content.count(b"\n") == kept > 3
        assert content.endswith(b"}\n"), "the torn part is cut off"
        with pytest.raises(StoreError, match="No space left"):
            store.write_result({"x": "y" * 65536})
        assert sorted(files_in(small_disk)) == ["x.run.json", "x.samples.jsonl"]
        subprocess.run(["mount", "-o", "remount,size=1m", str(small_disk)], check=True)
        judge(store, sample(kept, text="x" * 3000))
    with RunStore.open(output, IDENTITY) as store:
        assert len(store.judged_keys) == kept + 1


def test_a_disk_that_is_full_from_the_start(small_disk: Path) -> None:
    (small_disk / "big").write_bytes(b"x" * (64 << 10))
    with pytest.raises(StoreError, match="No space left"):
        RunStore.open(small_disk / "x.json", IDENTITY)
    (small_disk / "big").unlink()
    RunStore.open(small_disk / "x.json", IDENTITY).close()


def test_a_file_that_may_not_grow(output: Path) -> None:
    code = (
        "import pathlib, resource, sys\n"
        "from halo_forge.errors import StoreError\n"
        "from halo_forge.store import RunStore, Times\n"
        "from halo_forge.types import Sample\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))\n"
        f"store = RunStore.open(pathlib.Path(sys.argv[1]), {IDENTITY!r})\n"
        "try:\n"
        "    for i in range(100):\n"
        "        store.add_generated(Sample('p', i, 'x' * 3000), Times())\n"
        "except StoreError as error:\n"
        "    print(len(store.waiting_keys), error)\n"
    )
    out, err = run_python(code, output).communicate()
    assert not err
    assert out.startswith("3 cannot write ")
    assert "File too large; make room" in out
    assert (output.parent / "x.generated.jsonl").read_bytes().count(b"\n") == 3
    assert (output.parent / "x.generated.jsonl").read_bytes().endswith(b"}\n")


def test_a_torn_part_that_cannot_be_cut_off_is_cut_off_later(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(fd: int, data: memoryview) -> int:
        if len(data) < 100:
            raise OSError(28, "No space left on device")
        return write(fd, data[:-50])

    def broken(fd: int, length: int) -> None:
        raise OSError(5, "Input/output error")

    write = os.write
    with RunStore.open(output, IDENTITY) as store:
        judge(store, sample(0))
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", full)
            patch.setattr(os, "ftruncate", broken)
            for _ in range(2):
                with pytest.raises(StoreError):
                    judge(store, sample(1))
        assert not (output.parent / "x.samples.jsonl").read_bytes().endswith(b"\n")
        judge(store, sample(2))
        assert [j.sample.index for j in read_samples_file(output.parent / "x.samples.jsonl")] == [0, 2]


# --- reading what another run wrote ---


def test_reading_a_run_that_is_going_on(output: Path) -> None:
    samples = output.parent / "x.samples.jsonl"
    with RunStore.open(output, IDENTITY) as store:
        judge(store, sample(0))
        with samples.open("ab") as file:
            file.write(judged_line(1)[:-10])
        assert [j.sample.index for j in read_samples_file(samples)] == [0]
        assert [j.sample.index for j in store.read_judged()] == [0]


def test_a_line_that_is_completed_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.samples.jsonl"
    path.write_bytes(judged_line(0)[:-1])
    reading = read_samples_file(path)
    assert next(reading).sample.index == 0
    with path.open("ab") as file:
        file.write(b"\n" + judged_line(1))
    assert list(reading) == []
    assert [j.sample.index for j in read_samples_file(path)] == [0, 1]


def test_reading_is_strict_and_says_where(tmp_path: Path) -> None:
    path = tmp_path / "x.samples.jsonl"
    path.write_bytes(judged_line(0) + b"\n" + judged_line(0, "second") + b"{}\n" + judged_line(1))
    reading = read_samples_file(path)
    assert next(reading).sample.text == "t"
    with pytest.raises(SampleFileError, match=r"x\.samples\.jsonl:4: not a judged sample: index: missing"):
        next(reading)
    with pytest.raises(SampleFileError, match=r"cannot read .*No such file"):
        next(read_samples_file(tmp_path / "none"))
    with pytest.raises(SampleFileError, match=r"cannot read .*Is a directory"):
        next(read_samples_file(tmp_path))


def test_reading_before_anything_is_judged(output: Path) -> None:
    with RunStore.open(output, IDENTITY) as store:
        assert not list(store.read_judged())
        assert not list(store.waiting())
        store.finish()


# --- two processes, and kills ---

HOLD = """
import pathlib, sys, time
from halo_forge.store import RunStore
store = RunStore.open(pathlib.Path(sys.argv[1]), {"a": 1})
print("held", flush=True)
time.sleep(60)
"""


def test_two_processes_never_write_the_same_run(output: Path) -> None:
    holder = run_python(HOLD, output)
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "held\n"
        before = files_in(output.parent)
        for fresh in (False, True):
            with pytest.raises(StoreError) as caught:
                RunStore.open(output, {"a": 1}, fresh=fresh)
            assert str(caught.value).startswith("another process is writing the run of ")
            assert "\n" not in str(caught.value)
        assert files_in(output.parent) == before
    finally:
        holder.kill()
        holder.communicate()
    RunStore.open(output, {"a": 1}).close()


def test_many_processes_that_start_at_once(output: Path) -> None:
    code = (
        "import pathlib, sys\n"
        "from halo_forge.errors import StoreError\n"
        "from halo_forge.store import RunStore\n"
        "sys.stdin.readline()\n"
        "try:\n"
        "    store = RunStore.open(pathlib.Path(sys.argv[1]), {'a': 1}, fresh=sys.argv[2] == 'fresh')\n"
        "except StoreError as error:\n"
        "    print('refused', error)\n"
        "else:\n"
        "    print('open', flush=True)\n"
        "    sys.stdin.readline()\n"
    )
    command = [sys.executable, "-c", code, str(output)]
    started = [
        subprocess.Popen([*command, mode], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for mode in ("fresh", "plain") * 4
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = []
    for process in started:
        assert process.stdout is not None
        answers.append(process.stdout.readline())
    for process in started:
        process.communicate()
    assert sum(answer == "open\n" for answer in answers) == 1
    assert all(answer == "open\n" or "another process" in answer for answer in answers), answers


def test_a_lock_on_a_file_that_was_just_replaced_means_nothing(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(fd: int, operation: int) -> None:
        if not newer.exists():
            os.link(run, newer.with_name("older"))
            newer.write_bytes(run.read_bytes())
            os.replace(newer, run)
            newer.touch()
        flock(fd, operation)

    RunStore.open(output, IDENTITY).close()
    run, newer = output.parent / "x.run.json", output.parent / "newer"
    flock = fcntl.flock
    monkeypatch.setattr(fcntl, "flock", late)
    with RunStore.open(output, IDENTITY), pytest.raises(StoreError, match="another process"):
        RunStore.open(output, IDENTITY)


WRITER = """
import os, pathlib, queue, sys, threading, time
from dataclasses import replace
from halo_forge.store import RunStore, Times
from halo_forge.types import Outcome, Sample, Verdict

output, paid = pathlib.Path(sys.argv[1]), os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
wanted = [(f"p{i}", j) for i in range(300) for j in range(20)]
text = lambda key: f"{key} " * (hash(key[1]) * 37 % 1500)
jobs = queue.Queue(20)

def judging():
    while (job := jobs.get()) is not None:
        sample, times = job
        outcome = Outcome.JUDGE_ERROR if sample.index == 7 and store.session < 5 else Outcome.ACCEPTED
        verdict = Verdict(*sample.key, outcome, True)
        store.add_judged(sample, verdict, replace(times, judging_started_at=time.time(), judged_at=time.time()))

with RunStore.open(output, {"a": 1}) as store:
    print("open", flush=True)
    judge = threading.Thread(target=judging, daemon=True)
    judge.start()
    have = store.judged_keys | store.waiting_keys
    for waiting in store.waiting():
        jobs.put((waiting.sample, waiting.times))
    for key in wanted:
        if key not in have:
            time.sleep(0.0003)
            sample, times = Sample(*key, text(key)), Times(time.time(), time.time())
            store.add_generated(sample, times)
            os.write(paid, f"{key}\\n".encode())
            jobs.put((sample, times))
    jobs.put(None)
    judge.join()
    store.finish()
print("done", flush=True)
"""


def kill_somewhere(output: Path, paid: Path, seconds: float) -> bool:
    """Start the writer and kill it after a while; whether it was done before."""
    writer = run_python(WRITER, output, paid)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "open\n"
    time.sleep(seconds)
    writer.kill()
    out, err = writer.communicate()
    assert not err
    return "done" in out


def check_kept(output: Path, paid: Path, session: int) -> None:
    """No text that was paid for is lost or was paid for twice, and no verdict is there twice."""
    keys = paid.read_text().splitlines()
    assert len(keys) == len(set(keys))
    with RunStore.open(output, {"a": 1}) as store:
        assert store.session <= session
        judged = [j.sample for j in store.read_judged()]
        waiting = [g.sample for g in store.waiting()]
    found: dict[SampleKey, str] = {of.key: of.text for of in judged + waiting}
    assert len(found) == len(judged) + len(waiting)
    assert {str(key) for key in found} >= set(keys)
    assert all(text == f"{key} " * (key[1] * 37 % 1500) for key, text in found.items())


def test_kills_at_random_moments(output: Path, tmp_path: Path) -> None:
    paid = tmp_path / "paid.log"
    paid.touch()
    chance = random.Random(7)
    kills = 0
    while kills < 10 and not kill_somewhere(output, paid, chance.uniform(0, 0.15)):
        kills += 1
        check_kept(output, paid, kills)
    assert kills > 2
    out, err = run_python(WRITER, output, paid).communicate()
    assert (out, err) == ("open\ndone\n", "")
    check_kept(output, paid, kills + 2)
    keys = [(j.sample.problem_id, j.sample.index) for j in read_samples_file(tmp_path / "x.samples.jsonl")]
    assert len(keys) == len(set(keys)) == 6000
    assert (tmp_path / "x.samples.jsonl").read_bytes().count(b"\n") == 6000
    spans = phase_spans(j.times for j in read_samples_file(tmp_path / "x.samples.jsonl"))
    assert spans.generation_s is not None
    assert spans.judging_s is not None
    assert 0 < spans.generation_s < 60
    assert 0 < spans.judging_s < 60


AT_EVERY_LINE = """
import os, pathlib, shutil, signal, sys
import halo_forge.store.files
from halo_forge.store import RunStore

where = halo_forge.store.files.__file__  # nothing else in the store changes a file
folder, scenario = pathlib.Path(sys.argv[1]), sys.argv[2]
before, work = folder / "before", folder / "work"
output = work / "x.json"

def kill_at(line):
    left = line
    def trace(frame, event, argument):
        nonlocal left
        if frame.f_code.co_filename != where:
            return None
        if event == "line":
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace
    sys.settrace(trace)

def act():
    if scenario == "mend":
        RunStore.open(output, {"a": 1}).close()
    elif scenario == "fresh":
        RunStore.open(output, {"a": 2}, fresh=True).close()
    else:
        with RunStore.open(output, {"a": 1}) as store:
            for waiting in store.waiting():
                store.add_judged(waiting.sample, VERDICT(waiting.sample), waiting.times)
            store.write_result({"r": 1})
            store.finish()

def VERDICT(sample):
    from halo_forge.types import Outcome, Verdict
    return Verdict(*sample.key, Outcome.WRONG_ANSWER, True)

def state(identity):
    with RunStore.open(output, identity) as store:
        judged = [(j.sample.key, j.sample.text, str(j.verdict.outcome)) for j in store.read_judged()]
        waiting = [(g.sample.key, g.sample.text) for g in store.waiting()]
    assert len({entry[0] for entry in judged + waiting}) == len(judged + waiting)
    return sorted(judged), sorted(waiting)

def start_over():
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(before, work)

def old_texts():
    return sorted(p.read_bytes() for p in work.iterdir() if ".old-" in p.name)

def check():
    if scenario == "mend":
        assert state({"a": 1}) == expected, state({"a": 1})
    elif scenario == "fresh":
        old = (work / "x.run.json").read_bytes() == (before / "x.run.json").read_bytes()
        here = sorted(p.read_bytes() for p in work.iterdir() if not p.name.endswith(".tmp"))
        for path in before.iterdir():
            assert path.read_bytes() in here, path
        judged, waiting = state({"a": 1} if old else {"a": 2})
        assert old or not judged + waiting
        RunStore.open(output, {"a": 2}, fresh=True).close()
    else:
        judged, waiting = state({"a": 1})
        assert [entry[:2] for entry in judged] + waiting, judged
        assert sorted([entry[:2] for entry in judged] + waiting) == everything
        assert not (work / "x.json").exists() or (work / "x.json").read_text() == '{\\n  "r": 1\\n}\\n'
        act()
        assert state({"a": 1}) == finished
        assert sorted(p.name for p in work.iterdir()) == ["x.json", "x.run.json", "x.samples.jsonl"]

start_over()
expected = state({"a": 1}) if scenario != "fresh" else None
if expected:
    everything = sorted([entry[:2] for entry in expected[0]] + expected[1])
if scenario == "finish":
    act()
    finished = state({"a": 1})
line = 0
while True:
    line += 1
    start_over()
    child = os.fork()
    if child == 0:
        kill_at(line)
        act()
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    check()
    if status == 0:
        break
    assert os.WIFSIGNALED(status), status
print(line)
"""


@pytest.mark.parametrize("scenario", ["mend", "fresh", "finish"])
def test_a_kill_at_every_line_of_the_store(quick_folder: Path, scenario: str) -> None:
    before = quick_folder / "before"
    before.mkdir()
    with RunStore.open(before / "x.json", {"a": 1}) as store:
        store.add_generated(sample(0), MADE)
        judge(store, sample(0))
        store.add_generated(sample(1), MADE)
        judge(store, sample(2), Outcome.JUDGE_ERROR)
        store.add_generated(sample(3), MADE)
        judge(store, sample(3), Outcome.JUDGE_ERROR)
    if scenario != "fresh":
        with (before / "x.samples.jsonl").open("ab") as file:
            file.write(b"rubbish\n" + judged_line(0, "again") + judged_line(4, "four") + judged_line(5)[:-20])
        with (before / "x.generated.jsonl").open("ab") as file:
            file.write(encode_generated(GeneratedSample(sample(6), MADE))[:-20])
    out, err = run_python(AT_EVERY_LINE, quick_folder, scenario).communicate()
    assert not err
    assert int(out) > 100


def test_importing_the_store_is_cheap() -> None:
    code = "import sys, halo_forge.store; print(*(n for n in ('numpy', 'pydantic', 'scipy') if n in sys.modules))"
    out, err = run_python(code).communicate()
    assert (out.strip(), err) == ("", "")


def test_a_forked_child_does_not_keep_a_closed_run_locked(output: Path) -> None:
    code = (
        "import os, pathlib, signal, sys\n"
        "from halo_forge.store import RunStore\n"
        "store = RunStore.open(pathlib.Path(sys.argv[1]), {})\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    signal.pause()\n"
        "store.close()\n"
        "RunStore.open(pathlib.Path(sys.argv[1]), {}).close()\n"
        f"os.kill(child, {int(signal.SIGKILL)})\n"
    )
    assert run_python(code, output).communicate() == ("", "")
