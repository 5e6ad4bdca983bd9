"""What has to hold of a run on disk, whatever is added and whenever it is interrupted."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from halo_forge.store import GeneratedSample, JudgedSample, RunStore, Times, phase_spans, read_samples_file
from halo_forge.store.glance import glance
from halo_forge.store.identity import differences
from halo_forge.store.lines import decode_generated, decode_judged, encode_generated, encode_judged
from halo_forge.types import FinishReason, Outcome, Sample, SampleForm, SampleKey, Verdict

IDENTITY = {"a": 1}
IN_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # for speed alone

texts = st.text(st.characters(exclude_categories=()), max_size=40)  # lone surrogates and NUL too
counts = st.none() | st.integers(0, 2**63)
moments = st.none() | st.floats(0, 4e9)
keys = st.tuples(st.sampled_from(["p", "q/1", "größe\u2028", "\udc80"]), st.integers(0, 3))


def joined(text: str) -> str:
    """The text with the surrogates that make up a pair joined to a character, as JSON does it."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


@st.composite
def judged_samples(draw: st.DrawFn) -> JudgedSample:
    problem_id, index = draw(texts.map(joined)), draw(st.integers(0, 2**40))
    sample = Sample(
        problem_id,
        index,
        joined(draw(texts)),
        draw(st.sampled_from(SampleForm)),
        draw(st.sampled_from(FinishReason)),
        draw(counts),
        draw(counts),
        draw(st.none() | st.lists(st.integers(), max_size=4).map(tuple)),
        draw(st.none() | st.integers()),
    )
    verdict = Verdict(
        problem_id,
        index,
        draw(st.sampled_from(Outcome)),
        draw(st.none() | st.booleans()),
        draw(counts),
        draw(counts),
        joined(draw(texts)),
        draw(moments),
        draw(moments),
        draw(st.none() | st.booleans()),
        draw(counts),
        draw(st.none() | texts.map(joined)),
        draw(st.none() | texts.map(joined)),
        draw(counts),
    )
    session = st.none() | st.integers(0, 9)
    made, judged = (draw(moments), draw(moments)), (draw(moments), draw(moments))
    times = Times(*made, *judged, generation_session=draw(session), judging_session=draw(session))
    return JudgedSample(sample, verdict, times)


@given(judged_samples())
def test_a_line_comes_back_as_it_was(judged: JudgedSample) -> None:
    generated = GeneratedSample(judged.sample, judged.times)
    for line in (encode_judged(judged), encode_generated(generated)):
        assert line.index(b"\n") == len(line) - 1
        assert json.loads(line.decode())["problem_id"] == judged.sample.problem_id
    assert decode_judged(encode_judged(judged)) == judged
    assert decode_generated(encode_generated(generated)) == generated


@given(judged_samples(), st.data())
def test_no_part_of_a_line_is_a_line(judged: JudgedSample, data: st.DataObject) -> None:
    line = encode_judged(judged)[:-1]
    part = line[: data.draw(st.integers(0, len(line) - 1))]
    with pytest.raises(ValueError):  # noqa: PT011 - whichever of the many
        decode_judged(part)
    with pytest.raises(ValueError):  # noqa: PT011
        decode_judged(part + b"\0" * data.draw(st.integers(0, 9)))


@given(st.binary(max_size=200) | judged_samples().map(encode_judged), st.data())
def test_any_bytes_are_a_line_or_a_value_error(line: bytes, data: st.DataObject) -> None:
    if line and data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(line) - 1))
        line = line[:at] + data.draw(st.binary(min_size=1, max_size=3)) + line[at + 1 :]
    try:
        decode_judged(line)
    except ValueError:
        return


odd = st.sampled_from(
    [None, True, False, -1, 0, 1, 1.0, -0.5, 1e15, 2e15, 2**70, "", "solution", "accepted", "stop", [], [1], [1.0], {}]
)


