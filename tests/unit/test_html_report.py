"""What the HTML report is made of: data that cannot break out, cuts that are said, charts that say what they should."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
import xml.etree.ElementTree as ET
import zlib
from dataclasses import replace
from typing import Any

import pytest

from comparing import result
from halo_forge.compare import compare
from halo_forge.comparison import Comparison, Result
from halo_forge.evidence import Answer, Evidence
from halo_forge.problems.kept import CUT, Task
from halo_forge.report.html import to_html
from halo_forge.report.html.charts import Line, line_chart, outcome_chart, pass_at_k_chart
from halo_forge.report.html.packing import LARGEST_BYTES, Packed, pack
from halo_forge.report.series import curves, outcome_counts
from halo_forge.types import JSONObject, Outcome, Sample, Verdict
from reporting import HOSTILE, Structure

PAIRS = [(4, 1), (4, 0), (4, 4)]


def one(**changes: Any) -> Comparison:
    only = replace(result("a", PAIRS), **changes)
    return compare([only], only.name, (1,))


def evidence(*texts: str, problem: str = "p0", outcome: Outcome = Outcome.WRONG_ANSWER) -> Evidence:
    answers = (
        Answer(Sample(problem, i, text), Verdict(problem, i, outcome, True, detail=text))
        for i, text in enumerate(texts)
    )
    return Evidence(tuple(answers), {problem: Task(problem, "the prompt", "python")})


def opened(block: str) -> Any:
    return json.loads(zlib.decompress(base64.b64decode(block)))


def test_texts_come_back_whatever_is_in_them() -> None:
    short = [text for text in HOSTILE if len(text) < 1000]
    (block, *_) = pack(one(), [evidence(*short)]).blocks
    assert re.fullmatch(r"[A-Za-z0-9+/=]+", block)
    assert [answer["text"] for answer in opened(block)["answers"][0]] == short
    assert opened(block)["task"]["prompt"] == "the prompt"


def test_markup_in_names_and_settings_stays_text() -> None:
    payload = "</script><img src=x onerror=alert(1)>\u202e\x00"
    hostile: JSONObject = {"model": {"name": payload}, payload: [payload], "problems": {"name": payload}}
    comparison = one(name="</title><script>alert(1)</script>", settings=hostile, stated={"hardware": {payload: 1.0}})
    page = to_html(comparison, [evidence(problem="<script>alert(2)</script>")]).decode()
    structure = Structure(page)
    assert structure.tags.count("script") == 3
    assert "img" not in structure.tags
    assert payload not in page
    assert "\x00" not in page
    assert "\u202e" not in page


def test_the_policy_names_the_one_script() -> None:
    structure = Structure(to_html(one(), [evidence("x")]).decode())
    assert "default-src 'none'" in structure.policy
    assert "unsafe" not in structure.policy
    (digest,) = re.findall(r"script-src '(sha256-[^']+)'", structure.policy)
    script = structure.scripts[-1]
    assert digest == f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def test_nothing_in_the_page_names_another_place() -> None:
    page = to_html(one(), [evidence("x")]).decode()
    assert not re.search(r"https?:|//www|@import|url\(", page)


def random_text(seed: int, length: int) -> str:
    return "".join(random.Random(seed).choices("abcdefghijklmnopqrstuvwxyz0123456789\n", k=length))


def packed_of(lengths: list[int], largest: int) -> Packed:
    texts = [random_text(i, length) for i, length in enumerate(lengths)]
    found = [evidence(text, problem=f"p{i}") for i, text in enumerate(texts)]
    together = Evidence(tuple(a for e in found for a in e.answers), {})
    return pack(one(), [together], largest)


def test_what_fits_is_whole() -> None:
    packed = packed_of([5000, 10, 20_000], LARGEST_BYTES)
    assert packed.cuts == ()
    assert [len(opened(block)["answers"][0][0]["text"]) for block in packed.blocks] == [5000, 10, 20_000]


def test_long_answers_are_cut_first() -> None:
    packed = packed_of([50_000, 10, 50_000], 20_000)
    assert packed.cuts == ("2 answers are cut after 4,000 characters.",)
    assert sum(map(len, packed.blocks)) <= 20_000
    assert [len(opened(block)["answers"][0][0]["text"]) for block in packed.blocks] == [4000 + len(CUT), 10, 4000 + 4]


def test_then_the_last_problems_lose_their_texts() -> None:
    packed = packed_of([900] * 3, 1700)
    assert packed.cuts == (
        "The texts of the last problems are left out so that the file stays small: 2 of 3 problems.",
    )
    assert [bool(block) for block in packed.blocks] == [True, False, False]
    assert [problem["outcomes"] for problem in packed.index["problems"]] == [["W"], ["W"], ["W"]]


def test_answers_that_were_cut_before_are_counted() -> None:
    assert pack(one(), [evidence("x" * 10 + CUT)]).cuts == ("1 answer is cut after 64,000 characters.",)


def test_samples_come_in_their_order() -> None:
    shuffled = evidence("b", "a", "c")
    shuffled = replace(shuffled, answers=shuffled.answers[::-1])
    (block, *_) = pack(one(), [shuffled]).blocks
    assert [answer["index"] for answer in opened(block)["answers"][0]] == [0, 1, 2]


def test_curves_go_as_far_as_every_problem_has_samples() -> None:
    (curve,) = curves(one())
    assert list(curve.points) == [1, 2, 3, 4]
    assert curve.points[1].value == pytest.approx(5 / 12)
    assert curve.points[4].value == pytest.approx(2 / 3)
    many = result("b", [(5000, 100)] * 2)
    points = list(curves(compare([many], "b", (1,)))[0].points)
    assert points[0] == 1
    assert points[-1] == 5000
    assert len(points) <= 24


def test_a_result_with_totals_only_has_the_points_that_it_states() -> None:
    totals = Result("t.json", "t", total=10, passed=3, solved=4, pass_at_k={1: 0.3, 10: None})
    (curve,) = curves(compare([totals], "t", (1,)))
    assert {k: estimate.value for k, estimate in curve.points.items()} == {1: 0.3}
    assert "<html" in to_html(compare([totals], "t", (1,)), [Evidence()]).decode()


def test_charts_are_well_formed_and_inside_their_frame() -> None:
    several = compare([result(str(i), PAIRS) for i in range(10)], "0", (1,))
    single = compare([result("a", [(1, 1), (1, 0)]), result("b", [(1, 0), (1, 0)])], "a", (1,))
    found = outcome_counts(one().rows[0].result, evidence("x", "y"))
    assert found is not None
    for chart in (
        pass_at_k_chart(curves(several)),
        pass_at_k_chart(curves(single)),
        outcome_chart([found]),
        line_chart("t", [Line("a", [(0, 0), (1, 0)]), Line("b", [(0, 1e9), (5, 3)])], "x"),
        line_chart("t", [Line("a", [(0, 1e-9), (1e-9, 0)])], "x"),
    ):
        root = ET.fromstring(chart)
        _, _, width, height = map(float, root.attrib["viewBox"].split())
        for element in root.iter():
            for pair in element.attrib.get("points", "").split():
                x, y = map(float, pair.split(","))
                assert 0 <= x <= width
                assert 0 <= y <= height
    assert line_chart("t", [Line("a", [(0, 1)])], "x") == ""


def test_outcomes_are_what_the_result_states_or_what_its_samples_have() -> None:
    stated = replace(result("a", PAIRS), stated={"outcomes": {"accepted": 3, "time_limit": 2, "odd": "x"}})
    found = outcome_counts(stated, Evidence())
    assert found is not None
    assert dict(found.counts) == {Outcome.ACCEPTED: 3, Outcome.TIME_LIMIT: 2}
    counted = outcome_counts(result("a", PAIRS), evidence("x", "y"))
    assert counted is not None
    assert dict(counted.counts) == {Outcome.WRONG_ANSWER: 2}
    assert outcome_counts(result("a", PAIRS), Evidence()) is None


def test_what_makes_the_numbers_doubtful_is_in_red() -> None:
    doubtful = one(unscored=2, missing=1, settings={"sandbox": {"tier": "unsafe"}})
    page = to_html(replace(doubtful, forced=("other limits",)), [Evidence()]).decode()
    (warnings,) = re.findall(r'<section class="warning".*?</section>', page, re.DOTALL)
    for words in (
        "a: 2 samples could not",
        "a: not complete, 1 sample missing",
        "NO SANDBOX",
        "FORCED",
        "other limits",
    ):
        assert words in warnings
    assert 'section class="warning"' not in to_html(one(), [Evidence()]).decode()


HARDWARE: JSONObject = {
    "gpu_energy_wh": None, "peak_memory_gb": 1.25, "energy_source": {"cpu": "RAPL", "gpu": None},
    "phases": {"generation": {"cpu_energy_wh": 2.5}}, "reasons": {"gpu_energy_wh": "there is no GPU"},
    "notes": ["the GPU was used by others too"],
    "series": {"at": [100.0, 110.0, 900.0], "seconds": [10.0, 10.0, 10.0], "session": [0, 0, 1],
               "memory_gb": [1.0, None, 1.25], "gpu_power_w": None},
}  # fmt: skip


def test_hardware_that_was_measured() -> None:
    page = to_html(one(stated={"hardware": HARDWARE}), [Evidence()]).decode()
    assert "peak memory gb" in page
    assert "generation: cpu energy wh" in page
    assert "Not measured: gpu energy wh (there is no GPU)." in page
    assert "the GPU was used by others too." in page
    assert 'aria-label="Memory of the run (GiB)"' in page
    assert "GPU power" not in page


TOO_LONG = {"energy_wh": 10**400, "series": {"seconds": [1, 10**400], "memory_gb": [1, 10**400]}}  # for a float


@pytest.mark.parametrize(
    "value", [None, {}, [], "x", {"series": 3, "reasons": [], "notes": {}}, {"series": {"a": 1}}, TOO_LONG]
)
def test_no_hardware(value: object) -> None:
    page = to_html(one(stated={"hardware": value, "outcomes": value, "tokens": value, "cost": value}), [Evidence()])
    assert b'id="hardware"' not in page
