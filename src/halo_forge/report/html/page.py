"""One file of it all: the template filled, style and script put in, and the policy that lets nothing else run."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from importlib import resources

import jinja2
from markupsafe import Markup

from halo_forge import __version__
from halo_forge.comparison import Comparison
from halo_forge.evidence import Evidence
from halo_forge.report.comparison_cells import Cell
from halo_forge.report.html.build import Content, build
from halo_forge.report.html.charts import colour
from halo_forge.report.html.packing import pack
from halo_forge.report.html.raft import raft_content
from halo_forge.report.html.svg import printable
from halo_forge.report.outcome_words import OUTCOME_WORDS
from halo_forge.report.raft_run import RaftRun
from halo_forge.types import JSONObject

_SCRIPTS = ("theme", "text", "highlight", "diff", "data", "filters", "detail", "list", "main")
_SCRIPTS_WITHOUT_SAMPLES = ("theme", "plain")
_ICON = "data:,"  # none, so that a browser does not ask for one


def to_html(comparison: Comparison, evidences: Sequence[Evidence]) -> bytes:
    """The report of one result, or of several side by side.

    Args:
        evidences: of the rows, in their order.
    """
    packed = pack(comparison, evidences)
    index = {**packed.index, "words": {o.value: words for o, words in OUTCOME_WORDS.items()}}
    return _page(build(comparison, evidences, packed.cuts), _SCRIPTS, _data(index), packed.blocks)


def raft_to_html(run: RaftRun) -> bytes:
    """The report of a run of RAFT."""
    return _page(raft_content(run), _SCRIPTS_WITHOUT_SAMPLES)


def _page(content: Content, scripts: Sequence[str], index: Markup | None = None, blocks: Sequence[str] = ()) -> bytes:
    """The file.

    Args:
        index: what the list of samples needs; ``None`` where the page has none.
    """
    style, script = _read("style.css"), _script(scripts)
    text = _template().render(
        content=content,
        index=index,
        blocks=Markup("\n".join(blocks)),  # base64, nothing else
        style=Markup(style),
        script=Markup(script),
        policy=_policy(style, script),
        icon=_ICON,
        version=__version__,
    )
    return text.encode("utf-8", "replace")


def _policy(style: str, script: str) -> str:
    """Nothing is fetched, and nothing runs but this very script: not what markup could smuggle in, nor `eval`."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_hash(script)}'",
            f"style-src '{_hash(style)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _script(names: Sequence[str]) -> str:
    parts = "\n".join(_read("app", f"{name}.js") for name in names)
    return f'"use strict";\n(() => {{\n{parts}}})();\n'


def _data(value: JSONObject) -> Markup:
    """JSON that cannot end the element that it is in."""
    text = json.dumps(value, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_shown
    )
    environment.globals["colour"] = colour
    environment.tests["cell"] = lambda value: isinstance(value, Cell)
    return environment.from_string(_read("page.html.j2"))


def _shown(value: object) -> object:
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _read(*path: str) -> str:
    return resources.files("halo_forge.report.html").joinpath(*path).read_text("utf-8")