def agree_on(line: bytes) -> None:
    """A look takes the line if decoding it does, and says the same."""
    try:
        judged = decode_judged(line)
    except ValueError:
        judged = None
    try:
        fields = glance(line)
    except ValueError:
        fields = None
    assert (judged is None) == (fields is None)
    if judged is None or fields is None:
        return
    sample, verdict, times = judged.sample, judged.verdict, judged.times
    assert (fields["problem_id"], fields["index"], fields["outcome"]) == (*sample.key, verdict.outcome)
    assert (fields.get("program"), fields.get("wall_s")) == (verdict.program, verdict.wall_s)
    assert fields["times"].get("generation_session") == times.generation_session
    assert fields["times"].get("judging_session") == times.judging_session


@given(judged_samples())
def test_a_look_takes_good_lines(judged: JudgedSample) -> None:
    agree_on(encode_judged(judged))


@given(judged_samples(), st.data())
def test_a_look_and_values_of_other_kinds(judged: JudgedSample, data: st.DataObject) -> None:
    fields = json.loads(encode_judged(judged))
    place = data.draw(st.sampled_from([fields, fields["times"]]))
    name = data.draw(st.sampled_from(sorted(place)))
    if data.draw(st.booleans()):
        place[name] = data.draw(odd)
    else:
        del place[name]
    agree_on(json.dumps(fields).encode())


@given(judged_samples(), st.data())
def test_a_look_and_damaged_bytes(judged: JudgedSample, data: st.DataObject) -> None:
    line = encode_judged(judged)
    at = data.draw(st.integers(0, len(line) - 1))
    agree_on(line[:at] + data.draw(st.binary(min_size=1, max_size=3)) + line[at + 1 :])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
identities = st.dictionaries(texts, json_values, max_size=4)


@given(identities, identities)
def test_differences_are_found_both_ways(one: dict[str, object], other: dict[str, object]) -> None:
    assert differences(one, one) == []
    assert len(differences(one, other)) == len(differences(other, one))
    assert (differences(one, other) == []) <= (one == other)
    assert not any("\n" in text.encode("unicode_escape").decode() for text in differences(one, other))


@given(st.lists(judged_samples()))
def test_phases_do_not_depend_on_the_order(judged: list[JudgedSample]) -> None:
    times = [j.times for j in judged]
    assert phase_spans(times) == phase_spans(reversed(times))


