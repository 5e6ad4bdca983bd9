"""The report in a real browser: every control, hostile text, no network, keyboard, phone, dark mode."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from html_report import make_runs

from patience import SOON_S
from raft_summaries import summary, with_sham
from reporting import HOSTILE, HOSTILE_NAME, halo_forge, score_hostile

playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt install chromium")
expect = playwright.expect
expect.set_options(timeout=SOON_S * 1000)


@dataclass
class Watched:
    """A page, and everything that it should not do."""

    tab: Any
    faults: list[str] = field(default_factory=list)

    @classmethod
    def opened(cls, browser: Any, file: Path, **context: Any) -> Watched:
        watched = cls(browser.new_context(**context).new_page())
        tab, faults = watched.tab, watched.faults
        tab.on("console", lambda message: faults.append(f"console: {message.text}"))
        tab.on("pageerror", lambda error: faults.append(f"error: {error}"))
        tab.on("dialog", lambda dialog: (faults.append("a dialog"), dialog.dismiss()))
        tab.on("popup", lambda _: faults.append("a window"))
        tab.on("request", lambda request: faults.append(request.url) if request.url != file.as_uri() else None)
        tab.goto(file.as_uri())
        tab.locator("html[data-ready]").wait_for(state="attached")
        faults[:] = [fault for fault in faults if not fault.startswith("data:")]  # the icon
        return watched

    def check(self) -> None:
        assert self.faults == []
        assert self.tab.evaluate("typeof window.hacked") == "undefined"
        self.tab.context.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs of HumanEval with three samples each, as one report and as two side by side."""
    place = tmp_path_factory.mktemp("runs")
    make_runs(place, 3)
    halo_forge(place, "benchmark", "report", "base.json", "--html", "one.html")
    halo_forge(place, "benchmark", "report", "base.json", "tuned.json", "--html", "two.html")
    return place


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of two runs whose answers are hostile."""
    place = tmp_path_factory.mktemp("hostile")
    score_hostile(place, "a", HOSTILE)
    score_hostile(place, "b", HOSTILE[::-1])
    halo_forge(place, "benchmark", "report", "a.json", "b.json", "--html", "report.html")
    return place / "report.html"


def test_hostile_text_is_shown_and_never_run(browser: Any, hostile: Path) -> None:
    page = Watched.opened(browser, hostile)
    tab = page.tab
    assert tab.locator("script").count() == 3
    tab.get_by_role("button", name=HOSTILE_NAME, exact=True).click()
    dialog = tab.locator("dialog")
    select = tab.get_by_label("Sample of a.jsonl", exact=True)
    expect(dialog.locator("h2")).to_contain_text(HOSTILE_NAME)
    expect(dialog.get_by_role("region", name="Prompt", exact=True)).to_have_text(f"Print {HOSTILE[1]}")
    answer = dialog.locator(".column").first.get_by_role("region", name="Answer", exact=True)
    for position in range(len(HOSTILE) + 5):
        select.select_option(str(position))
        expect(select).to_have_value(str(position))
        text = HOSTILE[position] if position < len(HOSTILE) else ""
        if text and text.isprintable() and len(text) < 1000:
            expect(answer).to_have_text(text)
    select.select_option(str(HOSTILE.index(next(text for text in HOSTILE if "\x00" in text))))
    expect(answer).to_have_text("lineU+2028separatorsU+2029 and U+0000 NUL U+0007 bell U+001B[31m escape")
    select.select_option(str(HOSTILE.index(next(text for text in HOSTILE if "\ud800" in text))))
    expect(answer).to_have_text("half a pair: U+D800 and U+DC00")
    select.select_option(str(HOSTILE.index(next(text for text in HOSTILE if "\u202e" in text))))
    expect(answer).to_have_text("right U+202E to left U+2066 isolated U+200B×3 nothing U+FEFF")
    select.select_option(str(HOSTILE.index("x" * 1_000_000)))
    expect(answer).to_contain_text("The rest is not kept.")
    select.select_option(str(HOSTILE.index("")))
    expect(dialog.locator(".column").first).to_contain_text("The answer is empty.")
    assert tab.locator("img, iframe, a[href^=javascript]").count() == 0
    assert tab.locator("script").count() == 3
    page.check()


def test_output_and_what_was_expected(browser: Any, hostile: Path) -> None:
    page = Watched.opened(browser, hostile)
    tab = page.tab
    tab.get_by_role("button", name=HOSTILE_NAME, exact=True).click()
    tab.get_by_label("Sample of a.jsonl", exact=True).select_option(str(len(HOSTILE) + 4))
    column = tab.locator("dialog .column").first
    expect(column.locator(".diff .gone")).to_have_text("- <script>window.hacked = 1</script>")
    expect(column.locator(".diff .came")).to_have_text("+ two")
    assert column.locator(".diff .line").all_inner_texts()[0].strip() == "one"
    expect(column).to_contain_text("tests passed")
    expect(column).to_contain_text("CPU time")
    expect(column).to_contain_text("line 2: expected '<script>window.hacked = 1</script>', got 'two'")
    tab.get_by_label("Sample of a.jsonl", exact=True).select_option(str(len(HOSTILE)))
    expect(column.locator(".diff .gone")).to_have_text("- three")
    page.check()


def test_the_policy_lets_nothing_else_run(browser: Any, hostile: Path) -> None:
    """What would happen if markup got through all the same."""
    tab = Watched.opened(browser, hostile).tab
    sink = "(() => { const d = document.createElement('div'); d.innerHTML = '<img src=x onerror=\"hacked=1\">'; })()"
    with pytest.raises(playwright.Error, match="TrustedHTML"):
        tab.evaluate(sink)
    handler = "document.body.setAttribute('onclick', 'window.hacked = 1'); document.body.click()"
    with pytest.raises(playwright.Error, match="Trusted"):
        tab.evaluate(f"(() => {{ {handler} }})()")
    with pytest.raises(playwright.Error, match="Failed to fetch"):
        tab.evaluate("fetch('http://127.0.0.1:9/')")
    assert tab.evaluate("typeof window.hacked") == "undefined"
    tab.context.close()


def test_filters(browser: Any, folder: Path) -> None:
    page = Watched.opened(browser, folder / "two.html")
    tab = page.tab
    status, rows = tab.locator("#status"), tab.locator("#problems li")
    expect(status).to_have_text("164 problems of 164, 984 samples of 984")
    assert rows.count() == 25
    tab.get_by_role("button", name="compile error", exact=True).click()
    expect(status).not_to_contain_text("984 samples of")
    assert rows.count() == tab.locator("#problems li:has(.cell.o-compile_error:not(.off))").count() > 0
    assert tab.locator("#problems .cell.o-accepted:not(.off)").count() == 0
    tab.get_by_role("button", name="Clear").click()
    expect(status).to_have_text("164 problems of 164, 984 samples of 984")
    expect(tab.get_by_role("button", name="compile error", exact=True)).to_have_attribute("aria-pressed", "false")
    tab.get_by_label("Show").select_option("never solved")
    expect(status).not_to_contain_text("164 problems of 164")
    assert tab.locator("#problems .cell.o-accepted").count() == 0
    tab.get_by_label("Show").select_option("solved by some results only")
    assert all(("0/3" in words) != ("0/3" not in words) for words in rows.all_inner_texts())
    tab.get_by_role("button", name="Clear").click()
    tab.get_by_label("Text").fill("HumanEval/17")
    expect(status).to_have_text("1 problem of 164, 6 samples of 984")
    tab.get_by_label("Text").fill("NOT WHAT IT WAS")
    expect(status).not_to_contain_text("1 problem of")
    expect(status).not_to_contain_text("searching")
    tab.locator("#problems .cell:not(.off)").first.click()
    expect(tab.locator("dialog")).to_contain_text("# not what it was")
    tab.get_by_role("button", name="Close").click()
    tab.get_by_label("Text").fill("no such text anywhere")
    expect(status).to_have_text("0 problems of 164, 0 samples of 984")
    page.check()


def test_order_and_pages(browser: Any, folder: Path) -> None:
    page = Watched.opened(browser, folder / "two.html")
    tab = page.tab
    first = tab.locator("#problems li").first
    tab.get_by_label("Order").select_option("hardest first")
    assert first.locator(".rate").all_inner_texts() == ["0/3", "0/3"]
    tab.get_by_label("Order").select_option("easiest first")
    assert first.locator(".rate").all_inner_texts() == ["3/3", "3/3"]
    tab.get_by_label("Order").select_option("largest difference first")
    assert sorted(first.locator(".rate").all_inner_texts()) == ["0/3", "3/3"]
    tab.get_by_label("Order").select_option("as given")
    expect(first).to_contain_text("HumanEval/0")
    expect(tab.get_by_role("button", name="Previous")).to_be_disabled()
    for number in range(2, 8):
        tab.get_by_role("button", name="Next").click()
        expect(tab.locator("#page-at")).to_have_text(f"Page {number} of 7")
    expect(first).to_contain_text("HumanEval/150")
    expect(tab.get_by_role("button", name="Next")).to_be_disabled()
    tab.get_by_role("button", name="Previous").click()
    expect(first).to_contain_text("HumanEval/125")
    page.check()


def test_categories(browser: Any, hostile: Path) -> None:
    page = Watched.opened(browser, hostile)
    page.tab.get_by_label("Category").select_option("b")
    expect(page.tab.locator("#problems li")).to_have_count(1)
    expect(page.tab.locator("#problems li")).to_contain_text("plain")
    expect(page.tab.locator("#categories")).to_contain_text("pass@1")
    page.check()


def test_a_problem_and_its_neighbours(browser: Any, folder: Path) -> None:
    page = Watched.opened(browser, folder / "two.html")
    tab = page.tab
    tab.get_by_role("button", name="HumanEval/1", exact=True).click()
    dialog = tab.locator("dialog")
    expect(dialog.locator(".column")).to_have_count(2)
    expect(dialog.get_by_role("region", name="Prompt")).to_contain_text("def separate_paren_groups")
    tab.get_by_text("Tests", exact=True).click()
    expect(dialog.get_by_role("region", name="Tests")).to_contain_text("def check(candidate)")
    assert dialog.locator(".t-word").count() > 3
    dialog.get_by_role("button", name="Next sample of tuned").click()
    expect(dialog.get_by_label("Sample of tuned", exact=True)).to_have_value("1")
    expect(dialog.get_by_label("Sample of base", exact=True)).to_have_value("0")
    dialog.get_by_role("button", name="Previous sample of tuned").click()
    expect(dialog.get_by_label("Sample of tuned", exact=True)).to_have_value("0")
    dialog.get_by_role("button", name="Next problem").click()
    expect(dialog.locator("h2")).to_contain_text("HumanEval/2")
    dialog.get_by_role("button", name="Previous problem").click()
    dialog.get_by_role("button", name="Previous problem").click()
    expect(dialog.locator("h2")).to_contain_text("HumanEval/0")
    expect(dialog.get_by_role("button", name="Previous problem")).to_be_disabled()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    page.check()


def test_without_a_mouse(browser: Any, folder: Path) -> None:
    page = Watched.opened(browser, folder / "two.html")
    tab = page.tab
    tab.keyboard.press("Tab")
    expect(tab.get_by_role("link", name="Skip to the samples")).to_be_focused()
    tab.keyboard.press("Enter")
    tab.get_by_role("button", name="HumanEval/0", exact=True).focus()
    tab.keyboard.press("Tab")
    focused = tab.locator(":focus")
    assert str(focused.get_attribute("aria-label")).startswith("base, sample 1: ")
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowDown")
    assert str(focused.get_attribute("aria-label")).startswith("tuned, sample 2: ")
    tab.keyboard.press("ArrowLeft")
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Enter")
    dialog = tab.locator("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_label("Sample of base", exact=True)).to_have_value("1")
    for _ in range(30):
        tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement === document.body || document.activeElement.closest('dialog')")
    tab.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert str(focused.get_attribute("aria-label")).startswith("base, sample 2: ")
    page.check()


def test_every_control_has_a_name(browser: Any, folder: Path) -> None:
    page = Watched.opened(browser, folder / "two.html")
    page.tab.locator("#problems .open").first.click()
    page.tab.locator("dialog .column").first.wait_for()
    nameless = """[...document.querySelectorAll('button, select, input, [role=region], [role=img], svg[role]')]
        .filter((e) => !e.hidden && !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length))
        .map((e) => e.outerHTML.slice(0, 100))"""
    assert page.tab.evaluate(nameless) == []
    page.check()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark(browser: Any, folder: Path, scheme: str) -> None:
    page = Watched.opened(browser, folder / "one.html", color_scheme=scheme)
    tab = page.tab
    shade = "getComputedStyle(document.body).backgroundColor"
    dark, light = "rgb(20, 23, 27)", "rgb(245, 246, 248)"
    assert tab.evaluate(shade) == {"light": light, "dark": dark}[scheme]
    other = {"light": "dark", "dark": "light"}[scheme]
    tab.get_by_role("button", name=f"Use {other} colours").click()
    assert tab.evaluate(shade) == {"light": light, "dark": dark}[other]
    page.check()


@pytest.mark.parametrize("name", ["one.html", "two.html"])
def test_on_a_phone(browser: Any, folder: Path, name: str) -> None:
    page = Watched.opened(browser, folder / name, viewport={"width": 390, "height": 844}, has_touch=True)
    tab = page.tab
    assert tab.evaluate("document.documentElement.scrollWidth") == 390
    tab.locator("#problems .cell").first.tap()
    tab.locator("dialog .column").first.wait_for()
    assert tab.evaluate("document.querySelector('dialog').scrollWidth") <= 390
    page.check()


def test_charts_have_their_numbers(browser: Any, folder: Path) -> None:
    page = Watched.opened(browser, folder / "two.html")
    tab = page.tab
    tab.locator("#curves summary").click()
    expect(tab.locator("#curves thead")).to_contain_text("pass@3")
    assert tab.locator("#curves circle").count() == 6
    tab.locator("#outcomes summary").click()
    expect(tab.locator("#outcomes tbody tr")).to_have_count(2)
    tab.get_by_text("Which problems changed sides").click()
    tab.get_by_text("How these were made").click()
    expect(tab.locator("table.settings .differ")).to_contain_text("tuned")
    page.check()


def test_where_there_are_no_samples(browser: Any, folder: Path) -> None:
    alone = folder / "alone"
    alone.mkdir(exist_ok=True)
    shutil.copy(folder / "base.json", alone)
    halo_forge(alone, "benchmark", "report", "base.json", "--html", "report.html")
    page = Watched.opened(browser, alone / "report.html")
    expect(page.tab.locator("#samples")).to_contain_text("No samples: there is no base.samples.jsonl beside the result")
    expect(page.tab.locator("#status")).to_have_text("164 problems of 164")
    assert page.tab.locator("#problems button").count() == 0
    page.check()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_of_a_run_of_raft(browser: Any, tmp_path: Path, width: int) -> None:
    data = with_sham(summary())
    selection = data["cycles"][data["chosen_cycle"] - 1]["selection"]
    selection["shown"], selection["samples"] = HOSTILE[:2], [[HOSTILE_NAME, 1, 0], ["plain", 1, 1]]
    (tmp_path / "summary.json").write_text(json.dumps(data))
    halo_forge(tmp_path, "benchmark", "report", ".", "--html", "raft.html")
    page = Watched.opened(browser, tmp_path / "raft.html", viewport={"width": width, "height": 844})
    tab = page.tab
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    assert [text.strip() for text in tab.locator("pre").all_inner_texts()] == HOSTILE[:2]
    assert tab.locator("#rates circle").count() == 3 * (3 + sum(cycle["dev"] is not None for cycle in data["cycles"]))
    assert tab.locator("#training polyline").count() == 2 * (len(data["cycles"]) + 1)
    expect(tab.locator("#cycles tbody tr")).to_have_count(len(data["cycles"]) + 1)
    tab.get_by_text("How this was made").click()
    expect(tab.locator("table.settings")).to_contain_text("training.epochs")
    tab.locator("#theme").click()
    page.check()
