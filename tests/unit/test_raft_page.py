"""The page of a run of RAFT: complete, quiet about nothing, and safe whatever the model wrote."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from rich.console import Console

from halo_forge.cli.raft_report import find_summary, report_raft, write_raft_page
from halo_forge.errors import ResultFileError, UserError
from halo_forge.raft.summary import UNLIKE
from halo_forge.report.html import raft_to_html
from halo_forge.report.html.charts import rates_chart
from halo_forge.report.raft_run import read_run
from halo_forge.report.raft_terminal import render
from halo_forge.types import Estimate, JSONObject
from raft_summaries import SUMMARY, of_one_cycle, summary, untested, with_sham, without_dev, without_sham
from reporting import HOSTILE, Structure, halo_forge


def page_of(data: JSONObject) -> str:
    return raft_to_html(read_run(data)).decode()


def shown(data: JSONObject) -> str:
    """What a terminal shows."""
    console = Console(file=io.StringIO(), width=100, color_system=None)
    console.print(render(data))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def words_of(page: str) -> str:
    """The text of a page."""
    return html.unescape(re.sub(r"<[^>]+>", " ", page.partition("<body>")[2]))


def test_it_says_what_the_summary_says() -> None:
    data = with_sham(summary())
    page = page_of(data)
    text = words_of(page)
    for word in ("Headroom", "final against baseline", "final against sham", "dev pass@1", "Gradient norm", "strict"):
        assert word in text
    for reason, count in data["cycles"][0]["selection"]["dropped"].items():
        assert re.search(rf"{re.escape(reason)}\s+{count}\b", text)
    assert len(re.findall(r'role="img"', page)) == 3
    assert "composed/" not in re.sub(r"(?s)<section[^>]*samples-kept.*?</section>", "", page)  # no list of ids


def test_what_was_not_measured_alike_is_no_verdict() -> None:
    data = without_sham(summary())
    for found in data["test"]["differences"]["final - baseline"].values():
        found["verdict"] = UNLIKE
    data["test"]["apart"] = {"final - baseline": ["engine: vllm in baseline.json, openvino in final.json"]}
    for text in (words_of(page_of(data)), shown(data)):
        words = " ".join(text.split())
        assert "not measured alike (engine: vllm in baseline.json, openvino in final.json)" in words
        assert ": better" not in words


def test_the_chosen_cycles_samples_are_shown() -> None:
    data = summary() | {"chosen_cycle": 1}
    data["cycles"][0]["selection"]["shown"] = ["\n\tfirst\n", "second"]
    page = page_of(data)
    assert re.findall(r"(?s)<pre [^>]*>\n(.*?)</pre>", page) == ["\n    first\n", "second"]
    assert page.count('<pre tabindex="0" role="region" aria-labelledby="samples-kept-') == 2


@pytest.mark.parametrize("text", [text for text in HOSTILE if len(text) < 1000], ids=range(len(HOSTILE) - 1))
def test_what_a_model_wrote_stays_text(text: str) -> None:
    data = summary()
    shown = data["cycles"][data["chosen_cycle"] - 1]["selection"]
    shown["shown"], shown["samples"] = [text], [[text, 1, 0]]
    data |= {"model": text}
    page = page_of(data)
    structure = Structure(page)
    assert structure.tags.count("script") == 1
    assert not {"img", "iframe", "a"} & set(structure.tags)
    assert not re.search("[\u202e\u2066\x00\x07\x1b]", page)


def test_long_samples_are_cut() -> None:
    data = summary()
    data["cycles"][data["chosen_cycle"] - 1]["selection"]["shown"] = ["x" * 100_000]
    assert len("".join(re.findall("x{100,}", page_of(data)))) == 4_000


def test_the_policy_names_the_one_script_and_nothing_is_fetched() -> None:
    page = page_of(summary())
    structure = Structure(page)
    (script,) = structure.scripts
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in structure.policy
    assert "default-src 'none'" in structure.policy
    assert not re.search(r"https?:|//www|@import|url\(", page)


def test_every_label_and_heading_names_something() -> None:
    page = page_of(with_sham(summary()))
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'aria-labelledby="([^"]+)"', page)) <= set(ids)
    assert 'href="#' not in page  # nowhere to skip to
    for picture in re.findall(r"(?s)<svg.*?</svg>", page):
        assert ET.fromstring(picture).attrib["aria-label"]


def test_energy_that_was_not_measured_is_not_zero() -> None:
    data = summary()
    data["cycles"] = [cycle | {"energy_wh": None} for cycle in data["cycles"]]
    text = words_of(page_of(data))
    assert "n/a" in text
    assert "0 Wh" not in text


def test_runs_that_lack_something() -> None:
    assert "sham" not in words_of(page_of(without_sham(summary()))).lower()
    assert "dev pass@1" not in page_of(without_dev(summary()))
    assert "1 cycle" in page_of(of_one_cycle(without_sham(summary())))
    bare = page_of(without_dev(untested(summary())))
    assert "Nothing was tested" in bare
    assert "Before, between and after" not in bare
    short = summary()
    for cycle in short["cycles"]:
        cycle["training"] |= {"losses": [1.0], "grad_norms": [1.0]}
        cycle["selection"] |= {"shown": [], "samples": []}
    assert 'id="samples-kept"' not in page_of(short)


def test_a_chart_of_rates_has_a_dot_for_each_and_lines_for_intervals() -> None:
    known, alone = Estimate(0.5, 0.4, 0.6, 1, 1), Estimate(0.2, None, None, 1, 1)
    unknown = Estimate(None, None, None, 0, 0)
    chart = ET.fromstring(rates_chart("t", [("a", [("x", known), ("y", alone)]), ("b", [("x", unknown)])], "below"))
    dots = chart.findall("circle")
    assert [dot.findtext("title") for dot in dots] == ["a, x: 50.0% (40.0% to 60.0%)", "a, y: 20.0% (n/a)"]
    assert [line.attrib["class"] for line in chart.findall("line") if "curve" in line.attrib["class"]] == ["curve m0"]
    assert float(dots[0].attrib["cy"]) < float(dots[1].attrib["cy"])
    assert rates_chart("t", [("b", [("x", unknown)])], "below") == ""


def test_a_summary_is_found_by_its_file_and_by_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "summary.json"
    assert find_summary(str(tmp_path)) is None
    file.write_bytes(SUMMARY.read_bytes())
    for path in (file, tmp_path):
        found = find_summary(str(path))
        assert found is not None
        assert found[0] == file
    for other in (b"", b'{"chosen_cycle": 1}', b'["chosen_cycle"]', b'{"chosen_cycle"', b'{"pass_at_k": {}}'):
        file.write_bytes(other)
        assert find_summary(str(tmp_path)) is None
    assert find_summary(str(tmp_path / "nothing")) is None


@pytest.mark.parametrize("option", ["--figures", "--k", "--baseline", "--force"])
def test_options_of_results_are_refused(tmp_path: Path, option: str) -> None:
    with pytest.raises(UserError, match=rf"^{option}: not for a run of RAFT"):
        report_raft((tmp_path / "summary.json", summary()), "x.html", {option: "1"})


@pytest.mark.parametrize("name", ["summary.json", "plan.json", "final.json", "baseline.samples.jsonl", "test.ids"])
def test_the_page_takes_no_place_of_the_run(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="a file of the results themselves"):
        report_raft((tmp_path / "summary.json", summary()), str(tmp_path / name), {})


@pytest.mark.parametrize("key", ["cycles", "test", "plan", "problems", "sham"])
def test_a_damaged_summary_is_one_line(tmp_path: Path, key: str) -> None:
    for damaged in ({k: v for k, v in summary().items() if k != key}, summary() | {key: "x"}):
        with pytest.raises(ResultFileError, match="a damaged summary of RAFT"):
            write_raft_page(tmp_path / "x.html", damaged, tmp_path / "summary.json")


def test_the_command_writes_it(tmp_path: Path) -> None:
    folder = tmp_path / "full-m-composed"
    folder.mkdir()
    (folder / "summary.json").write_text(json.dumps(summary()))
    assert halo_forge(tmp_path, "benchmark", "report", folder.name, "--html", "x/page.html") == "report   x/page.html\n"
    assert (tmp_path / "x" / "page.html").read_bytes() == raft_to_html(read_run(summary()))