class Interrupted(RuleBasedStateMachine):
    """A run that is added to, killed, opened again and finished, beside two dicts that say what has to be there."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory(dir=IN_MEMORY)
        self.output = Path(self.folder.name) / "x.json"
        self.samples = self.output.with_name("x.samples.jsonl")
        self.generated = self.output.with_name("x.generated.jsonl")
        self.judged: dict[SampleKey, JudgedSample] = {}
        self.waiting: dict[SampleKey, Sample] = {}
        self.paid: list[SampleKey] = []
        self.store = RunStore.open(self.output, IDENTITY)

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()

    def is_known(self, key: SampleKey) -> bool:
        return key in self.judged or key in self.waiting

    @rule(key=keys, text=texts.map(joined))
    def generate(self, key: SampleKey, text: str) -> None:
        sample = Sample(*key, text)
        if self.is_known(key):
            with pytest.raises(ValueError, match="before"):
                self.store.add_generated(sample, Times(1, 2))
            return
        self.store.add_generated(sample, Times(1, 2))
        self.waiting[key] = sample
        self.paid.append(key)

    @precondition(lambda self: self.waiting)
    @rule(outcome=st.sampled_from(Outcome), detail=texts.map(joined), data=st.data())
    def judge(self, outcome: Outcome, detail: str, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.waiting)))
        self.add_judged(self.waiting.pop(key), outcome, detail)

    @rule(key=keys, text=texts.map(joined), outcome=st.sampled_from(Outcome))
    def judge_what_came_from_a_file(self, key: SampleKey, text: str, outcome: Outcome) -> None:
        if not self.is_known(key):
            self.add_judged(Sample(*key, text), outcome, "")

    def add_judged(self, sample: Sample, outcome: Outcome, detail: str) -> None:
        verdict = Verdict(*sample.key, outcome, True, detail=detail)
        times = Times(1, 2, 3, 4)
        self.store.add_judged(sample, verdict, times)
        self.judged[sample.key] = JudgedSample(sample, verdict, times)

    @rule()
    def finish(self) -> None:
        self.store.finish()
        if not self.waiting:
            assert not self.generated.exists()

    @rule()
    def open_again(self) -> None:
        self.store.close()
        self.reopen()

    @rule(key=keys, text=texts.map(joined), data=st.data())
    def killed_while_generating(self, key: SampleKey, text: str, data: st.DataObject) -> None:
        if self.is_known(key):
            return
        sample = Sample(*key, text)
        if self.torn(self.generated, encode_generated(GeneratedSample(sample, Times())), data):
            self.waiting[key] = sample
        self.reopen()

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def killed_while_judging(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.waiting)))
        sample = self.waiting[key]
        judged = JudgedSample(sample, Verdict(*key, Outcome.ACCEPTED, True), Times(1, 2, 3, 4))
        if self.torn(self.samples, encode_judged(judged), data):
            del self.waiting[key]
            self.judged[key] = judged
        self.reopen()

    @precondition(lambda self: self.judged)
    @rule(data=st.data(), rubbish=st.binary(max_size=9))
    def damaged(self, data: st.DataObject, rubbish: bytes) -> None:
        """Lines that are there twice, and lines that say nothing."""
        self.store.close()
        again = data.draw(st.sampled_from(sorted(self.judged)))
        other = replace(self.judged[again].verdict, detail="again")
        with self.samples.open("ab") as file:
            file.write(rubbish.replace(b"{", b"") + b"\n")
            if self.judged[again].verdict.outcome is not Outcome.JUDGE_ERROR:
                file.write(encode_judged(replace(self.judged[again], verdict=other)))
        self.reopen()

    def torn(self, path: Path, line: bytes, data: st.DataObject) -> bool:
        """Kill the process when part of `line` is written; whether that part says it all."""
        self.store.close()
        written = data.draw(st.integers(0, len(line)))
        with path.open("ab") as file:
            file.write(line[:written])
        return written >= len(line) - 1

    def reopen(self) -> None:
        self.store = RunStore.open(self.output, IDENTITY)
        for key, judged in list(self.judged.items()):
            if judged.verdict.outcome is Outcome.JUDGE_ERROR:
                del self.judged[key]
                self.waiting[key] = judged.sample
        assert {g.sample.key: g.sample for g in self.store.waiting()} == self.waiting
        assert len(list(self.store.waiting())) == len(self.waiting)
        for path in (self.samples, self.generated):
            assert not path.exists() or path.read_bytes()[-1:] in (b"", b"\n")

    @invariant()
    def everything_is_there_once(self) -> None:
        if not hasattr(self, "store"):
            return
        assert self.store.judged_keys == set(self.judged)
        assert self.store.waiting_keys == set(self.waiting)
        found = list(self.without_sessions())
        assert len(found) == len(self.judged)
        assert {j.sample.key: j for j in found} == self.judged

    def without_sessions(self) -> Iterator[JudgedSample]:
        for judged in self.store.read_judged():
            times = replace(judged.times, generation_session=None, judging_session=None)
            yield replace(judged, times=times)

    @invariant()
    def the_file_has_one_line_for_each(self) -> None:
        if hasattr(self, "store") and self.samples.exists():
            assert self.samples.read_bytes().count(b"\n") == len(self.judged)
            assert len(list(read_samples_file(self.samples))) == len(self.judged)


Interrupted.TestCase.settings = settings(max_examples=60, stateful_step_count=25)
TestInterrupted = Interrupted.TestCase
